"""What follows from facts: one table, run in the transaction that recorded them.

A noun never calls one above it; it records a fact (`treatment_completed`), and here it says what that means for
loyalty, badges, follow-ups and the people who are told. Facts that reactions record are answered in turn.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.achievements import service as achievements
from domain.appointment_reactions import TABLE as APPOINTMENTS
from domain.appointments import service as appointments
from domain.approvals import service as approvals
from domain.automation import service as automation
from domain.conversations import service as conversations
from domain.courses import service as courses
from domain.courses.model import Sale
from domain.followups import service as followups
from domain.followups.model import Anchor
from domain.loyalty import service as loyalty
from domain.loyalty.model import Line
from domain.loyalty.notices import card_facts, tier_words
from domain.notifications.news import tell_soon
from domain.notifications.service import amend, notify, plain, replace
from domain.people import service as people
from domain.people.model import Role
from domain.reminders import service as reminders
from domain.tasks import service as tasks
from domain.unit import Fact, Unit
from domain.workflow import service as workflow
from domain.workflow.model import UNPAID_STAGES, Stage

Reaction = Callable[[Unit, Fact], Awaitable[None]]

DESK: Final = (Role.SALES, Role.MANAGER)
"""Who looks after customers that no salesperson owns."""


async def react(unit: Unit) -> None:
    """Run what follows from every fact of the unit, those included that are recorded on the way."""
    for fact in unit.facts:  # a list that grows while it is gone through is gone through to its end
        for reaction in (*TABLE.get(fact.kind, ()), *APPOINTMENTS.get(fact.kind, ())):
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
    """A confirmed payment earns points by the plan's lines, pending until treatment; the customer gets the receipt."""
    journey = await workflow.journey_view(unit, _id(fact, "journey_id"))
    plan = await workflow.plan_lines(unit, journey.id)
    used = {course.line_id: course.used for course in await courses.of_journey(unit, journey.id)}
    pending = await loyalty.earn_for_payment(
        unit,
        payment_id=_subject(fact),
        journey_id=journey.id,
        customer_id=journey.customer_id,
        amount_satang=fact.data["amount_satang"],
        paid_before_satang=fact.data["paid_before_satang"],
        lines=[Line(line.id, line.price_satang, line.sessions, used.get(line.id, 0)) for line in plan],
    )
    if any(used.values()):  # money for what was done already counts at once
        await loyalty.recompute_tier(unit, journey.customer_id)
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


async def open_courses(unit: Unit, fact: Fact) -> None:
    """A plan whose agreed minimum is paid can be used: each of its lines is a course from now on (T4)."""
    if fact.data["stage"] in UNPAID_STAGES:
        return
    journey_id = _id(fact, "journey_id")
    plan = await workflow.plan_lines(unit, journey_id)
    sales = [Sale(line.id, line.treatment_id, line.sessions, line.price_satang) for line in plan]
    await courses.open_courses(unit, journey_id=journey_id, customer_id=_id(fact, "customer_id"), sales=sales)
    if proposal := await workflow.current_proposal(unit, journey_id):
        await _plan_changed(unit, proposal.id)


async def tell_customer_of_plan(unit: Unit, fact: Fact) -> None:
    """The customer gets the plan; the version before it says that there is a newer one."""
    await _plan_changed(unit, fact.data["replaces"])
    facts = await _plan_facts(unit, _subject(fact))
    person = (await people.customer(unit, _id(fact, "customer_id"))).person_id
    await notify(unit, [person], "proposal.card", facts, subject=f"proposal:{_subject(fact)}")


async def tell_owner_of_answer(unit: Unit, fact: Fact) -> None:
    """Whoever looks after the customer hears what they answered, and the customer's card shows it."""
    if fact.kind != "proposal_asked":
        await _plan_changed(unit, fact.subject_id)
    journey = await workflow.journey_view(unit, _id(fact, "journey_id"))
    persons = await _owner_or_desk(unit, journey.customer_id, journey.id)
    facts = {
        "answer": fact.kind,
        "name": journey.customer_name,
        "journey_id": str(journey.id),
        "treatment": dict(journey.treatment),
    }
    others = [person for person in persons if person != unit.actor.person_id]
    await notify(unit, others, "proposal.answer", facts, subject=f"journey:{journey.id}")


async def tell_owner_of_scan(unit: Unit, fact: Fact) -> None:
    """A colleague has done the scan: whoever sells the plan can write it now."""
    journey = await workflow.journey_view(unit, _subject(fact))
    persons = await _owner_or_desk(unit, journey.customer_id, journey.id)
    if unit.actor.person_id in persons:
        return
    facts = {"name": journey.customer_name, "journey_id": str(journey.id), "by": unit.actor.name}
    await notify(unit, persons, "scan.recorded", facts, subject=f"journey:{journey.id}")


