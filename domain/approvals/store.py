"""SQL of approvals: requests are added, read with the names of those who asked and decided, and decided once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, select, update

from domain.approvals.model import Approval, ApprovalState
from domain.approvals.tables import approvals
from domain.database.session import Connection
from domain.people.tables import users

_a = approvals.c
_asked, _decided = users.alias("asked"), users.alias("decided")
_VIEW = (
    select(
        *(_a[name] for name in Approval.__slots__ if name in _a),
        _asked.c.name.label("requested_by_name"),
        _decided.c.name.label("decided_by_name"),
    )
    .join(_asked, and_(_asked.c.clinic_id == _a.clinic_id, _asked.c.id == _a.requested_by))
    .outerjoin(_decided, and_(_decided.c.clinic_id == _a.clinic_id, _decided.c.id == _a.decided_by))
)


async def add(db: Connection, clinic_id: UUID, **values: Any) -> UUID:
    """A new request; at most one of a kind waits for a journey."""
    row = insert(approvals).values(clinic_id=clinic_id, **values).returning(_a.id)
    approval_id: UUID = (await db.execute(row)).scalar_one()
    return approval_id


async def view(db: Connection, clinic_id: UUID, approval_id: UUID) -> Approval | None:
    """One request."""
    found = await _views(db, _a.clinic_id == clinic_id, _a.id == approval_id)
    return found[0] if found else None


async def lock(db: Connection, clinic_id: UUID, approval_id: UUID) -> Approval | None:
    """One request as it stands once nobody else is deciding it; locked until the transaction ends."""
    row = select(_a.id).where(_a.clinic_id == clinic_id, _a.id == approval_id)
    await db.execute(row.with_for_update(key_share=True))
    return await view(db, clinic_id, approval_id)


async def waiting(db: Connection, clinic_id: UUID, **where: UUID | str) -> list[Approval]:
    """Requests that wait, oldest first; `where`: columns that must be so."""
    same = (_a[name] == value for name, value in where.items())
    return await _views(db, _a.clinic_id == clinic_id, _a.state == ApprovalState.WAITING, *same)


async def change(db: Connection, clinic_id: UUID, approval_id: UUID, **values: Any) -> None:
    """Decide a request."""
    await db.execute(update(approvals).where(_a.clinic_id == clinic_id, _a.id == approval_id).values(**values))


async def _views(db: Connection, *where: ColumnElement[bool]) -> list[Approval]:
    rows = await db.execute(_VIEW.where(*where).order_by(_a.requested_at, _a.id))
    return [Approval(**{**row._mapping, "state": ApprovalState(row.state)}) for row in rows]
