"""The journey card, which is the customer's card for sales: where they stand, and the one next thing to do.

Journeys are read and moved through `domain.workflow`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.appointments.model import EXPECTED, AppointmentState
from domain.people.rules import show_phone
from domain.workflow import service as workflow
from domain.workflow.model import ENDED_STAGES, PAYABLE, UNPAID_STAGES, JourneyView, Stage
from handlers.appointment_cards import minutes_of
from handlers.cards import Action, Button, Card, filled, row_id
from handlers.concerns import concern_words
from handlers.menu import command_button
from handlers.permissions import ACTIONS, SALES
from handlers.router import Routes
from handlers.stages import journey_stage
from handlers.talk import Talk
from handlers.task_cards import tier_name
from handlers.words import N_, Words

routes = Routes()


def payable(journey: JourneyView) -> bool:
    """Whether a payment may be confirmed now: something is due, and a treatment that needs a scan had one."""
    ready = journey.stage in PAYABLE
    return journey.due_satang > 0 and (ready or (journey.stage is Stage.LEAD and not journey.scan_required))


def appointment_of(journey: JourneyView) -> UUID | None:
    """The appointment it has now."""
    return journey.appointment_id


def time_of(journey: JourneyView) -> int:
    """When that appointment is, as its buttons carry it."""
    return minutes_of(journey.appointment_at) if journey.appointment_at else 0


def expected(journey: JourneyView) -> bool:
    """Whether somebody with an appointment is still to come."""
    return journey.appointment_state in EXPECTED


def booked(journey: JourneyView) -> bool:
    """Whether there is an appointment to change."""
    return journey.appointment_id is not None


# The card


def journey_card(words: Words, journey: JourneyView, said: str = "", roles: frozenset[str] = SALES) -> Card:
    """One customer's journey; `said` is what has just happened, `roles` what the reader may do next."""
    return Card(
        title=journey.customer_name, text=said, rows=_rows(words, journey), buttons=_buttons(words, journey, roles)
    )


def _rows(words: Words, journey: JourneyView) -> tuple[tuple[str, str], ...]:
    paid = words.t(
        "{paid} of {agreed}", paid=words.money(journey.paid_satang), agreed=words.money(journey.agreed_satang)
    )
    rows = [
        (words.t("Phone"), show_phone(journey.phone) if journey.phone else words.t("not known")),
        (words.t("Treatment"), words.pick(journey.treatment)),
        (words.t("Stage"), journey_stage(words, journey)),
        (words.t("Tier"), tier_name(words, journey.tier)),
        (words.t("Paid"), paid),
        (words.t("Chat"), words.t("linked") if journey.linked else words.t("not linked yet")),
        (words.t("Looked after by"), journey.owner_name or words.t("nobody yet")),
    ]
    if journey.concerns:
        rows.insert(2, (words.t("Concerns"), concern_words(words, journey.concerns)))
    if journey.scheduled_at is not None:
        rows.insert(3, (words.t("Time"), words.when(journey.scheduled_at)))
    return (*rows, *_visit_rows(words, journey))


def _visit_rows(words: Words, journey: JourneyView) -> tuple[tuple[str, str], ...]:
    """What is known of the next visit, and how often one was missed."""
    held = journey.appointment_at if journey.appointment_state == AppointmentState.HELD else None
    missed = words.number(journey.no_show_count) if journey.no_show_count else ""
    if journey.no_show_count >= workflow.PREPAY_FROM:
        missed = words.t("{count}, please take the payment first", count=missed)
    return filled(
        (words.t("Time kept"), words.when(held) if held else ""),
        (words.t("With"), journey.performer_name or ""),
        (words.t("Arrived"), words.time(journey.arrived_at) if journey.arrived_at else ""),
        (
            words.t("Late by"),
            words.t("{minutes} minutes", minutes=journey.late_minutes) if journey.late_minutes else "",
        ),
        (words.t("Missed appointments"), missed),
    )


@dataclass(frozen=True, slots=True)
class NextStep:
    """A button of the journey's card: offered at these stages, when `when` says so; the first one is the main one."""

    title: str
    action: str
    stages: frozenset[Stage]
    when: Callable[[JourneyView], bool] = lambda journey: True
    of: Callable[[JourneyView], UUID | None] = lambda journey: journey.id
    """The row its action is about."""
    seen: Callable[[JourneyView], int] = lambda journey: journey.version
    """What of that row the button carries, so that an outdated press is recognised."""


FINAL: Final = frozenset(
    {Stage.TREATMENT_STARTED, Stage.TREATMENT_COMPLETED, Stage.CLOSED, Stage.LOST, Stage.CANCELLED}
)
"""Where nothing can be ended."""

