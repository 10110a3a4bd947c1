"""Use cases of people: who works here, who the customers are, what they agreed to, and whose chat is whose."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from domain.clinics import service as clinics
from domain.errors import DomainError
from domain.people import store
from domain.people.consents import (
    consent_now,
    consents_missing,
    consents_of,
    give_consent,
    record_paper_consent,
    withdraw_marketing,
)
from domain.people.invitations import (
    invite_customer,
    invite_staff,
    join,
    reinvite_staff,
    unbind_staff,
    unlink_customer,
)
from domain.people.menus import switch_account, switch_menu
from domain.people.model import (
    LANGUAGES,
    Customer,
    Reach,
    Staff,
)
from domain.people.notes import add_note, alerts_of, notes_of
from domain.people.rules import clean_name, parse_phone
from domain.people.search import find_customers
from domain.people.team import change_role, member, members, remove_staff
from domain.unit import Unit

__all__ = [
    "add_note",
    "alerts_of",
    "change_customer",
    "change_role",
    "consent_now",
    "consents_missing",
    "consents_of",
    "create_customer",
    "customer",
    "customers_by_phone",
    "find_customers",
    "give_consent",
    "invite_customer",
    "invite_staff",
    "join",
    "language_of_customer",
    "lock_customers",
    "member",
    "members",
    "next_customer_code",
    "notes_of",
    "prefer_channel",
    "reach",
    "record_paper_consent",
    "reinvite_staff",
    "remove_staff",
    "set_duty",
    "set_language",
    "set_owner",
    "set_person_name",
    "staff",
    "staff_of_role",
    "switch_account",
    "switch_menu",
    "switch_own_menu",
    "unbind_staff",
    "unlink_customer",
    "withdraw_marketing",
]


async def set_language(unit: Unit, language: str) -> None:
    """The actor reads this language (`th` or `en`) from now on; DomainError `bad_language` for another."""
    if language not in LANGUAGES:
        raise DomainError("bad_language", languages=list(LANGUAGES))
    await store.change_person(unit.db, unit.clinic.id, unit.actor.person(), language=language)
    if unit.scene is not None:
        unit.scene = replace(unit.scene, language=language)
    await switch_menu(unit, unit.actor.person())


async def switch_own_menu(unit: Unit) -> None:
    """Show the actor's chats the menu that is theirs, once more."""
    await switch_menu(unit, unit.actor.person())


async def reach(unit: Unit) -> Reach:
    """Where the actor can be told things."""
    chats = await store.chats(unit.db, unit.clinic.id, person_id=unit.actor.person())
    preferred = await store.preferred_channel(unit.db, unit.clinic.id, unit.actor.person())
    return Reach(tuple(sorted({chat.channel for chat in chats})), preferred)


async def prefer_channel(unit: Unit, channel: str | None) -> None:
    """Notices come to the actor on this channel (None: where they wrote last); DomainError `not_linked_there`."""
    if channel is not None and channel not in (await reach(unit)).channels:
        raise DomainError("not_linked_there")
    await store.change_person(unit.db, unit.clinic.id, unit.actor.person(), preferred_channel=channel)


async def set_person_name(unit: Unit, name: str) -> str:
    """Call the actor by this name; returns it cleaned. DomainError `bad_name`."""
    name = clean_name(name)
    await store.change_person(unit.db, unit.clinic.id, unit.actor.person(), name=name)
    return name


async def staff_of_role(unit: Unit, roles: Collection[str], branch_id: UUID | None = None) -> list[Staff]:
    """Active staff in any of the roles; with a branch, those of it and those who work at every branch."""
    return await store.staff_of_role(unit.db, unit.clinic.id, roles, branch_id)


async def staff(unit: Unit, user_id: UUID) -> Staff:
    """One active member of staff, else DomainError `no_such_staff`."""
    found = await store.staff(unit.db, unit.clinic.id, user_id)
    if found is None:
        raise DomainError("no_such_staff")
    return found


async def set_duty(unit: Unit, *, on_duty: bool) -> Staff:
    """The actor begins or ends their duty: whoever is off duty is offered nothing. DomainError `no_such_staff`."""
    if unit.actor.user_id is None:
        raise DomainError("no_such_staff")
    member = await staff(unit, unit.actor.user_id)
    if member.on_duty is not on_duty:
        await store.change_user(unit.db, unit.clinic.id, member.user_id, on_duty=on_duty)
        unit.record("duty_changed", member.user_id, on_duty=on_duty)
    return replace(member, on_duty=on_duty)


async def customer(unit: Unit, customer_id: UUID) -> Customer:
    """One customer, else DomainError `no_such_customer`."""
    found = await store.customer(unit.db, unit.clinic.id, customer_id)
    if found is None:
        raise DomainError("no_such_customer")
    return found


async def language_of_customer(unit: Unit, customer_id: UUID) -> str | None:
    """What a customer reads (`th` or `en`); None before they have chosen."""
    return await store.language_of_customer(unit.db, unit.clinic.id, customer_id)


async def lock_customers(unit: Unit, ids: Collection[UUID]) -> list[Customer]:
    """Those customers, held until the unit ends: for use cases that change whose they are or how they are called."""
    return await store.lock_customers(unit.db, unit.clinic.id, ids)


async def set_owner(unit: Unit, ids: Collection[UUID], owner_id: UUID) -> None:
    """Give customers, who are locked, to a salesperson."""
    await store.change_customers(unit.db, unit.clinic.id, ids, owner_id=owner_id)


async def change_customer(unit: Unit, known: Customer, **changes: str) -> Customer:
    """Correct the `name`, `nickname` or `phone` of a customer, who is locked; returns them as they are now.

    DomainErrors `bad_name`, `bad_phone`.
    """
    clean = {what: parse_phone(text) if what == "phone" else clean_name(text) for what, text in changes.items()}
    await store.change_customers(unit.db, unit.clinic.id, [known.id], **clean)
    return await customer(unit, known.id)


async def customers_by_phone(unit: Unit, phone: str) -> list[Customer]:
    """Everybody with this number, however it is written, oldest first. DomainError `bad_phone`."""
    return await store.customers_by_phone(unit.db, unit.clinic.id, parse_phone(phone))


async def create_customer(
    unit: Unit, *, name: str, phone: str | None, source: str, owner_id: UUID | None, person_id: UUID | None = None
) -> Customer:
    """A new customer, on a new person unless one is given; works at the branch of the owner.

    DomainErrors `bad_name`, `bad_phone`, `no_such_staff`.
    """
    name, phone = clean_name(name), parse_phone(phone) if phone is not None else None
    owner = await staff(unit, owner_id) if owner_id else None
    wearer = person_id or await store.add_person(unit.db, unit.clinic.id, name, None, unit.now)
    made = await store.add_customer(
        unit.db,
        unit.clinic.id,
        person_id=wearer,
        name=name,
        code=await next_customer_code(unit),
        phone=phone,
        source=source,
        owner_id=owner_id,
        branch_id=owner.branch_id if owner else None,
        created_at=unit.now,
    )
    if person_id is not None:
        await switch_menu(unit, person_id)
    return made


async def next_customer_code(unit: Unit) -> str:
    """The clinic's number for its next customer, such as `DRG-0042`."""
    return f"{unit.clinic.slug}-{await clinics.next_number(unit, 'customer'):04}"
