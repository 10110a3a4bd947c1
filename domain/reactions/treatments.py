"""What follows for treatments: who is asked to do one, and what its end means to everybody."""

from __future__ import annotations

from domain.achievements import service as achievements
from domain.appointments import service as appointments
from domain.courses import service as courses
from domain.followups import service as followups
from domain.followups.model import Anchor
from domain.loyalty import service as loyalty
from domain.loyalty.notices import card_facts, tier_words
from domain.notifications.service import notify, plain
from domain.people import service as people
from domain.reactions.audience import owner_or_desk
from domain.reactions.followups import plan
from domain.reactions.ids import id_of, subject_of
from domain.tasks import service as tasks
from domain.unit import Fact, Unit
from domain.workflow import service as workflow


async def offer_task(unit: Unit, fact: Fact) -> None:
    """A scheduled treatment is offered to those who may do it."""
    booked = await appointments.live(unit, subject_of(fact))
    await tasks.offer(unit, subject_of(fact), booked.room_id if booked else None)


async def after_abort(unit: Unit, fact: Fact) -> None:
    """A treatment was stopped: who waits here is offered at once, and the desk hears what is theirs to decide."""
    journey = await workflow.journey_view(unit, subject_of(fact))
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
    persons = await owner_or_desk(unit, journey.customer_id, journey.id)
    await notify(unit, persons, "treatment.aborted", facts)


async def complete(unit: Unit, fact: Fact) -> None:
    """Points become usable, the tier and badges follow, aftercare is planned, and one card tells it all."""
    customer_id, journey_id = id_of(fact, "customer_id"), subject_of(fact)
    journey = await workflow.journey_view(unit, journey_id)
    task_id, performer_id = id_of(fact, "task_id"), id_of(fact, "performer_id")
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
        await plan(unit, fact, Anchor.NEXT_SESSION, at=unit.now, subject_id=journey_id)
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
