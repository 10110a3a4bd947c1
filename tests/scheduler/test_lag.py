"""How late jobs are, from figures that are made up."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.database.figures import Backlog, Figures
from domain.unit import Unit
from scheduler.job import CalendarJob
from scheduler.jobs.timers import TIMERS
from scheduler.lag import lag

BANGKOK, TOKYO = ZoneInfo("Asia/Bangkok"), ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 7, 17, 12, tzinfo=BANGKOK)


async def never(unit: Unit, due: datetime) -> None:
    raise AssertionError


NINE = CalendarJob("nine", time(9), never)


def figures(*ticks: tuple[ZoneInfo, datetime | None]) -> Figures:
    return Figures(NOON, timedelta(0), {}, {}, ticks={"nine": list(ticks)})


def today(hour: int, zone: ZoneInfo = BANGKOK) -> datetime:
    return datetime(2026, 7, 17, hour, tzinfo=zone)


@pytest.mark.parametrize(
    ("ticks", "count", "late"),
    [
        ([], 0, timedelta(0)),
        ([(BANGKOK, today(9))], 0, timedelta(0)),
        ([(BANGKOK, today(9) - timedelta(days=1))], 1, timedelta(hours=3)),
        ([(BANGKOK, today(9) - timedelta(days=2)), (TOKYO, today(9, TOKYO))], 2, timedelta(hours=27)),
        ([(TOKYO, today(9, TOKYO) - timedelta(days=1)), (BANGKOK, today(9))], 1, timedelta(hours=5)),
        ([(BANGKOK, None), (TOKYO, None)], 2, timedelta(0)),
    ],
)
def test_a_calendar_job_is_as_late_as_the_oldest_tick_it_owes(
    ticks: list[tuple[ZoneInfo, datetime | None]], count: int, late: timedelta
) -> None:
    assert lag(NINE, figures(*ticks)) == Backlog(count, late)


def test_a_scan_that_the_figures_do_not_know_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        lag(TIMERS, figures())
