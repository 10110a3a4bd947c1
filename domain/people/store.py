"""SQL of people: persons and their chats, staff, and customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, column, delete, exists, insert, or_, select, table, update

from domain.clinics.tables import branches, channel_accounts
from domain.database.session import Connection
from domain.database.tables import outbox
from domain.people.model import Chat, Customer, Hat, Staff, Target
from domain.people.tables import (
    channel_identities,
    consents,
    customers,
    health_alerts,
    persons,
    users,
)
from domain.unit import Actor

# Tables of nouns above this one: what keeps a person from being deleted, and what a new binding must drop.
_events = table("customer_journey_events", column("clinic_id"), column("person_id"))
_conversations = table("customer_conversations", column("clinic_id"), column("identity_id"))

_p, _u, _c = persons.c, users.c, customers.c
_STAFF = select(
    _u.id.label("user_id"), _u.person_id, _u.name, _u.role, _u.branch_id, _u.skills, _u.licence_no, _u.on_duty
).where(_u.active)
_CUSTOMERS = select(*(_c[name] for name in Customer.__slots__))


# Persons and their chats


async def add_alert(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """Something that a performer must know of a customer."""
    await db.execute(insert(health_alerts).values(clinic_id=clinic_id, **values))


async def add_person(db: Connection, clinic_id: UUID, name: str, language: str | None, now: datetime) -> UUID:
    """A new person without hats or chats."""
    row = insert(persons).values(clinic_id=clinic_id, name=name, language=language, created_at=now)
    person_id: UUID = (await db.execute(row.returning(_p.id))).scalar_one()
    return person_id


async def change_person(db: Connection, clinic_id: UUID, person_id: UUID, **values: Any) -> None:
    """Change a person's name or language."""
    await db.execute(update(persons).where(_p.clinic_id == clinic_id, _p.id == person_id).values(**values))


async def lock_persons(db: Connection, clinic_id: UUID, ids: Collection[UUID]) -> dict[UUID, str | None]:
    """Lock persons in the order of their ids; returns the language of each."""
    query = select(_p.id, _p.language).where(_p.clinic_id == clinic_id, _p.id.in_(ids)).order_by(_p.id)
    rows = await db.execute(query.with_for_update(key_share=True))
    return {row.id: row.language for row in rows}


async def hats(db: Connection, clinic_id: UUID, person_id: UUID) -> frozenset[Hat]:
    """What a person is to the clinic, former staff included; empty for a stranger."""
    staff = select(_u.id).where(_u.clinic_id == clinic_id, _u.person_id == person_id)
    customer = select(_c.id).where(_c.clinic_id == clinic_id, _c.person_id == person_id)
    row = (await db.execute(select(exists(staff).label("staff"), exists(customer).label("customer")))).one()
    return frozenset(hat for hat in Hat if getattr(row, hat))


async def actor_of(db: Connection, clinic_id: UUID, person_id: UUID) -> Actor:
    """A person as an actor, with every hat."""
    query = (
        select(_p.name, _u.id.label("user_id"), _u.role, _u.name.label("user_name"), _c.id.label("customer_id"))
        .outerjoin(users, (_u.clinic_id == _p.clinic_id) & (_u.person_id == _p.id) & _u.active)
        .outerjoin(customers, (_c.clinic_id == _p.clinic_id) & (_c.person_id == _p.id))
        .where(_p.clinic_id == clinic_id, _p.id == person_id)
    )
    row = (await db.execute(query)).one()
    role = row.role or ("customer" if row.customer_id else "stranger")
    return Actor(role, person_id, row.user_id, row.customer_id, row.user_name or row.name)


async def chats(db: Connection, clinic_id: UUID, **ids: UUID) -> list[Chat]:
    """The chats of one `person_id`, or the chat with one `id`."""
    c = channel_identities.c
    query = (
        select(c.id.label("identity_id"), c.account_id, c.person_id, channel_accounts.c.channel, c.display_name)
        .join(
            channel_accounts,
            (channel_accounts.c.clinic_id == c.clinic_id) & (channel_accounts.c.id == c.account_id),
        )
        .where(c.clinic_id == clinic_id, *(c[name] == value for name, value in ids.items()))
    )
    return [Chat(**row._mapping) for row in await db.execute(query)]


async def preferred_channel(db: Connection, clinic_id: UUID, person_id: UUID) -> str | None:
    """Where a person wants to be told things, if they have said so."""
    query = select(_p.preferred_channel).where(_p.clinic_id == clinic_id, _p.id == person_id)
    channel: str | None = (await db.execute(query)).scalar_one()
    return channel


async def lock_chat(db: Connection, clinic_id: UUID, identity_id: UUID) -> None:
    """Wait until no event of this chat is being worked on, and keep new ones waiting."""
    c = channel_identities.c
    query = select(c.id).where(c.clinic_id == clinic_id, c.id == identity_id)
    await db.execute(query.with_for_update(key_share=True))


async def move_chat(db: Connection, clinic_id: UUID, identity_id: UUID, person_id: UUID) -> None:
    """Give a chat to another person."""
    c = channel_identities.c
    change = update(channel_identities).where(c.clinic_id == clinic_id, c.id == identity_id)
    await db.execute(change.values(person_id=person_id))


