"""SQL of invitations: a code is used once, by one chat, for one person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import column, insert, select, table, update

from domain.database.session import Connection
from domain.people.model import Hat, Role, StoredInvitation, Target
from domain.people.tables import customers, invitations, users

# A table of a noun above this one: an invitation may name the journey it was made for.
_journeys = table("workflow_states", column("clinic_id"), column("id"), column("customer_id"))

_u, _c, _i = users.c, customers.c, invitations.c
_INVITATIONS = select(*(_i[name] for name in StoredInvitation.__slots__))


async def is_journey_of(db: Connection, clinic_id: UUID, journey_id: UUID, customer_id: UUID) -> bool:
    """True when the journey is this customer's."""
    c = _journeys.c
    query = select(1).where(c.clinic_id == clinic_id, c.id == journey_id, c.customer_id == customer_id)
    return (await db.execute(query)).scalar() is not None


async def add(db: Connection, clinic_id: UUID, **values: Any) -> UUID:
    """A new invitation."""
    row = insert(invitations).values(clinic_id=clinic_id, **values).returning(_i.id)
    invitation_id: UUID = (await db.execute(row)).scalar_one()
    return invitation_id


async def find(db: Connection, clinic_id: UUID, *, lock: bool = True, **key: UUID | str) -> StoredInvitation | None:
    """One invitation by `id` or `code_hash`, locked until the transaction ends: it can be used once."""
    query = _INVITATIONS.where(_i.clinic_id == clinic_id, *(_i[name] == value for name, value in key.items()))
    row = (await db.execute(query.with_for_update(key_share=True) if lock else query)).one_or_none()
    return StoredInvitation(**row._mapping) if row else None


async def lock_target(db: Connection, clinic_id: UUID, found: StoredInvitation) -> Target:
    """Whom the invitation is for, locked: two invitations of one person are worked on one after the other."""
    if found.user_id is not None:
        staff = select(_u.id, _u.person_id, _u.name, _u.role, _u.active)
        locked = staff.where(_u.clinic_id == clinic_id, _u.id == found.user_id).with_for_update(key_share=True)
        return Target(Hat.STAFF, **(await db.execute(locked)).one()._mapping)
    customer = select(_c.id, _c.person_id, _c.name)
    row = customer.where(_c.clinic_id == clinic_id, _c.id == found.customer_id).with_for_update(key_share=True)
    return Target(Hat.CUSTOMER, **(await db.execute(row)).one()._mapping, role=Role.CUSTOMER, active=True)


async def use(db: Connection, clinic_id: UUID, invitation_id: UUID, identity_id: UUID, now: datetime) -> None:
    """Write down which chat used a code."""
    change = update(invitations).where(_i.clinic_id == clinic_id, _i.id == invitation_id)
    await db.execute(change.values(used_at=now, used_by=identity_id))


async def revoke(db: Connection, clinic_id: UUID, now: datetime, **key: UUID) -> None:
    """Revoke one used invitation by `id`, or every unused one of a `customer_id` or `user_id`."""
    where = [_i.clinic_id == clinic_id, _i.revoked_at.is_(None), *(_i[name] == value for name, value in key.items())]
    if "id" not in key:
        where.append(_i.used_at.is_(None))
    await db.execute(update(invitations).where(*where).values(revoked_at=now))
