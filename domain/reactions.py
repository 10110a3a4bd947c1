"""What follows from facts: one table, run in the transaction that recorded them.

A noun never calls one above it; it records a fact (`treatment_completed`), and here it says what that means for
loyalty, badges, follow-ups and the people who are told. Facts that reactions record are answered in turn.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from domain.achievements import service as achievements
from domain.approvals import service as approvals
from domain.automation import service as automation
from domain.conversations import service as conversations
from domain.followups import service as followups
from domain.loyalty import service as loyalty
from domain.loyalty.notices import card_facts, tier_words
from domain.notifications.service import amend, notify
from domain.people import service as people
from domain.people.model import Role
from domain.tasks import service as tasks
from domain.unit import Fact, Unit
from domain.workflow import service as workflow

Reaction = Callable[[Unit, Fact], Awaitable[None]]

DESK: Final = (Role.SALES, Role.MANAGER)
"""Who looks after customers that no salesperson owns."""


async def react(unit: Unit) -> None:
    """Run what follows from every fact of the unit, those included that are recorded on the way."""
    for fact in unit.facts:  # a list that grows while it is gone through is gone through to its end
        for reaction in TABLE.get(fact.kind, ()):
            await reaction(unit, fact)
        await automation.run(unit, fact)


async def make_member(unit: Unit, fact: Fact) -> None:
    """Whoever joins has an account, and the welcome points, from then on."""
    await loyalty.enrol(unit, _subject(fact))


async def tell_desk_of_lead(unit: Unit, fact: Fact) -> None:
    """Who asks for the clinic in a chat belongs to nobody yet: everybody at the desk hears of it."""
    if unit.actor.user_id is not None:
        return
    journey = await workflow.journey_view(unit, _subject(fact))
    facts = {
        "journey_id": str(journey.id),
        "customer_id": str(journey.customer_id),
        "name": journey.customer_name,
        "phone": journey.phone,
        "treatment": dict(journey.treatment),
        "source": journey.source,
        "at": unit.now.isoformat(),
    }
    desk = await people.staff_of_role(unit, DESK)
    await notify(unit, [member.person_id for member in desk], "lead.new", facts, subject=f"journey:{journey.id}")


async def tell_owner_of_member(unit: Unit, fact: Fact) -> None:
    """The salesperson sees whose chat was bound, and can say that it is somebody else's."""
    customer = await people.customer(unit, _subject(fact))
    journey_id = _id(fact, "journey_id") if fact.data.get("journey_id") else None
    facts = {
        "name": customer.name,
        "channel": fact.data["channel"],
        "display_name": fact.data["display_name"],
        "customer_id": str(customer.id),
        "invitation_id": str(fact.data["invitation_id"]),
        "journey_id": str(journey_id) if journey_id else None,
    }
    await notify(unit, await _owner_or_desk(unit, customer.id, journey_id), "customer.joined", facts)


async def reward_payment(unit: Unit, fact: Fact) -> None:
    """A confirmed payment earns points, pending until the treatment, and the customer gets the receipt."""
    pending = await loyalty.earn_for_payment(
        unit,
        payment_id=_subject(fact),
        journey_id=_id(fact, "journey_id"),
        customer_id=_id(fact, "customer_id"),
        amount_satang=fact.data["amount_satang"],
        paid_before_satang=fact.data["paid_before_satang"],
    )
    journey = await workflow.journey_view(unit, _id(fact, "journey_id"))
    facts = {
        "receipt_no": fact.data["receipt_no"],
        "amount_satang": fact.data["amount_satang"],
        "method": fact.data["method"],
        "paid_satang": journey.paid_satang,
        "agreed_satang": journey.agreed_satang,
        "treatment": dict(journey.treatment),
        "pending": pending,
        "at": unit.now.isoformat(),
    }
    await notify(unit, [journey.customer_person_id], "payment.receipt", facts)


async def offer_task(unit: Unit, fact: Fact) -> None:
    """A scheduled treatment is offered to those who may do it."""
    await tasks.offer(unit, _subject(fact))


async def complete_treatment(unit: Unit, fact: Fact) -> None:
    """Points become usable, the tier and badges follow, aftercare is planned, and one card tells it all."""
    customer_id, journey_id = _id(fact, "customer_id"), _subject(fact)
    journey = await workflow.journey_view(unit, journey_id)
    activated = await loyalty.activate_for_completion(
        unit, journey_id=journey_id, customer_id=customer_id, completion_id=_id(fact, "task_id")
    )
    change = await loyalty.recompute_tier(unit, customer_id)
    awards = await achievements.check(unit, customer_id)
    await followups.plan(
        unit,
        journey_id=journey_id,
        customer_id=customer_id,
        anchor="completed",
        anchor_at=unit.now,
        anchor_version=journey.version,
    )
    facts = {
        "name": journey.customer_name,
        "activated": activated,
        "awards": [{"th": award.name_th, "en": award.name_en, "points": award.points} for award in awards],
        "tier_up": tier_words(change.after) if change else None,
        "treatment": dict(journey.treatment),
        **card_facts(await loyalty.card(unit, customer_id)),
    }
    await notify(unit, [journey.customer_person_id], "points.card", facts)