async def forget_chat(db: Connection, clinic_id: UUID, identity_id: UUID) -> None:
    """Drop what a chat's former person would have read next: the open form and the notices not yet sent."""
    c = outbox.c
    await db.execute(
        delete(_conversations).where(
            _conversations.c.clinic_id == clinic_id, _conversations.c.identity_id == identity_id
        )
    )
    waiting = (c.clinic_id == clinic_id, c.identity_id == identity_id, c.state == "pending", c.row_kind != "answer")
    await db.execute(update(outbox).where(*waiting).values(state="dropped", error="unlinked"))


async def delete_person_if_empty(db: Connection, clinic_id: UUID, person_id: UUID) -> None:
    """Delete a person whom no chat, hat, message or record points at any more."""

    def nobody(clinic: ColumnElement[Any], person: ColumnElement[Any]) -> ColumnElement[bool]:
        return ~exists(select(1).where(clinic == clinic_id, person == person_id))

    pointing = (
        (channel_identities.c.clinic_id, channel_identities.c.person_id),
        (_u.clinic_id, _u.person_id),
        (_c.clinic_id, _c.person_id),
        (outbox.c.clinic_id, outbox.c.person_id),
        (_events.c.clinic_id, _events.c.person_id),
        (consents.c.clinic_id, consents.c.actor_person_id),
    )
    where = (_p.clinic_id == clinic_id, _p.id == person_id, *(nobody(*columns) for columns in pointing))
    await db.execute(delete(persons).where(*where))


# Staff and customers


async def branch_id(db: Connection, clinic_id: UUID, code: str) -> UUID | None:
    """The branch with the clinic's own code."""
    query = select(branches.c.id).where(branches.c.clinic_id == clinic_id, branches.c.code == code)
    found: UUID | None = (await db.execute(query)).scalar_one_or_none()
    return found


async def add_user(db: Connection, clinic_id: UUID, **values: Any) -> UUID:
    """A new member of staff."""
    user_id: UUID = (
        await db.execute(insert(users).values(clinic_id=clinic_id, **values).returning(_u.id))
    ).scalar_one()
    return user_id


async def staff(db: Connection, clinic_id: UUID, user_id: UUID) -> Staff | None:
    """One active member of staff."""
    row = (await db.execute(_STAFF.where(_u.clinic_id == clinic_id, _u.id == user_id))).one_or_none()
    return _staff(row._asdict()) if row else None


async def change_user(db: Connection, clinic_id: UUID, user_id: UUID, **values: Any) -> None:
    """Change a member of staff."""
    await db.execute(update(users).where(_u.clinic_id == clinic_id, _u.id == user_id).values(**values))


async def staff_of_role(db: Connection, clinic_id: UUID, roles: Collection[str], branch: UUID | None) -> list[Staff]:
    """Active staff in one of the roles, by name; with a branch, those of it and those of no branch."""
    query = _STAFF.where(_u.clinic_id == clinic_id, _u.role.in_(roles)).order_by(_u.name, _u.id)
    if branch is not None:
        query = query.where(or_(_u.branch_id == branch, _u.branch_id.is_(None)))
    return [_staff(row._asdict()) for row in await db.execute(query)]


def _staff(row: Mapping[str, Any]) -> Staff:
    return Staff(**{**row, "skills": tuple(row["skills"])})


async def add_customer(db: Connection, clinic_id: UUID, **values: Any) -> Customer:
    """A new customer."""
    row = insert(customers).values(clinic_id=clinic_id, **values).returning(*_CUSTOMERS.selected_columns)
    return Customer(**(await db.execute(row)).one()._mapping)


async def customer(db: Connection, clinic_id: UUID, customer_id: UUID) -> Customer | None:
    """One customer."""
    row = (await db.execute(_CUSTOMERS.where(_c.clinic_id == clinic_id, _c.id == customer_id))).one_or_none()
    return Customer(**row._mapping) if row else None


async def language_of_customer(db: Connection, clinic_id: UUID, customer_id: UUID) -> str | None:
    """What a customer reads; None before they have chosen."""
    query = select(_p.language).join(customers, and_(_c.clinic_id == _p.clinic_id, _c.person_id == _p.id))
    mine = query.where(_c.clinic_id == clinic_id, _c.id == customer_id)
    language: str | None = (await db.execute(mine)).scalar_one_or_none()
    return language


async def customers_by_phone(db: Connection, clinic_id: UUID, phone: str) -> list[Customer]:
    """Everybody with this E.164 number, oldest record first."""
    query = _CUSTOMERS.where(_c.clinic_id == clinic_id, _c.phone == phone).order_by(_c.created_at, _c.id)
    return [Customer(**row._mapping) for row in await db.execute(query)]


async def lock_customers(db: Connection, clinic_id: UUID, ids: Collection[UUID]) -> list[Customer]:
    """Customers whose rows nobody else changes until the transaction ends, in the order of their ids."""
    query = _CUSTOMERS.where(_c.clinic_id == clinic_id, _c.id.in_(ids)).order_by(_c.id)
    return [Customer(**row._mapping) for row in await db.execute(query.with_for_update(key_share=True))]


async def change_customers(db: Connection, clinic_id: UUID, ids: Collection[UUID], **values: Any) -> None:
    """Change customers."""
    await db.execute(update(customers).where(_c.clinic_id == clinic_id, _c.id.in_(ids)).values(**values))


async def move_hat(db: Connection, clinic_id: UUID, target: Target, person_id: UUID) -> None:
    """Let another person wear a hat: the staff or customer row points at them from now on."""
    hat = users if target.hat is Hat.STAFF else customers
    change = update(hat).where(hat.c.clinic_id == clinic_id, hat.c.id == target.id)
    await db.execute(change.values(person_id=person_id))
