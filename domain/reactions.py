"""What follows from facts: one table, run in the transaction that recorded them.

A noun never calls one above it; it records a fact (`treatment_completed`), and here it says what that means for
loyalty, badges, follow-ups and the people who are told. Facts that reactions record are answered in turn.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.achievements import service as achievements
from domain.conversations import service as conversations
from domain.followups import service as followups
from domain.followups.model import Anchor
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
        anchor=Anchor.COMPLETED,
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


# Messages that time makes due


async def plan_reminders(unit: Unit, fact: Fact) -> None:
    """An appointment has its reminders; one that moved has others. It may be known by its journey alone."""
    appointment_id = fact.data.get("appointment_id")
    await _plan(
        unit,
        fact,
        Anchor.SCHEDULED,
        at=datetime.fromisoformat(str(fact.data["scheduled_at"])),
        subject_id=UUID(str(appointment_id)) if appointment_id else None,
    )


async def plan_nudge(unit: Unit, fact: Fact) -> None:
    """Whoever has a plan and says nothing is asked once."""
    await _plan(unit, fact, Anchor.QUOTED, at=unit.now, subject_id=fact.subject_id)


async def stop_reminders(unit: Unit, fact: Fact) -> None:
    """The customer is here, or is not to come."""
    await followups.cancel(unit, _id(fact, "journey_id"), because=fact.kind, anchor=Anchor.SCHEDULED)


async def stop_nudge(unit: Unit, fact: Fact) -> None:
    """The plan is answered, or paid."""
    await followups.cancel(unit, _id(fact, "journey_id"), because=fact.kind, anchor=Anchor.QUOTED)


async def stop_messages(unit: Unit, fact: Fact) -> None:
    """The journey was given up."""
    await followups.cancel(unit, _id(fact, "journey_id"), because=fact.kind)


async def expect_follow_up(unit: Unit, fact: Fact) -> None:
    """Time takes the journey on from here."""
    workflow.expect_follow_up(unit, _id(fact, "journey_id"))


async def begin_follow_up(unit: Unit, fact: Fact) -> None:
    """The customer has the aftercare in writing."""
    workflow.aftercare_sent(unit, _subject(fact))


async def open_reaction(unit: Unit, fact: Fact) -> None:
    """Somebody is unwell: their journey says so."""
    await workflow.open_reaction(unit, _subject(fact))


async def close_reaction(unit: Unit, fact: Fact) -> None:
    """They are looked after, unless they reported something else too."""
    if not fact.data["still_open"]:
        await workflow.close_reaction(unit, _subject(fact))


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


TABLE: Final[Mapping[str, tuple[Reaction, ...]]] = {
    "lead_created": (tell_desk_of_lead,),
    "customer_joined": (make_member, tell_owner_of_member),
    "proposal_sent": (plan_nudge,),
    "proposal_accepted": (stop_nudge,),
    "proposal_declined": (stop_nudge,),
    "payment_confirmed": (reward_payment, stop_nudge),
    "payment_voided": (stop_reminders,),
    "treatment_scheduled": (offer_task, plan_reminders),
    "appointment_moved": (plan_reminders,),
    "appointment_cancelled": (stop_reminders,),
    "no_show": (stop_reminders,),
    "customer_arrived": (stop_reminders,),
    "treatment_started": (stop_reminders,),
    "treatment_completed": (complete_treatment, expect_follow_up),
    "aftercare_sent": (begin_follow_up,),
    "reaction_reported": (open_reaction,),
    "reaction_handled": (close_reaction,),
    "journey_lost": (stop_messages,),
    "journey_cancelled": (stop_messages,),
    "message_not_understood": (forward_message,),
    "message_taken_back": (forget_message,),
}


async def _plan(unit: Unit, fact: Fact, anchor: Anchor, *, at: datetime, subject_id: UUID | None) -> None:
    """The journey's version tells one appointment or plan from the next."""
    journey_id = _id(fact, "journey_id")
    journey = await workflow.journey_view(unit, journey_id)
    await followups.plan(
        unit,
        journey_id=journey_id,
        customer_id=journey.customer_id,
        anchor=anchor,
        anchor_at=at,
        anchor_version=journey.version,
        subject_id=subject_id,
    )


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
