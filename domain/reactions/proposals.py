"""What follows for treatment plans: the customer gets them, sales hears the answer, and every card keeps up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.notifications.service import notify, plain, replace
from domain.people import service as people
from domain.reactions.audience import owner_or_desk
from domain.reactions.ids import id_of, subject_of
from domain.unit import Fact, Unit
from domain.workflow import service as workflow
from domain.workflow.model import Stage


async def tell_owner_of_scan(unit: Unit, fact: Fact) -> None:
    """A colleague has done the scan: whoever sells the plan can write it now."""
    journey = await workflow.journey_view(unit, subject_of(fact))
    persons = await owner_or_desk(unit, journey.customer_id, journey.id)
    if unit.actor.person_id in persons:
        return
    facts = {
        "name": journey.customer_name,
        "journey_id": str(journey.id),
        "version": journey.version,
        "by": unit.actor.name,
    }
    await notify(unit, persons, "scan.recorded", facts, subject=f"journey:{journey.id}")


async def tell_customer(unit: Unit, fact: Fact) -> None:
    """The customer gets the plan; the version before it says that there is a newer one."""
    await plan_changed(unit, fact.data["replaces"])
    facts = await _plan_facts(unit, subject_of(fact))
    person = (await people.customer(unit, id_of(fact, "customer_id"))).person_id
    await notify(unit, [person], "proposal.card", facts, subject=f"proposal:{subject_of(fact)}")


async def tell_owner_of_answer(unit: Unit, fact: Fact) -> None:
    """Whoever looks after the customer hears what they answered, and the customer's card shows it."""
    if fact.kind != "proposal_asked":
        await plan_changed(unit, fact.subject_id)
    journey = await workflow.journey_view(unit, id_of(fact, "journey_id"))
    persons = await owner_or_desk(unit, journey.customer_id, journey.id)
    facts = {
        "answer": fact.kind,
        "name": journey.customer_name,
        "journey_id": str(journey.id),
        "treatment": dict(journey.treatment),
        "payable": fact.kind == "proposal_accepted" and journey.due_satang > 0,
    }
    others = [person for person in persons if person != unit.actor.person_id]
    await notify(unit, others, "proposal.answer", facts, subject=f"journey:{journey.id}")


async def plan_changed(unit: Unit, proposal_id: UUID | str | None) -> None:
    """Every card of a plan says what has become of it."""
    if proposal_id is not None:
        facts = await _plan_facts(unit, UUID(str(proposal_id)))
        await replace(unit, f"proposal:{proposal_id}", "proposal.card", facts)


async def _plan_facts(unit: Unit, proposal_id: UUID) -> dict[str, Any]:
    proposal = await workflow.proposal(unit, proposal_id)
    journey = await workflow.journey_view(unit, proposal.journey_id)
    return {**plain(proposal), "name": journey.customer_name, "open": journey.stage is Stage.PROPOSAL_SENT}