async def give_up(unit: Unit, fact: Fact) -> None:
    """A journey that was given up: nothing waits any more, and the plan's card has no buttons left."""
    journey_id, customer_id = _subject(fact), _id(fact, "customer_id")
    await loyalty.cancel_pending(unit, journey_id=journey_id, customer_id=customer_id)
    await followups.cancel(unit, journey_id, because=fact.kind)
    if newest := await workflow.newest_proposal(unit, journey_id):
        await _plan_changed(unit, newest.id)


async def undo_courses(unit: Unit, fact: Fact) -> None:
    """A payment that was undone gave no right to a treatment (T16)."""
    await courses.cancel(unit, _id(fact, "journey_id"))


async def offer_task(unit: Unit, fact: Fact) -> None:
    """A scheduled treatment is offered to those who may do it."""
    booked = await appointments.live(unit, _subject(fact))
    await tasks.offer(unit, _subject(fact), booked.room_id if booked else None)


async def after_abort(unit: Unit, fact: Fact) -> None:
    """A treatment was stopped: who waits here is offered at once, and the desk hears what is theirs to decide."""
    journey = await workflow.journey_view(unit, _subject(fact))
    if fact.data["stays"]:
        await tasks.offer(unit, journey.id)
    facts = {
        "journey_id": str(journey.id),
        "name": journey.customer_name,
        "treatment": dict(journey.treatment),
        "reason": fact.data["reason"],
        "stays": fact.data["stays"],
        "by": unit.actor.name,
    }
    persons = await _owner_or_desk(unit, journey.customer_id, journey.id)
    await notify(unit, persons, "treatment.aborted", facts)


