"""Correcting what was typed when a lead was taken in: allowed until money came in, each change in the audit trail.

Public through `service.py`.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.clinics import service as clinics
from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Customer, Role
from domain.unit import Unit
from domain.workflow import pipeline_store, store
from domain.workflow.model import Action, JourneyView, Stage
from domain.workflow.moves import journey_view, lock, note

DETAILS: Final = ("name", "nickname", "phone")
"""What of a customer can be corrected."""
_DESK: Final = (Role.SALES, Role.MANAGER)
_UNQUOTED: Final = frozenset({Stage.LEAD, Stage.SCANNED})
"""Before a plan was sent: afterwards the treatment is changed by sending another plan."""


async def correct_customer(unit: Unit, customer_id: UUID, detail: str, text: str) -> Customer:
    """Correct one of `DETAILS`: sales until the customer has paid something, a manager always.

    Before and after go into the audit trail of the customer's newest journey; the fact `customer_corrected` carries
    neither. DomainErrors `not_your_role`, `no_such_customer`, `bad_choice`, `bad_name`, `bad_phone`, `paid_already`.
    """
    if unit.actor.role not in _DESK:
        raise DomainError("not_your_role")
    if detail not in DETAILS:
        raise DomainError("bad_choice")
    found = await people.lock_customers(unit, [customer_id])
    if not found:
        raise DomainError("no_such_customer")
    newest = await pipeline_store.lock_newest(unit.db, unit.clinic.id, customer_id)
    if unit.actor.role != Role.MANAGER and await pipeline_store.has_paid(unit.db, unit.clinic.id, customer_id):
        raise DomainError("paid_already", customer_id=str(customer_id))
    before, after = found[0], await people.change_customer(unit, found[0], **{detail: text})
    if newest is not None:
        change = {"detail": detail, "before": getattr(before, detail), "after": getattr(after, detail)}
        await note(unit, newest, Action.EDIT, change)
    unit.record("customer_corrected", customer_id, customer_id=str(customer_id), detail=detail)
    return after


async def change_treatment(unit: Unit, journey_id: UUID, *, version: int, treatment_id: UUID) -> JourneyView:
    """Another treatment, at its price, for a plan that was not sent yet and of which nothing is paid.

    DomainErrors `not_your_role`, `no_such_journey`, `no_such_treatment`, `outdated`, `plan_sent`, `open_journey`
    (journey_id) when the customer has another open one of that treatment.
    """
    if unit.actor.role not in _DESK:
        raise DomainError("not_your_role")
    journey = await lock(unit, journey_id)
    if journey.version != version:
        raise DomainError("outdated", journey_id=str(journey_id))
    view = await journey_view(unit, journey_id)
    if journey.stage not in _UNQUOTED or view.paid_satang:
        raise DomainError("plan_sent", journey_id=str(journey_id))
    treatment = await clinics.treatment(unit, treatment_id)
    other = await store.open_one(unit.db, unit.clinic.id, journey.customer_id, treatment_id, unit.now)
    if other is not None and other != journey_id:
        raise DomainError("open_journey", journey_id=str(other))
    change = {"detail": "treatment", "before": dict(view.treatment), "after": dict(treatment.names)}
    await note(unit, journey, Action.EDIT, change, treatment_id=treatment_id, agreed_satang=treatment.price_satang)
    unit.record("customer_corrected", journey.customer_id, customer_id=str(journey.customer_id), detail="treatment")
    return await journey_view(unit, journey_id)
