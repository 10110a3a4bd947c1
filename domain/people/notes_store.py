"""SQL of notes and alerts about customers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select

from domain.database.session import Connection
from domain.people.model import Alert, Note
from domain.people.tables import customer_notes, health_alerts, users

_n, _h = customer_notes.c, health_alerts.c


async def add(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One more note."""
    await db.execute(insert(customer_notes).values(clinic_id=clinic_id, **values))


async def newest(db: Connection, clinic_id: UUID, customer_id: UUID, limit: int) -> list[Note]:
    """A customer's newest notes, newest first."""
    query = (
        select(_n.text, users.c.name.label("by"), _n.written_at.label("at"))
        .join(users, and_(users.c.clinic_id == _n.clinic_id, users.c.id == _n.written_by))
        .where(_n.clinic_id == clinic_id, _n.customer_id == customer_id)
        .order_by(_n.written_at.desc(), _n.id)
        .limit(limit)
    )
    return [Note(**row._mapping) for row in await db.execute(query)]


async def alerts(db: Connection, clinic_id: UUID, customer_id: UUID) -> list[Alert]:
    """A customer's alerts in force, the blocking ones first, then the newest."""
    query = select(_h.kind, _h.text, _h.blocks).where(
        _h.clinic_id == clinic_id, _h.customer_id == customer_id, _h.cleared_at.is_(None)
    )
    return [Alert(**row._mapping) for row in await db.execute(query.order_by(_h.blocks.desc(), _h.noted_at.desc()))]