async def forward_message(unit: Unit, fact: Fact) -> None:
    """What a customer wrote and no handler understood goes to a human being."""
    customer_id, kept_id = _subject(fact), _id(fact, "kept_id")
    words, channel = await conversations.kept_message(unit, kept_id)
    journeys = await workflow.journeys_of_customer(unit, customer_id)
    facts = {
        "name": (await people.customer(unit, customer_id)).name,
        "text": words,
        "channel": channel,
        "customer_id": str(customer_id),
        "journey_id": str(journeys[0].id) if journeys else None,
    }
    persons = await _owner_or_desk(unit, customer_id)
    await notify(unit, persons, "message.forward", facts, subject=f"message:{kept_id}")


async def forget_message(unit: Unit, fact: Fact) -> None:
    """A message that was passed on and then taken back is not to be read any more."""
    await amend(unit, f"message:{_subject(fact)}", text=None)


async def undo_payment(unit: Unit, fact: Fact) -> None:
    """Money that counts no more: its points go, and the customer hears in plain words what that means."""
    journey_id, customer_id = _subject(fact), _id(fact, "customer_id")
    points = await loyalty.undo_payments(
        unit, journey_id=journey_id, customer_id=customer_id, void_id=_id(fact, "approval_id")
    )
    journey = await workflow.journey_view(unit, journey_id)
    facts = {
        "amount_satang": fact.data["amount_satang"],
        "receipts": fact.data["receipts"],
        "scheduled": fact.data["scheduled"],
        "treatment": dict(journey.treatment),
        "points": points,
    }
    await notify(unit, [journey.customer_person_id], "payment.voided", facts)


async def adjust_points(unit: Unit, fact: Fact) -> None:
    """What a manager gives or takes while putting a journey right."""
    if points := fact.data["points"]:
        key = f"adj:{_subject(fact)}:{fact.data['version']}"
        await loyalty.adjust(unit, _id(fact, "customer_id"), points, key, "amend")


async def hand_work_on(unit: Unit, fact: Fact) -> None:
    """Somebody has left, or may not do what they did: tasks go to others, and nobody confirms what they asked for."""
    user_id = _subject(fact)
    await approvals.withdraw_of(unit, user_id)
    released, under_way = await tasks.release_tasks_of(unit, user_id)
    for task in released:
        await tasks.offer(unit, task.journey_id)
    if under_way:
        managers = await people.staff_of_role(unit, (Role.MANAGER,))
        for task in under_way:
            facts = {"name": fact.data["name"], "task": tasks.task_facts(task)}
            await notify(unit, [member.person_id for member in managers], "team.under_way", facts)


TABLE: Final[Mapping[str, tuple[Reaction, ...]]] = {
    "lead_created": (tell_desk_of_lead,),
    "customer_joined": (make_member, tell_owner_of_member),
    "payment_confirmed": (reward_payment,),
    "treatment_scheduled": (offer_task,),
    "treatment_completed": (complete_treatment,),
    "payment_voided": (undo_payment,),
    "journey_amended": (adjust_points,),
    "role_changed": (hand_work_on,),
    "staff_removed": (hand_work_on,),
    "message_not_understood": (forward_message,),
    "message_taken_back": (forget_message,),
}


async def _owner_or_desk(unit: Unit, customer_id: UUID, journey_id: UUID | None = None) -> list[UUID]:
    """The owner of the journey, else of the newest owned one, else of the customer; nobody of them here: the desk."""
    desk = await people.staff_of_role(unit, DESK)
    persons = {member.user_id: member.person_id for member in desk}
    journeys = await workflow.journeys_of_customer(unit, customer_id)
    journeys.sort(key=lambda journey: journey.id != journey_id)
    owners = [journey.owner_id for journey in journeys] + [(await people.customer(unit, customer_id)).owner_id]
    here = [persons[owner] for owner in owners if owner in persons]
    return here[:1] or list(persons.values())


def _subject(fact: Fact) -> UUID:
    if fact.subject_id is None:
        raise ValueError(f"the fact {fact.kind} must have a subject")
    return fact.subject_id


def _id(fact: Fact, key: str) -> UUID:
    """An id from a fact's data, where it is text."""
    return UUID(str(fact.data[key]))
