"""SQL of reminders."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select, update

from domain.database.session import Connection
from domain.people.tables import customers
from domain.reminders.model import Kind, Reminder, State
from domain.reminders.tables import reminders

_r = reminders.c
_VIEW = select(
    _r.id,
    _r.version,
    _r.kind,
    _r.state,
    _r.text,
    _r.due_at,
    _r.customer_id,
    customers.c.name.label("customer_name"),
    _r.user_id,
    _r.ended_at,
).join(customers, and_(customers.c.clinic_id == _r.clinic_id, customers.c.id == _r.customer_id))


async def add(db: Connection, clinic_id: UUID, **values: Any) -> UUID:
    """A new reminder."""
    row = insert(reminders).values(clinic_id=clinic_id, **values).returning(_r.id)
    reminder_id: UUID = (await db.execute(row)).scalar_one()
    return reminder_id


async def reminder(db: Connection, clinic_id: UUID, reminder_id: UUID, *, lock: bool = False) -> Reminder | None:
    """One reminder; with `lock`, nobody else changes it until the transaction ends."""
    query = _VIEW.where(_r.clinic_id == clinic_id, _r.id == reminder_id)
    row = (await db.execute(query.with_for_update(of=reminders) if lock else query)).one_or_none()
    return _reminder(row._asdict()) if row else None


async def change(db: Connection, clinic_id: UUID, reminder_id: UUID, **values: Any) -> None:
    """Change a reminder, a version up."""
    where = (_r.clinic_id == clinic_id, _r.id == reminder_id)
    await db.execute(update(reminders).where(*where).values(version=_r.version + 1, **values))


async def waiting(db: Connection, clinic_id: UUID, user_id: UUID | None) -> list[Reminder]:
    """What still waits, of one person or of everybody, the next first."""
    query = _VIEW.where(_r.clinic_id == clinic_id, _r.state == State.WAITING)
    if user_id is not None:
        query = query.where(_r.user_id == user_id)
    return [_reminder(row._asdict()) for row in await db.execute(query.order_by(_r.due_at, _r.id))]


async def next_of(db: Connection, clinic_id: UUID, customer_id: UUID) -> datetime | None:
    """When the next reminder about a customer is due."""
    query = select(_r.due_at).where(
        _r.clinic_id == clinic_id,
        _r.customer_id == customer_id,
        _r.kind == Kind.REMIND,
        _r.state == State.WAITING,
    )
    found: datetime | None = (await db.execute(query.order_by(_r.due_at).limit(1))).scalar_one_or_none()
    return found


async def follow_owner(db: Connection, clinic_id: UUID, giver: UUID, taker: UUID) -> None:
    """Give what waits on `giver`'s list for customers who are `taker`'s by now to `taker`."""
    c = customers.c
    theirs = select(c.id).where(c.clinic_id == clinic_id, c.owner_id == taker)
    where = (_r.clinic_id == clinic_id, _r.user_id == giver, _r.state == State.WAITING, _r.customer_id.in_(theirs))
    await db.execute(update(reminders).where(*where).values(user_id=taker, version=_r.version + 1))


def _reminder(row: dict[str, Any]) -> Reminder:
    return Reminder(**{**row, "kind": Kind(row["kind"]), "state": State(row["state"])})
