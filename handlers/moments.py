"""Moments as people type them: a day and an hour in either order (`handlers/typed`), or `อีก 2 ชั่วโมง`.

Used by forms (`handlers/moment_steps.py`). What may mean two things is asked back and never guessed: the refusal
carries what we think was meant. Libraries were tried and left: dateparser reads few Thai examples, some of them wrongly
without saying so (`๑๗/๗/๒๕๖๙ ๑๔.๐๐ น.` as tomorrow, 10:20), and takes 0.3 s to import; pythainlp reads only hours that
are spelt out (not `9 โมงเช้า`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import DomainError
from handlers.typed.dates import FoundDay
from handlers.typed.days import find_day
from handlers.typed.hours import minutes_of_day, without_fillers
from handlers.typed.numbers import spelt_as_digits, tidy

_LONGEST: Final = 100
"""Characters; nobody needs more to say when."""
_YEARS: Final = range(1900, 2400)
_LATER: Final = re.compile(
    r"(?:อีก|in\b)\s*"
    r"(?:(?:(?P<hours>\d{1,3})|(?P<half>ครึ่ง|half an)|an)?\s*(?P<unit>ชั่วโมง|ชม\.?|hours?|hrs?)\s*(?P<more>ครึ่ง)?)?"
    r"\s*(?:(?P<minutes>\d{1,3})\s*(?:นาที|minutes?|mins?))?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When, in the clinic's zone, and what we had to assume: `day`, `week`, `month`, `year`, `half` (of the day)."""

    at: datetime
    assumed: frozenset[str] = frozenset()


def read_moment(text: str, now: datetime, zone: ZoneInfo, *, prefer_future: bool = True) -> Moment:
    """A day and an hour, or `อีก 2 ชั่วโมง`; without a day, the next such hour (the last one in the past).

    DomainErrors: `which_half` (early, late), `which_year`, `which_day` (at, timed), `which_time` (at), all facts ISO
    with the clinic's zone; `no_such_day`, `old_year`, `bad_moment`.
    """
    if len(text) > _LONGEST:
        raise DomainError("bad_moment")
    if exact := _with_offset(text):
        return Moment(exact.astimezone(zone))
    local, plain = now.astimezone(zone), spelt_as_digits(tidy(text))
    if later := _later(without_fillers(plain)):
        return Moment((now + later).astimezone(zone).replace(second=0, microsecond=0))
    found = find_day(plain, local.date(), prefer_future=prefer_future)
    minutes = minutes_of_day(found.rest if found else plain)
    if not minutes and not (found and not without_fillers(found.rest)):
        raise DomainError("bad_moment")
    if found:
        _ask_back(found, _at(found.day, minutes[-1] if minutes else 0, zone), timed=bool(minutes))
        if not minutes:
            raise DomainError("which_time", at=_at(found.day, 0, zone).isoformat())
    read = [_placed(found, _at(found.day if found else local.date(), m, zone), local, prefer_future) for m in minutes]
    if len(read) > 1 and found and found.day == local.date():
        read = _still_possible(read, local, prefer_future)
    if len(read) > 1:
        raise DomainError("which_half", early=read[0].at.isoformat(), late=read[-1].at.isoformat())
    return read[0]


def read_day(text: str, now: datetime, zone: ZoneInfo, *, prefer_future: bool = True) -> date:
    """A day without an hour; one that was not said in full is the next (for a day of birth: the last) of its kind.

    DomainErrors: `which_year`, `which_day` (at, timed), `no_such_day`, `old_year`, `bad_day`.
    """
    found = None
    if len(text) <= _LONGEST:
        today = now.astimezone(zone).date()
        found = find_day(spelt_as_digits(tidy(text)), today, prefer_future=prefer_future)
    if found is None or without_fillers(found.rest):
        raise DomainError("bad_day")
    _ask_back(found, _at(found.day, 0, zone), timed=False)
    return found.day


def _with_offset(text: str) -> datetime | None:
    """What a program wrote: ISO with its offset from UTC."""
    try:
        exact = datetime.fromisoformat(text)
    except ValueError:
        return None
    return exact if exact.tzinfo and exact.year in _YEARS else None


def _later(text: str) -> timedelta | None:
    match = _LATER.fullmatch(text)
    if match is None or not (match["unit"] or match["minutes"]):
        return None
    hours = int(match["hours"] or (1 if match["unit"] and not match["half"] else 0))
    half = 30 if match["half"] or match["more"] else 0
    return timedelta(hours=hours, minutes=half + int(match["minutes"] or 0))


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The wall clock's moment; minute 1440 is the next day's midnight."""
    return datetime.combine(day, time(), zone) + timedelta(minutes=minute)


def _ask_back(found: FoundDay, at: datetime, *, timed: bool) -> None:
    if "weekday" in found.assumed:
        raise DomainError("which_day", at=at.isoformat(), timed=timed)
    if "century" in found.assumed:
        raise DomainError("which_year", at=at.isoformat(), timed=timed)


def _placed(found: FoundDay | None, at: datetime, now: datetime, future: bool) -> Moment:
    """A bare hour is today's or tomorrow's, a bare weekday this week's or next's: whichever is still to come."""
    step = timedelta(days=1) if found is None else timedelta(days=7) if "week" in found.assumed else timedelta(0)
    if future and at <= now:
        at += step
    elif not future and at > now:
        at -= step
    return Moment(at, found.assumed if found else frozenset({"day"}))


def _still_possible(read: list[Moment], now: datetime, future: bool) -> list[Moment]:
    """Of 3 in the night and 3 in the afternoon of today, only one may be left at noon."""
    possible = [moment for moment in read if (moment.at > now) == future]
    return [Moment(possible[0].at, possible[0].assumed | {"half"})] if len(possible) == 1 else read
