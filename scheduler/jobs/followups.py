"""Sending the follow-ups that are due, clinic by clinic, as of the moment the scheduler names."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from domain.database.schedule import clinics_with_due_followups, next_followup_due
from domain.database.session import Engine
from domain.followups.service import send_due
from domain.unit import Units
from scheduler.job import Job, Tally, put_off_by

BATCH: Final = 100
"""Messages of one transaction: enough to be quick, few enough to hold no row for long."""

_log = structlog.get_logger(__name__)


async def run(units: Units, engine: Engine, now: datetime) -> Tally:
    """Deal with everything due at `now`; a clinic whose work breaks does not stop the others."""
    tally = Tally()
    for clinic_id in await clinics_with_due_followups(engine, now):
        try:
            tally.done += await _send_all(units, clinic_id, now)
        except Exception as error:  # whatever broke, it is this clinic's alone, and its rows stay due
            put_off_by("followups.broke", error, clinic_id=str(clinic_id))
            tally.failed += 1
    return tally


async def _send_all(units: Units, clinic_id: UUID, now: datetime) -> int:
    done, batch = 0, BATCH
    while batch == BATCH:
        async with units.clinic(clinic_id) as unit:
            unit.now = now
            batch = await send_due(unit, BATCH)
        _log.info("followups.sent", clinic=unit.clinic.slug, done=batch)
        done += batch
    return done


FOLLOWUPS: Final = Job("followups", run, next_followup_due)
