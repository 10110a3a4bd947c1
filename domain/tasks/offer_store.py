"""SQL of offers (`task_offers`): who was asked to do a task, and what they answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.session import Connection
from domain.tasks.model import OfferState, Round
from domain.tasks.tables import task_offers

_o = task_offers.c


async def save(
    db: Connection,
    clinic_id: UUID,
    task_id: UUID,
    user_id: UUID,
    state: OfferState,
    *,
    number: Round,
    at: datetime,
    reason: str = "",
) -> None:
    """What stands between a task and one person: a new offer, or their answer."""
    answered = None if state is OfferState.OFFERED else at
    values = {"state": state, "round": int(number), "reason": reason, "answered_at": answered}
    row = insert(task_offers).values(clinic_id=clinic_id, task_id=task_id, user_id=user_id, offered_at=at, **values)
    await db.execute(row.on_conflict_do_update(index_elements=["clinic_id", "task_id", "user_id"], set_=values))


async def asked(db: Connection, clinic_id: UUID, task_id: UUID, *states: OfferState) -> set[UUID]:
    """Users who were asked (in one of these states)."""
    query = select(_o.user_id).where(_o.clinic_id == clinic_id, _o.task_id == task_id)
    rows = await db.execute(query.where(_o.state.in_(states)) if states else query)
    return set(rows.scalars())


async def expire(db: Connection, clinic_id: UUID, task_id: UUID, at: datetime) -> None:
    """Nobody is waited for any more: the round is over, or somebody has the task."""
    waiting = (_o.clinic_id == clinic_id, _o.task_id == task_id, _o.state == OfferState.OFFERED)
    await db.execute(update(task_offers).where(*waiting).values(state=OfferState.EXPIRED, answered_at=at))


async def forget(db: Connection, clinic_id: UUID, task_id: UUID) -> None:
    """Everybody may be asked anew."""
    await db.execute(delete(task_offers).where(_o.clinic_id == clinic_id, _o.task_id == task_id))
