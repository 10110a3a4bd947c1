"""The journey card, which is the customer's card for sales: where they stand, and the one next thing to do.

Also inviting the customer's chat, setting the time, and what sales hears about a customer's chat: who joined,
what they wrote. Reads and moves journeys through `domain.workflow`, chats through `domain.people`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from domain.appointments.model import EXPECTED, AppointmentState
from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Invitation
from domain.people.rules import show_phone
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.model import PAYABLE, UNPAID_STAGES, JourneyView, Stage
from handlers.cards import Action, Button, Card, Picture, filled, row_id
from handlers.concerns import concern_words
from handlers.menu import command_button
from handlers.permissions import ACTIONS, SALES
from handlers.router import Routes
from handlers.stages import stage_name
from handlers.talk import Link, Talk
from handlers.task_cards import tier_name
from handlers.words import N_, Words

routes = Routes()

CHANNELS: Final = {"line": "LINE", "telegram": "Telegram"}
"""What the channels are called."""


def payable(journey: JourneyView) -> bool:
    """Whether a payment may be confirmed now: something is due, and a treatment that needs a scan had one."""
    ready = journey.stage in PAYABLE
    return journey.due_satang > 0 and (ready or (journey.stage is Stage.LEAD and not journey.scan_required))


def appointment_of(journey: JourneyView) -> UUID | None:
    """The appointment it has now."""
    return journey.appointment_id


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
        (words.t("Stage"), stage_name(words, journey.stage)),
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
    NextStep(N_("Arrived"), "appointment.arrive", _SCHEDULED, expected, appointment_of),
    NextStep(N_("Change the time"), "appointment.change", _SCHEDULED, booked, appointment_of),
    NextStep(N_("Next session"), "journey.set_time", workflow.TREATED, lambda journey: journey.sessions_left > 0),
    NextStep(N_("Confirm payment"), "journey.pay", PAYABLE - UNPAID_STAGES, payable),
    NextStep(N_("Take up again"), "journey.reopen", frozenset({Stage.LOST})),
)
"""What can be done with a journey from its card, the likeliest first."""


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
        Button(words.t(step.title), Action(step.action, step.of(journey), version=journey.version)) for step in steps
    ]


def _buttons(words: Words, journey: JourneyView, roles: frozenset[str]) -> tuple[Button, ...]:
    buttons = next_steps(words, journey, roles)
    if buttons:
        buttons[0] = replace(buttons[0], style="primary")
    if not buttons and journey.linked:
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


# The customer's chat


@routes.action("journey.invite")
async def invite(talk: Talk, action: Action) -> None:
    """A fresh code for the customer; the ones before it stop working."""
    await say_invitation(talk, await workflow.journey_view(talk.unit, row_id(action)))


async def say_invitation(talk: Talk, journey: JourneyView) -> None:
    """Make a code for the journey's customer and show it: as text to pass on, and as a QR picture per channel."""
    invitation = await people.invite_customer(talk.unit, journey.customer_id, journey.id)
    _show_invitation(talk, journey.customer_name, invitation)


def _show_invitation(talk: Talk, name: str, invitation: Invitation) -> None:
    links = talk.links(invitation.code)
    talk.say(code_card(talk, name, invitation, links))
    for link in links:
        talk.say(link_card(talk, name, link))


def code_card(talk: Talk, name: str, invitation: Invitation, links: list[Link]) -> Card:
    """Words only, so that the whole message can be copied and sent on."""
    lines = [
        talk.t("Invitation for {name}: code {code}", name=name, code=invitation.code),
        talk.t("It works once, until {when}.", when=talk.words.when(invitation.expires_at)),
        talk.t("Open the chat with a link below, or type the code in the chat with {clinic}.", clinic=talk.clinic_name),
        *(f"{link.label}: {link.url}" for link in links),
    ]
    return Card(text="\n".join(lines))


def link_card(talk: Talk, name: str, link: Link) -> Card:
    """A QR code for the phone of the one who stands at the desk."""
    caption = talk.t("Scan to open {clinic} in {channel}", clinic=talk.clinic_name, channel=link.label)
    alt = talk.t("QR code that opens {clinic} in {channel}", clinic=talk.clinic_name, channel=link.label)
    return Card(
        title=link.label,
        text=talk.t("Let {name} scan this with their phone.", name=name),
        buttons=(Button(talk.t("Open in {channel}", channel=link.label), url=link.url),),
        picture=Picture("qr", {"url": link.url, "caption": caption}, alt),
    )


@routes.action("customer.unlink")
async def unlink(talk: Talk, action: Action) -> None:
    """[Not them]: the chat is taken off the customer, and there is a new code for the right person."""
    invitation = await people.unlink_customer(talk.unit, row_id(action))
    if invitation.customer_id is None:
        raise DomainError("bad_button")
    customer = await people.customer(talk.unit, invitation.customer_id)
    buttons = (show_button(talk.words, invitation.journey_id),) if invitation.journey_id else ()
    talk.say(talk.t("That chat is no longer linked to {name}. Here is a new code.", name=customer.name), *buttons)
    _show_invitation(talk, customer.name, invitation)


# What sales hears


@routes.presenter("customer.joined")
def joined(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """Whose chat was bound to a customer, with the way back if it is somebody else's."""
    not_them = Button(words.t("Not them"), Action("customer.unlink", id=UUID(facts["invitation_id"])), style="danger")
    return Card(
        title=words.t("{name} has joined", name=facts["name"]),
        text=words.t("Their chat is now linked to {name}. Please check that it is really them.", name=facts["name"]),
        rows=((words.t("Name in the chat"), facts["display_name"] or "–"), _channel_row(words, facts)),
        buttons=(*_to_journey(words, facts), not_them),
    )


@routes.presenter("message.forward")
def forwarded(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """What somebody wrote that no handler understood; a human being takes it from here."""
    if facts["text"] is None:
        taken_back = words.t("This message was taken back.")
        return Card(title=words.t("{name} wrote", name=facts["name"]), text=taken_back)
    return Card(
        title=words.t("{name} wrote", name=facts["name"]),
        text=facts["text"],
        rows=(_channel_row(words, facts),),
        footnote=words.t("I could not answer this. They know that it was passed on to you; please contact them."),
        buttons=_to_journey(words, facts),
    )


def _channel_row(words: Words, facts: Mapping[str, Any]) -> tuple[str, str]:
    channel = facts.get("channel") or ""
    return (words.t("Channel"), CHANNELS.get(channel, channel) or "–")


def _to_journey(words: Words, facts: Mapping[str, Any]) -> tuple[Button, ...]:
    journey_id = facts.get("journey_id")
    return (show_button(words, UUID(journey_id)),) if journey_id else ()
