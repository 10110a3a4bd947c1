"""The nightly forgetting, at half past three by the clinic's clock; how old is too old counts in real time."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

import structlog

from domain.database.housekeeping import delete_old_events, erase_old_payloads
from domain.unit import Unit
from scheduler.job import CalendarJob

_log = structlog.get_logger(__name__)


async def run(unit: Unit, due: datetime) -> None:
    """Erase the content of old events, then forget the oldest altogether."""
    erased = await erase_old_payloads(unit.db, unit.clinic.id)
    deleted = await delete_old_events(unit.db, unit.clinic.id)
    _log.info("housekeeping.done", clinic=unit.clinic.slug, due=due.isoformat(), erased=erased, deleted=deleted)


HOUSEKEEPING: Final = CalendarJob("housekeeping", time(3, 30), run)
