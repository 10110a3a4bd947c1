"""What a job is: a scan of due rows, or a time of the clinic's day.

Scans need no memory: the rows themselves say what is due, and `for update skip locked` shares them out. A calendar
job's memory is its ticks, one row for each time it was due.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from domain.database.errors import is_passing
from domain.database.session import Engine
from domain.unit import Unit, Units

MOST_MISSED: Final = 31
"""After an outage at most the newest month of a daily job's missed ticks is made up for."""
RETRY: Final = timedelta(minutes=1)
"""What a bug broke is tried again after this long, so that it holds back nothing else."""
SOON: Final = timedelta(seconds=1)
"""What a database that was away broke, or somebody's lock."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Tally:
    """How many rows (or ticks) a job dealt with, and how many of them broke and stay due."""

    done: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A scan for due rows over all clinics.

    `run` deals with what is due at its `now` and says how many rows there were; `next_due` says when,
    after a moment, there will be something again.
    """

    name: str
    run: Callable[[Units, Engine, datetime], Awaitable[Tally]]
    next_due: Callable[[Engine, datetime], Awaitable[datetime | None]]


@dataclass(frozen=True, slots=True)
class CalendarJob:
    """Work that each clinic wants once a day at `at` by its own clock.

    `run` gets a unit of the clinic and the time it was due; the tick commits with what it did.
    """

    name: str
    at: time
    run: Callable[[Unit, datetime], Awaitable[None]]


AnyJob = Job | CalendarJob


def put_off_by(event: str, error: Exception, **told: object) -> timedelta:
    """How long to leave alone what has just broken; a bug is logged as `event`, with its traceback."""
    if is_passing(error):
        _log.warning("scheduler.database_away", error=type(error).__name__, **told)
        return SOON
    _log.error(event, exc_info=error, **told)
    return RETRY


def next_tick(at: time, zone: ZoneInfo, after: datetime) -> datetime:
    """The first time (UTC) later than `after` that the clinic's clock shows `at`."""
    return next(tick for tick in _ticks(at, zone, after.astimezone(zone).date()) if tick > after)


def missed_ticks(at: time, zone: ZoneInfo, last: datetime | None, now: datetime) -> list[datetime]:
    """Times (UTC) after `last` up to `now` at which the job was due, oldest first, the newest `MOST_MISSED` of them.

    A job that never ran for a clinic owes it its latest time only.
    """
    start = now - timedelta(days=1) if last is None else max(last, now - timedelta(days=MOST_MISSED + 1))
    due = takewhile(lambda tick: tick <= now, _ticks(at, zone, start.astimezone(zone).date()))
    return [tick for tick in due if tick > start][-MOST_MISSED:]


def _ticks(at: time, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """The job's times from this day of the clinic on, without end."""
    while True:
        yield datetime.combine(day, at, zone).astimezone(UTC)
        day += timedelta(days=1)
