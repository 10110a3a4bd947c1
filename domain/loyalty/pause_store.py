"""SQL of medical pauses: one row each, of which at most one per customer has not ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.database.session import Connection
from domain.loyalty.model import Pause
from domain.loyalty.tables import loyalty_pauses


async def pause_on(db: Connection, clinic_id: UUID, customer_id: UUID) -> Pause | None:
    """The customer's medical pause that nobody has ended; its end may have passed already."""
    c = loyalty_pauses.c
    query = select(loyalty_pauses).where(c.clinic_id == clinic_id, c.customer_id == customer_id, c.ended_at.is_(None))
    row = (await db.execute(query)).one_or_none()
    return _pause(row) if row else None


async def pauses(db: Connection, clinic_id: UUID, customer_id: UUID) -> list[Pause]:
    """Every medical pause of the customer, newest first."""
    c = loyalty_pauses.c
    query = select(loyalty_pauses).where(c.clinic_id == clinic_id, c.customer_id == customer_id)
    return [_pause(row) for row in (await db.execute(query.order_by(c.started_at.desc()))).all()]


async def save_pause(db: Connection, clinic_id: UUID, pause: Pause, **by: UUID | None) -> None:
    """Write a pause, new or changed; `by`: `set_by` or `ended_by`, the user who did it."""
    values = {**asdict(pause), **by}
    row = upsert(loyalty_pauses).values(clinic_id=clinic_id, **values)
    changes = {name: value for name, value in values.items() if name not in ("id", "customer_id", "started_at")}
    await db.execute(row.on_conflict_do_update(index_elements=["clinic_id", "id"], set_=changes))


def _pause(row: Row[Any]) -> Pause:
    return Pause(row.id, row.customer_id, row.reason, row.started_at, row.until, row.ended_at)
