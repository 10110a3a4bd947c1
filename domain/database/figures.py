"""How much waits and for how long, across all clinics: what an operator watches, in one statement.

Counts and moments come from the dispatch function `operation_figures`; `/metrics`, `aura jobs list` and
`aura doctor` show them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from domain.database.session import Engine, single

EVENT_STATES: Final = ("pending", "parked")
MESSAGE_STATES: Final = ("pending", "sending", "unknown", "refused")
MESSAGE_CLASSES: Final = ("safety", "answer", "care", "service", "marketing", "menu")

_READ = text("select what, name, detail, number, at from operation_figures(cast(:jobs as text[]))")


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many wait, and how long the oldest of them has."""

    count: int = 0
    age: timedelta = timedelta(0)


@dataclass(slots=True)
class Figures:
    """The figures of one moment; `now` is the clinic clock.

    `events` go by state, `messages` by state and class (`unknown` and `refused` ones of the last day only), `due` by
    the name of a scanning job. `ticks` are, for each calendar job, every clinic's time zone and the newest time its
    tick had been due (None: never); `ran` is when one last ran anywhere. `drift` is how far the database's clock is
    ahead of this machine's.
    """

    now: datetime
    drift: timedelta
    events: dict[str, Backlog]
    messages: dict[tuple[str, str], Backlog]
    due: dict[str, Backlog] = field(default_factory=dict)
    ticks: dict[str, list[tuple[ZoneInfo, datetime | None]]] = field(default_factory=dict)
    ran: dict[str, datetime] = field(default_factory=dict)


async def read_figures(engine: Engine, jobs: Sequence[str]) -> Figures:
    """The figures as they stand; `jobs` are the names of calendar jobs."""
    async with single(engine) as connection:
        asked = datetime.now(UTC)
        rows = (await connection.execute(_READ, {"jobs": list(jobs)})).all()
        answered = datetime.now(UTC)
    clock = next(row for row in rows if row.what == "clock")
    figures = Figures(
        now=clock.at + timedelta(seconds=clock.number),
        drift=clock.at - (asked + (answered - asked) / 2),
        events={state: Backlog() for state in EVENT_STATES},
        messages={(state, kind): Backlog() for state in MESSAGE_STATES for kind in MESSAGE_CLASSES},
    )
    for row in rows:
        _add(figures, row, clock.at)
    return figures


def _add(figures: Figures, row: Row[Any], real_now: datetime) -> None:
    def backlog(now: datetime) -> Backlog:
        return Backlog(row.number, max(now - row.at, timedelta(0)) if row.at else timedelta(0))

    match row.what:
        case "event":
            figures.events[row.name] = backlog(real_now)
        case "message":
            figures.messages[row.name, row.detail] = backlog(figures.now)
        case "due":
            figures.due[row.name] = backlog(figures.now)
        case "tick":
            figures.ticks.setdefault(row.name, []).append((ZoneInfo(row.detail), row.at))
        case "ran":
            figures.ran[row.name] = row.at
