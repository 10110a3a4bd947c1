"""Status: how a customer's own treatments stand, in a customer's words, and what comes next.

Stages have other words here than for staff: no trade, only what it means for the person.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.courses import service as courses
from domain.courses.model import Course
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, Proposal, Stage
from handlers.cards import Action, Button, Card, Item, filled
from handlers.courses import course_left
from handlers.menu import command_button
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

CARDS = 3
"""Treatments with a card of their own: with the list of the others, one answer holds at most 5 messages on LINE."""
EARLIER = 5
"""Older treatments named in the list."""

# What a stage means to the customer, and what comes next.
STAGES = {
    Stage.LEAD: (N_("We have your request"), N_("Our staff will contact you.")),
    Stage.SCANNED: (N_("Your skin scan is done"), N_("We are preparing your plan.")),
    Stage.PROPOSAL_SENT: (N_("Your plan is ready"), N_("Take your time, and write to us with any question.")),
    Stage.PAYMENT_CONFIRMED: (N_("Paid, thank you"), N_("Our staff will agree a time with you.")),
    Stage.TREATMENT_SCHEDULED: (
        N_("Your appointment is set"),
        N_("See you then! If the time does not suit you, just write to us."),
    ),
    Stage.TREATMENT_STARTED: (N_("Your treatment is under way"), N_("Relax, we take care of the rest.")),
    Stage.TREATMENT_COMPLETED: (
        N_("Your treatment is done"),
        N_("We will ask how your skin is. If anything worries you, write to us at once."),
    ),
    Stage.FOLLOW_UP: (N_("Aftercare"), N_("If anything worries you, write to us at once.")),
    Stage.CLOSED: (N_("Finished"), ""),
    Stage.LOST: (N_("Ended"), ""),
    Stage.CANCELLED: (N_("Cancelled"), ""),
}
TIMED = frozenset({Stage.PAYMENT_CONFIRMED, Stage.TREATMENT_SCHEDULED})
"""Where the customer can ask for a time, or has one to confirm or move."""
UNPLANNED = frozenset({Stage.LEAD, Stage.SCANNED})
"""Where no sum has been agreed yet: to say what is unpaid would press somebody who only asked."""
ENDED = frozenset({Stage.CLOSED, Stage.LOST, Stage.CANCELLED})


@routes.command("status")
async def show(talk: Talk) -> None:
    """A card for each treatment that goes on, newest first, then the earlier ones in one list."""
    views = await workflow.journeys_of_customer(talk.unit, talk.customer_id)
    current = [view for view in views if view.stage not in ENDED][:CARDS]
    owned = await courses.of_customer(talk.unit, talk.customer_id)
    for view in current:
        plan = await workflow.current_proposal(talk.unit, view.id) if view.stage is Stage.PROPOSAL_SENT else None
        talk.say(journey_card(talk.words, view, [course for course in owned if course.journey_id == view.id], plan))
    if not current:
        talk.say(nothing_card(talk))
    if earlier := [view for view in views if view not in current][:EARLIER]:
        talk.say(earlier_card(talk.words, earlier))


def earlier_card(words: Words, views: Sequence[JourneyView]) -> Card:
    """The treatments that are over."""
    items = tuple(Item(words.pick(view.treatment), words.t(STAGES[view.stage][0])) for view in views)
    return Card(title=words.t("Earlier"), items=items)


def journey_card(words: Words, view: JourneyView, owned: Sequence[Course], plan: Proposal | None) -> Card:
    """One treatment as its customer sees it, with what is left of its courses and the way to its plan."""
    stage, following = STAGES[view.stage]
    rows = [
        (words.t("Status"), words.t(stage)),
        (words.t("Appointment"), words.when(view.scheduled_at) if view.scheduled_at else ""),
        (words.t("Paid"), _paid(words, view)),
        *(
            (_course_name(words, course, view), course_left(words, course))
            for course in owned
            if _counts(course, owned)
        ),
        (words.t("Next"), words.t(following) if following else ""),
    ]
    return Card(
        title=words.pick(view.treatment),
        rows=filled(*rows),
        buttons=(
            *_plan_button(words, plan),
            *((command_button(words, "appointments"),) if view.stage in TIMED else ()),
            command_button(words, "points"),
        ),
    )


def _counts(course: Course, owned: Sequence[Course]) -> bool:
    """Whether there is something to count: a single treatment's stage says it all."""
    return course.sessions_total > 1 or len(owned) > 1


def _course_name(words: Words, course: Course, view: JourneyView) -> str:
    return words.t("Left") if course.treatment_id == view.treatment_id else words.pick(course.treatment)


def _plan_button(words: Words, plan: Proposal | None) -> tuple[Button, ...]:
    if plan is None:
        return ()
    return (Button(words.t("Show my plan"), Action("proposal.show", plan.id), style="primary"),)


def _paid(words: Words, view: JourneyView) -> str:
    """What was paid, of how much when something is still due; nothing before there is a plan to pay for."""
    if view.due_satang and (view.paid_satang or view.stage not in UNPLANNED):
        return words.t("{paid} of {total}", paid=words.money(view.paid_satang), total=words.money(view.agreed_satang))
    return words.money(view.paid_satang) if view.paid_satang else ""


def nothing_card(talk: Talk) -> Card:
    """When nothing goes on."""
    text = talk.t(
        "Nothing is planned right now, {name}. Write to us here when you would like a treatment.",
        name=talk.unit.actor.name,
    )
    return Card(text=text, buttons=(command_button(talk.words, "points"),))
