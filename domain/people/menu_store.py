"""SQL of menus: chats with what decides their menu, for accounts that have menus."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, case, func, select

from domain.clinics.tables import channel_accounts
from domain.database.session import Connection
from domain.people.model import STRANGER, Role
from domain.people.tables import channel_identities, customers, persons, users


@dataclass(frozen=True, slots=True)
class MenuChat:
    """One chat, the role and language of its person, and the version of the menus that its account has."""

    identity_id: UUID
    account_id: UUID
    person_id: UUID
    recipient: str
    role: str
    language: str | None
    version: str


_i, _a = channel_identities.c, channel_accounts.c
_ROLE = func.coalesce(users.c.role, case((customers.c.id.is_not(None), Role.CUSTOMER), else_=STRANGER))
_VERSION = _a.menus["version"].astext
_CHATS = (
    select(
        _i.id.label("identity_id"),
        _i.account_id,
        _i.person_id,
        _i.external_id.label("recipient"),
        _ROLE.label("role"),
        persons.c.language,
        _VERSION.label("version"),
    )
    .join(channel_accounts, and_(_a.clinic_id == _i.clinic_id, _a.id == _i.account_id))
    .join(persons, and_(persons.c.clinic_id == _i.clinic_id, persons.c.id == _i.person_id))
    .outerjoin(users, and_(users.c.clinic_id == _i.clinic_id, users.c.person_id == _i.person_id, users.c.active))
    .outerjoin(customers, and_(customers.c.clinic_id == _i.clinic_id, customers.c.person_id == _i.person_id))
    .where(_VERSION.is_not(None))
    .order_by(_i.id)
)


async def chats(db: Connection, clinic_id: UUID, **ids: UUID) -> list[MenuChat]:
    """The chats of one `person_id` or one `account_id`; those on accounts without menus are missing."""
    query = _CHATS.where(_i.clinic_id == clinic_id, *(_i[name] == value for name, value in ids.items()))
    return [MenuChat(**row._mapping) for row in await db.execute(query)]
