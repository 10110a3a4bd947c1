"""What time does to a journey: aftercare begins and ends (T9, T10), and one that nobody moves is lost (T14).

Set by timers, so each use case looks again at how things stand. A reaction keeps a journey open.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.payments import service as payments
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.ending import close, withdraw_plan
from domain.workflow.model import UNPAID_STAGES, Action, Journey, Stage
from domain.workflow.moves import IDLE_TIMER, lock, move

FOLLOW_UP_WITHIN: Final = timedelta(minutes=10)
"""After a treatment the aftercare was sent by then, or handed over by whoever treated (C1, T9)."""
CLOSE_AFTER: Final = timedelta(days=14)
LOOK_AGAIN: Final = timedelta(days=7)
"""When a journey that something holds back is looked at once more."""
IDLE_REASON: Final = "idle"

_FOLLOW_UP_TIMER: Final = "journey.follow_up"
_CLOSE_TIMER: Final = "journey.close"


def expect_follow_up(unit: Unit, journey_id: UUID) -> None:
    """A treatment has just ended: its aftercare begins within 10 minutes, and is over after 14 days."""
    unit.set_timer(_FOLLOW_UP_TIMER, journey_id, unit.now + FOLLOW_UP_WITHIN)
    unit.set_timer(_CLOSE_TIMER, journey_id, unit.now + CLOSE_AFTER)


async def begin_follow_up(unit: Unit, journey_id: UUID) -> None:
    """The timer: from completed to follow-up (T9). One that moved on meanwhile stays where it is."""
    journey = await lock(unit, journey_id)
    if journey.stage is Stage.TREATMENT_COMPLETED:
        await move(unit, journey, Action.AUTO)


async def close_when_quiet(unit: Unit, journey_id: UUID) -> None:
    """The timer: 14 days after the treatment the journey is done (T10), unless something is owed to either side."""
    if (await lock(unit, journey_id)).stage is not Stage.FOLLOW_UP:
        return
    try:
        await close(unit, journey_id)
    except DomainError:  # refused before anything was written
        unit.set_timer(_CLOSE_TIMER, journey_id, unit.now + LOOK_AGAIN)


async def lose_when_idle(unit: Unit, journey_id: UUID) -> None:
    """The timer: nothing has happened for 60 days before a payment (T14). What is put off, or part paid, waits."""
    journey = await lock(unit, journey_id)
    if journey.stage not in UNPAID_STAGES:
        return
    until = await store.put_off_until(unit.db, unit.clinic.id, journey_id)
    if until is not None and until > unit.now:
        unit.set_timer(IDLE_TIMER, journey_id, until)
        return
    if await payments.paid_so_far(unit, journey_id):
        unit.set_timer(IDLE_TIMER, journey_id, unit.now + LOOK_AGAIN)
        return
    await withdraw_plan(unit, journey_id)
    await move(unit, journey, Action.MARK_LOST, reason=IDLE_REASON)
    unit.record("journey_lost", journey_id, **_ids(journey))


async def open_reaction(unit: Unit, journey_id: UUID) -> None:
    """Somebody is unwell after a treatment: the journey stays open, and messages about it are silent."""
    await store.change(unit.db, unit.clinic.id, journey_id, adverse_open=True)


async def close_reaction(unit: Unit, journey_id: UUID) -> None:
    """They are looked after."""
    await store.change(unit.db, unit.clinic.id, journey_id, adverse_open=False)


def _ids(journey: Journey) -> dict[str, str]:
    return {"journey_id": str(journey.id), "customer_id": str(journey.customer_id)}
