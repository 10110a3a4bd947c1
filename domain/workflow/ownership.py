"""Whose customers are whose: one given to a colleague, all of somebody's handed over, one put aside for a while.

The customer is locked first, then their journeys in the order of their ids. Public through `service.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Customer, Role, Staff
from domain.unit import Unit
from domain.workflow import pipeline_store
from domain.workflow.model import Action, Journey
from domain.workflow.moves import note

LOOKING_AFTER: Final = (Role.SALES, Role.MANAGER)
"""Who may have customers of their own."""


async def colleagues(unit: Unit, *, but: UUID | None = None) -> list[Staff]:
    """Everybody who may look after customers, by name, without `but`."""
    return [member for member in await people.staff_of_role(unit, LOOKING_AFTER) if member.user_id != but]


async def reassign(unit: Unit, customer_id: UUID, to: UUID, *, seen_owner: UUID | None) -> Customer:
    """Give a customer, with all that is open, to a colleague: a manager anybody's, sales only their own.

    `seen_owner` is who had them when the actor chose, so that of two who reassign at once the second is told. The
    fact `customer_reassigned` names both. DomainErrors `not_your_role`, `no_such_customer`, `no_such_colleague`,
    `owner_changed` (by: who has them now), `not_your_customer` (by), `already_theirs` (by).
    """
    _desk_only(unit)
    found = await people.lock_customers(unit, [customer_id])
    if not found:
        raise DomainError("no_such_customer")
    customer, colleague = found[0], await _colleague(unit, to)
    owner = await _name(unit, customer.owner_id)
    if customer.owner_id != seen_owner:
        raise DomainError("owner_changed", by=owner, customer_id=str(customer_id))
    if unit.actor.role != Role.MANAGER and customer.owner_id not in (None, unit.actor.user_id):
        raise DomainError("not_your_customer", by=owner, customer_id=str(customer_id))
    if customer.owner_id == to:
        raise DomainError("already_theirs", by=owner, customer_id=str(customer_id))
    await people.set_owner(unit, [customer_id], to)
    await _give(unit, await pipeline_store.lock_open(unit.db, unit.clinic.id, [customer_id]), to)
    unit.record(
        "customer_reassigned",
        customer_id,
        customer_id=str(customer_id),
        from_user=str(customer.owner_id) if customer.owner_id else None,
        to_user=str(colleague.user_id),
    )
    return await people.customer(unit, customer_id)


async def waiting_for(unit: Unit, user_id: UUID) -> int:
    """How many customers of this person have something open: what a hand-over would pass on."""
    return len(await pipeline_store.customers_of(unit.db, unit.clinic.id, user_id))


async def hand_over(unit: Unit, giver: UUID, to: UUID) -> int:
    """Give every customer of `giver` who has something open to a colleague, in one act; returns how many.

    A manager for anybody, sales for themselves. The fact `customers_handed_over` is recorded once. DomainErrors
    `not_your_role`, `no_such_colleague`, `nothing_to_hand_over` (by: whose list is empty).
    """
    _desk_only(unit)
    if unit.actor.role != Role.MANAGER and giver != unit.actor.user_id:
        raise DomainError("not_your_role")
    colleague = await _colleague(unit, to)
    theirs = await pipeline_store.customers_of(unit.db, unit.clinic.id, giver) if giver != to else []
    # Looked at again once they are held: somebody else may have been given one meanwhile.
    held = await people.lock_customers(unit, theirs)
    journeys = await pipeline_store.lock_open(unit.db, unit.clinic.id, theirs, owner_id=giver)
    mine = {customer.id for customer in held if customer.owner_id == giver}
    passed_on = mine | {journey.customer_id for journey in journeys}
    if not passed_on:
        raise DomainError("nothing_to_hand_over", by=await _name(unit, giver))
    await people.set_owner(unit, mine, to)
    await _give(unit, journeys, to)
    unit.record(
        "customers_handed_over", giver, from_user=str(giver), to_user=str(colleague.user_id), count=len(passed_on)
    )
    return len(passed_on)


async def hold_open(unit: Unit, customer_id: UUID) -> None:
    """Hold a customer's open journeys until the unit ends, before anything below them is locked."""
    await pipeline_store.lock_open(unit.db, unit.clinic.id, [customer_id])


async def snooze(unit: Unit, customer_id: UUID, until: datetime | None) -> None:
    """Put a customer's open journeys at the bottom of the lists until then; None: back among the others.

    For sales and managers, else DomainError `not_your_role`.
    """
    _desk_only(unit)
    await pipeline_store.snooze(unit.db, unit.clinic.id, customer_id, until)


async def _give(unit: Unit, journeys: Sequence[Journey], to: UUID) -> None:
    for journey in journeys:
        was = str(journey.owner_id) if journey.owner_id else None
        await note(unit, journey, Action.REASSIGN, {"from": was, "to": str(to)}, owner_id=to)


async def _colleague(unit: Unit, user_id: UUID) -> Staff:
    found = [member for member in await colleagues(unit) if member.user_id == user_id]
    if not found:
        raise DomainError("no_such_colleague")
    return found[0]


async def _name(unit: Unit, user_id: UUID | None) -> str | None:
    """Who has a customer, by name, also when they work here no more; None for nobody."""
    return await pipeline_store.staff_name(unit.db, unit.clinic.id, user_id) if user_id else None


def _desk_only(unit: Unit) -> None:
    if unit.actor.role not in LOOKING_AFTER:
        raise DomainError("not_your_role")
