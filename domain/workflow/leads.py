"""Where journeys begin: a salesperson takes somebody in, or somebody comes alone in a chat."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.clinics import service as clinics
from domain.clinics.model import Treatment
from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Customer, Role
from domain.people.rules import clean_name, parse_phone
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.ending import take_up
from domain.workflow.model import Action, JourneyView, Stage, Touch
from domain.workflow.moves import journey_view, lock, role, watch_idle, write_action
from domain.workflow.rules import next_stage, transition_for

SCAN_TREATMENT: Final = "SCN"
"""What a lead who comes alone is taken in for: the skin scan, with which the clinic finds out what they need."""

FROM_CHAT: Final = "chat"
"""The source of somebody who came alone."""

_ALONE: Final = frozenset({"stranger", Role.CUSTOMER})
"""Who takes nobody in but themselves."""


async def create_lead(
    unit: Unit, *, name: str, phone: str | None, treatment_id: UUID, source: str, customer_id: UUID | None = None
) -> JourneyView:
    """A new journey (T1), owned by the salesperson who makes it; a customer may open one for themselves.

    Without `customer_id` the customer is the one with this phone and name, else a new one. DomainErrors:
    `not_your_role`, `bad_name`, `bad_phone`, `no_such_treatment`, `no_such_customer`, `open_journey`
    (journey_id) when the customer has an open one of that treatment. One that was lost is taken up again instead.
    """
    if unit.actor.role in _ALONE:
        if customer_id is None or customer_id != unit.actor.customer_id:
            raise DomainError("not_your_role", action=Action.CREATE)
    else:
        next_stage(None, Action.CREATE, role(unit))
    treatment = await clinics.treatment(unit, treatment_id)
    if customer_id is not None:
        customer = await people.customer(unit, customer_id)
    else:
        # Two salespeople may enter the same person in the same moment: the second one must find the first's.
        await store.lock_phone(unit.db, unit.clinic.id, parse_phone(phone) if phone else None)
        customer = await _same_customer(unit, name, phone) or await people.create_customer(
            unit, name=name, phone=phone, source=source, owner_id=unit.actor.user_id
        )
    return await _open(unit, customer, treatment, source)


async def create_self_lead(unit: Unit, *, name: str, phone: str) -> JourneyView:
    """Somebody asks for the clinic in a chat: a journey of the skin scan, on their own person, owned by nobody.

    For strangers and customers; a stranger becomes a customer with this name and phone. The fact `lead_created`
    has the actor's role as `by`. DomainErrors: `not_your_role`, `bad_name`, `bad_phone`, `open_journey` (journey_id).
    """
    actor = unit.actor
    if actor.person_id is None or actor.role not in _ALONE:
        raise DomainError("not_your_role", action=Action.CREATE)
    treatment = await clinics.treatment_by_code(unit, SCAN_TREATMENT)
    if actor.customer_id is not None:
        customer = await people.customer(unit, actor.customer_id)
    else:
        customer = await people.create_customer(
            unit, name=name, phone=phone, source=FROM_CHAT, owner_id=None, person_id=actor.person_id
        )
        await people.set_person_name(unit, name)
    return await _open(unit, customer, treatment, FROM_CHAT)


async def touches(unit: Unit, customer_id: UUID) -> list[Touch]:
    """How a customer found the clinic, each time they came: the first one first, which stays their source."""
    return await store.touches(unit.db, unit.clinic.id, customer_id)


async def _open(unit: Unit, customer: Customer, treatment: Treatment, source: str) -> JourneyView:
    existing = await store.open_one(unit.db, unit.clinic.id, customer.id, treatment.id, unit.now)
    if existing is not None:
        raise DomainError("open_journey", journey_id=str(existing))
    if lost := await store.lost_one(unit.db, unit.clinic.id, customer.id, treatment.id):
        # It follows from coming back, whoever wrote that down.
        journey = await lock(unit, lost)
        if journey.stage is not Stage.LOST:  # somebody has just taken it up
            raise DomainError("open_journey", journey_id=str(lost))
        return await take_up(unit, journey, Role.SYSTEM, source)
    stage = transition_for(None, Action.CREATE).target
    journey_id = await store.add(
        unit.db,
        unit.clinic.id,
        customer_id=customer.id,
        treatment_id=treatment.id,
        branch_id=customer.branch_id,
        owner_id=unit.actor.user_id or customer.owner_id,
        stage=stage,
        agreed_satang=treatment.price_satang,
        source=source,
        created_at=unit.now,
        stage_changed_at=unit.now,
    )
    if journey_id is None:
        # Made in this very moment by somebody else.
        existing = await store.open_one(unit.db, unit.clinic.id, customer.id, treatment.id, unit.now)
        raise DomainError("open_journey", journey_id=str(existing))
    await write_action(unit, journey_id, Action.CREATE, None, stage, version=1, data={"source": source})
    watch_idle(unit, journey_id, stage)
    unit.record(
        "lead_created",
        journey_id,
        journey_id=str(journey_id),
        customer_id=str(customer.id),
        treatment_id=str(treatment.id),
        source=source,
        by=unit.actor.role,
    )
    return await journey_view(unit, journey_id)


async def _same_customer(unit: Unit, name: str, phone: str | None) -> Customer | None:
    """Who has this phone and this name: a number may belong to two people, but not to two of one name."""
    if phone is None:
        return None
    wanted = clean_name(name).casefold()
    same = [known for known in await people.customers_by_phone(unit, phone) if known.name.casefold() == wanted]
    return same[0] if same else None