async def complete_treatment(unit: Unit, fact: Fact) -> None:
    """Points become usable, the tier and badges follow, aftercare is planned, and one card tells it all."""
    customer_id, journey_id = _id(fact, "customer_id"), _subject(fact)
    journey = await workflow.journey_view(unit, journey_id)
    task_id, performer_id = _id(fact, "task_id"), _id(fact, "performer_id")
    course = await courses.use_session(
        unit,
        journey_id=journey_id,
        treatment_id=journey.session_treatment_id or journey.treatment_id,
        task_id=task_id,
        used_by=performer_id,
    )
    activated = await loyalty.activate_for_completion(
        unit,
        journey_id=journey_id,
        customer_id=customer_id,
        completion_id=task_id,
        line_id=course.line_id if course else None,
        nth=course.used if course else 1,
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
    if await courses.sessions_left(unit, journey_id):
        await _plan(unit, fact, Anchor.NEXT_SESSION, at=unit.now, subject_id=journey_id)
    facts = {
        "name": journey.customer_name,
        "activated": activated,
        "awards": [{"th": award.name_th, "en": award.name_en, "points": award.points} for award in awards],
        "tier_up": tier_words(change.after) if change else None,
        "treatment": dict(journey.treatment),
        **card_facts(await loyalty.card(unit, customer_id)),
    }
    await notify(unit, [journey.customer_person_id], "points.card", facts)
    if course is not None and course.sessions_total > 1:
        used = {**plain(course), "by": (await people.staff(unit, performer_id)).name, "at": unit.now.isoformat()}
        await notify(unit, [journey.customer_person_id], "session.used", used, subject=f"session:{task_id}")


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


async def stop_invitation(unit: Unit, fact: Fact) -> None:
    """The next session has its time, or is not paid any more."""
    await followups.cancel(unit, _id(fact, "journey_id"), because=fact.kind, anchor=Anchor.NEXT_SESSION)


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


async def pass_on_customer(unit: Unit, fact: Fact) -> None:
    """Who gets a customer hears of it, and so does who had them, unless they did it themselves."""
    taker, giver = _id(fact, "to_user"), fact.data["from_user"]
    if giver:
        await reminders.follow_owner(unit, UUID(giver), taker)
    customer = await people.customer(unit, _subject(fact))
    facts = {"customer_id": str(customer.id), "name": customer.name, "by": unit.actor.name}
    await tell_soon(unit, await _persons_of(unit, [str(taker)]), "customer.given", facts)
    await tell_soon(unit, await _persons_of(unit, [giver]), "customer.taken", facts)


async def pass_on_customers(unit: Unit, fact: Fact) -> None:
    """A whole list was handed over: both hear of it once, and what was planned goes along."""
    giver, taker = _id(fact, "from_user"), _id(fact, "to_user")
    await reminders.follow_owner(unit, giver, taker)
    members = {member.user_id: member for member in await people.staff_of_role(unit, DESK)}
    facts = {
        "count": fact.data["count"],
        "giver": members[giver].name if giver in members else "",
        "taker": members[taker].name,
    }
    here = [members[user].person_id for user in (giver, taker) if user in members and user != unit.actor.user_id]
    await notify(unit, here, "customers.handed_over", facts)


async def tell_news(unit: Unit, fact: Fact) -> None:
    """What a customer did that their salesperson should know, but not this very second."""
    customer = await people.customer(unit, _id(fact, "customer_id"))
    journey_id = _id(fact, "journey_id") if fact.data.get("journey_id") else None
    facts = {"customer_id": str(customer.id), "name": customer.name}
    await tell_soon(unit, await _owner_or_desk(unit, customer.id, journey_id), NEWS[fact.kind], facts)


NEWS: Final[Mapping[str, str]] = {
    "appointment_confirmed": "appointment.confirmed",
}
"""Facts with a `customer_id` of which their salesperson hears by the way, and the kind of the news.

The words of each kind are in `handlers/news.py`. Another fact needs a line there, one here and its line in `TABLE`.
"""


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
    if fact.kind == "staff_removed" or fact.data.get("person_id"):
        await people.switch_menu(unit, _id(fact, "person_id"))
    under_way = await tasks.release_tasks_of(unit, user_id)
    if under_way:
        managers = await people.staff_of_role(unit, (Role.MANAGER,))
        for task in under_way:
            facts = {"name": fact.data["name"], "task": tasks.task_facts(task)}
            await notify(unit, [member.person_id for member in managers], "team.under_way", facts)


TABLE: Final[Mapping[str, tuple[Reaction, ...]]] = {
    "lead_created": (tell_desk_of_lead,),
    "customer_joined": (make_member, tell_owner_of_member),
    "scan_recorded": (tell_owner_of_scan,),
    "proposal_sent": (tell_customer_of_plan, plan_nudge),
    "proposal_accepted": (tell_owner_of_answer, stop_nudge),
    "proposal_declined": (tell_owner_of_answer, stop_nudge),
    "proposal_asked": (tell_owner_of_answer,),
    "payment_confirmed": (reward_payment, open_courses, stop_nudge),
    "payment_voided": (undo_courses, undo_payment, stop_reminders, stop_invitation),
    "journey_cancelled": (give_up,),
    "journey_lost": (give_up,),
    "treatment_scheduled": (offer_task, plan_reminders, stop_invitation),
    "appointment_moved": (plan_reminders,),
    "appointment_cancelled": (stop_reminders,),
    "no_show": (stop_reminders,),
    "customer_arrived": (stop_reminders,),
    "treatment_started": (stop_reminders,),
    "treatment_aborted": (after_abort,),
    "treatment_completed": (complete_treatment, expect_follow_up),
    "aftercare_sent": (begin_follow_up,),
    "reaction_reported": (open_reaction,),
    "reaction_handled": (close_reaction,),
    "journey_amended": (adjust_points,),
    "role_changed": (hand_work_on,),
    "staff_removed": (hand_work_on,),
    "message_not_understood": (forward_message,),
    "message_taken_back": (forget_message,),
    "customer_reassigned": (pass_on_customer,),
    "customers_handed_over": (pass_on_customers,),
    "appointment_confirmed": (tell_news,),
}


async def _plan_changed(unit: Unit, proposal_id: UUID | str | None) -> None:
    """Every card of a plan says what has become of it."""
    if proposal_id is not None:
        facts = await _plan_facts(unit, UUID(str(proposal_id)))
        await replace(unit, f"proposal:{proposal_id}", "proposal.card", facts)


async def _plan_facts(unit: Unit, proposal_id: UUID) -> dict[str, Any]:
    proposal = await workflow.proposal(unit, proposal_id)
    journey = await workflow.journey_view(unit, proposal.journey_id)
    return {**plain(proposal), "name": journey.customer_name, "open": journey.stage is Stage.PROPOSAL_SENT}


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


async def _persons_of(unit: Unit, user_ids: list[str | None]) -> list[UUID]:
    """The persons of members of the desk, without the actor, who knows."""
    desk = await people.staff_of_role(unit, DESK)
    return [m.person_id for m in desk if str(m.user_id) in user_ids and m.user_id != unit.actor.user_id]


def _subject(fact: Fact) -> UUID:
    if fact.subject_id is None:
        raise ValueError(f"the fact {fact.kind} must have a subject")
    return fact.subject_id


def _id(fact: Fact, key: str) -> UUID:
    """An id from a fact's data, where it is text."""
    return UUID(str(fact.data[key]))