_SCHEDULED: Final = frozenset({Stage.TREATMENT_SCHEDULED})
NEXT_STEPS: Final = (
    NextStep(N_("Record scan"), "journey.scan", frozenset({Stage.LEAD}), lambda journey: journey.scan_required),
    NextStep(N_("Make the plan"), "journey.plan", frozenset({Stage.SCANNED})),
    NextStep(
        N_("Confirm payment"),
        "journey.pay",
        UNPAID_STAGES,
        payable,
    ),
    NextStep(N_("Show the plan"), "journey.plan_show", frozenset({Stage.PROPOSAL_SENT})),
    NextStep(N_("Make the plan"), "journey.plan", frozenset({Stage.LEAD}), lambda journey: not journey.scan_required),
    NextStep(N_("Keep a time"), "journey.set_time", workflow.HOLDABLE, payable),
    NextStep(N_("Set the time"), "journey.set_time", frozenset({Stage.PAYMENT_CONFIRMED})),
    NextStep(N_("Start now: set the time to now"), "journey.schedule_now", frozenset({Stage.PAYMENT_CONFIRMED})),
    NextStep(N_("Arrived"), "appointment.arrive", _SCHEDULED, expected, appointment_of, time_of),
    NextStep(N_("Change the time"), "appointment.change", _SCHEDULED, booked, appointment_of),
    NextStep(N_("Next session"), "journey.set_time", workflow.TREATED, lambda journey: journey.sessions_left > 0),
    NextStep(N_("Confirm payment"), "journey.pay", PAYABLE - UNPAID_STAGES, payable),
    NextStep(N_("Take up again"), "journey.reopen", frozenset({Stage.LOST})),
)
"""What can be done with a journey from its card, the likeliest first."""
AT_ONCE: Final = frozenset({"journey.schedule_now", "appointment.arrive", "journey.reopen"})
"""Those of them that ask nothing: only a button that says what it does may be one, never a customer's name."""


PAID: Final = frozenset(
    {
        Stage.PAYMENT_CONFIRMED,
        Stage.TREATMENT_SCHEDULED,
        Stage.TREATMENT_STARTED,
        Stage.TREATMENT_COMPLETED,
        Stage.FOLLOW_UP,
        Stage.CLOSED,
    }
)
"""From here there are receipts to look at."""


def next_steps(words: Words, journey: JourneyView, roles: frozenset[str]) -> list[Button]:
    """What people of these roles can do with the journey now, the likeliest first."""
    steps = [
        step
        for step in NEXT_STEPS
        if journey.stage in step.stages and step.when(journey) and roles & ACTIONS[step.action].roles
    ]
    return [
        Button(words.t(step.title), Action(step.action, step.of(journey), version=step.seen(journey))) for step in steps
    ]


def _buttons(words: Words, journey: JourneyView, roles: frozenset[str]) -> tuple[Button, ...]:
    buttons = next_steps(words, journey, roles)
    if buttons:
        buttons[0] = replace(buttons[0], style="primary")
    if journey.stage in ENDED_STAGES:
        buttons.append(new_plan_button(words, journey.customer_id))
    elif not buttons and journey.linked:
        buttons += [command_button(words, "lead"), command_button(words, "payments")]
    label = words.t("Link another chat") if journey.linked else words.t("Invite to chat")
    more = Button(words.t("Other steps"), Action("journey.more", journey.id, version=journey.version))
    return (
        *buttons,
        Button(label, Action("journey.invite", id=journey.id)),
        *((Button(words.t("History"), Action("journey.history", id=journey.id)),) if journey.stage in PAID else ()),
        *(() if journey.stage in FINAL else (more,)),
        Button(words.t("All about the customer"), Action("customer.show", id=journey.customer_id)),
    )


def new_plan_button(words: Words, customer_id: UUID) -> Button:
    """The way to another plan for the same customer."""
    return Button(words.t("New plan"), Action("customer.new_plan", customer_id))


def short_label(words: Words, journey: JourneyView, among: Sequence[JourneyView]) -> str:
    """What tells a journey from the others in a list, in as few words as a button shows: whose, else which."""
    same = [other for other in among if other.customer_name == journey.customer_name]
    if len(same) == 1:
        return journey.customer_name
    treatment = words.pick(journey.treatment)
    return treatment if len(same) == len(among) else f"{journey.customer_name} · {treatment}"


def show_button(words: Words, journey_id: UUID) -> Button:
    """The way to a journey's card."""
    return Button(words.t("Show customer"), Action("journey.show", id=journey_id))


@routes.action("journey.show")
async def show(talk: Talk, action: Action) -> None:
    """The card as it is now."""
    talk.say(journey_card(talk.words, await workflow.journey_view(talk.unit, row_id(action)), roles=talk.roles))


@routes.action("journey.schedule_now")
async def schedule_now(talk: Talk, action: Action) -> None:
    """The customer is here: the time is now, and those who may do the treatment are asked."""
    journey = await workflow.schedule_now(talk.unit, row_id(action), version=action.version)
    said = talk.t("The time is set to now. The team has been asked; the first to accept does the treatment.")
    talk.say(journey_card(talk.words, journey, said))
