"""The time of a journey: set once it is paid (T5)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.errors import DomainError
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.model import Action, JourneyView, Stage
from domain.workflow.moves import journey_view, lock, may_ever, move


async def schedule(unit: Unit, journey_id: UUID, *, version: int, at: datetime, arrived: bool = False) -> JourneyView:
    """Give a paid journey its time (T5), now or later; the trigger opens the task of whoever will perform it.

    `arrived`: the customer is here already.

    DomainErrors: `no_such_journey`, `not_your_role`, `already_scheduled` (by, at: who set it when; scheduled_at:
    the time set), `outdated`, `illegal_move`, `in_the_past`.
    """
    may_ever(unit, Action.SCHEDULE)
    journey = await lock(unit, journey_id)
    if journey.scheduled_at is not None and journey.stage is not Stage.PAYMENT_CONFIRMED:
        done = await store.last_action(unit.db, unit.clinic.id, journey_id, Action.SCHEDULE)
        by, when = done or (None, journey.scheduled_at)
        raise DomainError(
            "already_scheduled", by=by, at=when.isoformat(), scheduled_at=journey.scheduled_at.isoformat()
        )
    if journey.version != version:
        raise DomainError("outdated")
    if at < unit.now:
        raise DomainError("in_the_past")
    await move(unit, journey, Action.SCHEDULE, scheduled_at=at, arrived_at=unit.now if arrived else None)
    unit.record(
        "treatment_scheduled",
        journey_id,
        journey_id=str(journey_id),
        customer_id=str(journey.customer_id),
        scheduled_at=at.isoformat(),
    )
    return await journey_view(unit, journey_id)
