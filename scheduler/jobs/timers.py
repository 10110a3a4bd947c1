"""Timers: running the use case of each kind when its moment has come, clinic by clinic, each in its own transaction."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from domain.approvals import service as approvals
from domain.database import timers
from domain.database.session import Engine
from domain.database.timers import Timer, TimerTaken
from domain.followups import service as followups
from domain.loyalty import service as loyalty
from domain.notifications import news
from domain.reminders import service as reminders
from domain.rewards import service as rewards
from domain.stopwatch import elapsed_ms
from domain.tasks import service as tasks
from domain.unit import Unit, Units
from domain.workflow import service as workflow
from scheduler.job import Job, Tally, put_off_by

USE_CASES: Final[Mapping[str, Callable[[Unit, UUID], Awaitable[None]]]] = {
    news.DUE: news.tell,
    reminders.DUE: reminders.ring,
    "coupon.expire": rewards.expire,
    "loyalty.pause": loyalty.pause_over,
    "appointment.lapse": workflow.lapse_hold,
    "appointment.no_show": workflow.watch_no_show,
    "task.nudge": tasks.nudge,
    approvals.EXPIRE: approvals.expire,
    "followup.unanswered": followups.call_if_unanswered,
    "journey.follow_up": workflow.begin_follow_up,
    "journey.close": workflow.close_when_quiet,
    "journey.idle": workflow.lose_when_idle,
}
"""What to do when a timer of this kind is due; it gets the timer's subject and looks for itself what is still true."""

BATCH: Final = 100

_log = structlog.get_logger(__name__)


async def run(units: Units, engine: Engine, now: datetime) -> Tally:
    """Run every timer due at `now`. What breaks keeps nothing else waiting."""
    tally = Tally()
    for clinic_id in await timers.due_clinics(engine, now):
        while waiting := await _waiting(units, clinic_id, now):
            for timer in waiting:
                tally.failed += not await _ring(units, clinic_id, timer, now)
            tally.done += len(waiting)
    return tally


async def _waiting(units: Units, clinic_id: UUID, now: datetime) -> list[Timer]:
    async with units.clinic(clinic_id) as unit:
        return await timers.due(unit.db, clinic_id, now, BATCH)


async def _ring(units: Units, clinic_id: UUID, timer: Timer, now: datetime) -> bool:
    """Run a timer's use case; False when it broke and was put off."""
    begun, told = time.perf_counter(), {"kind": timer.kind, "subject_id": str(timer.subject_id)}
    try:
        async with units.clinic(clinic_id) as unit:
            unit.now = now
            if timer.kind in USE_CASES:  # one of a release that is gone has nobody to tell
                await USE_CASES[timer.kind](unit, timer.subject_id)
            unit.timer = timer
        late = (now - timer.due_at).total_seconds()
        facts = [fact.kind for fact in unit.facts]
        _log.info("timer.rang", clinic=unit.clinic.slug, **told, facts=facts, late_s=late, ms=elapsed_ms(begun))
    except TimerTaken:
        pass
    except Exception as error:  # whatever broke, it is this timer's alone
        pause = put_off_by("timer.broke", error, clinic_id=str(clinic_id), **told)
        async with units.clinic(clinic_id) as unit:
            await timers.put_off(unit.db, clinic_id, timer, now + pause)
        return False
    return True


TIMERS: Final = Job("timers", run, timers.next_due)
