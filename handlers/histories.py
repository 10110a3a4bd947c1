"""The history of a journey: its receipts, those that count no more included, what was done to it, by whom and why.

Managers void a payment from here (a second person decides), and put right what is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from domain.approvals import service as approvals
from domain.errors import DomainError
from domain.payments import service as payments
from domain.payments.model import PaymentView
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.model import Action as Act
from domain.workflow.model import JourneyView, Move, Stage
from handlers.approvals import METHODS, approval_card
from handlers.cards import Action, Button, Card, filled, row_id
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.journeys import journey_card, show_button
from handlers.menu import command_button
from handlers.router import Routes
from handlers.stages import stage_name
from handlers.steps import text_step
from handlers.talk import Talk
from handlers.typed.numbers import read_number
from handlers.words import N_, Words

routes = Routes()

NEWEST: Final = 6
"""Moves shown on the card: what happened last is what one asks about."""
VOIDABLE: Final = frozenset({Stage.PAYMENT_CONFIRMED, Stage.TREATMENT_SCHEDULED})
AMENDABLE: Final = frozenset({Stage.TREATMENT_COMPLETED, Stage.FOLLOW_UP, Stage.CLOSED})

DEEDS: Final[Mapping[str, str]] = {
    Act.VOID_PAYMENT: N_("Payment voided"),
    Act.AMEND: N_("Put right"),
}
"""What is called otherwise than by the stage it led to."""


@routes.action("journey.history")
async def show(talk: Talk, action: Action) -> None:
    """What was paid and done, and for managers what can be put right."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    receipts = await payments.receipts_of(talk.unit, journey.id)
    moves = await workflow.history(talk.unit, journey.id)
    talk.say(history_card(talk.words, journey, receipts, moves, manager="manager" in talk.roles))


def history_card(
    words: Words, journey: JourneyView, receipts: Sequence[PaymentView], moves: Sequence[Move], *, manager: bool
) -> Card:
    """A journey's receipts, then its newest moves with who and why."""
    paid = tuple((words.t("Receipt no. {no}", no=each.receipt_no), _receipt(words, each)) for each in receipts)
    done = tuple((words.when(move.at), _move(words, move)) for move in moves[:NEWEST])
    buttons = [show_button(words, journey.id)]
    if manager and journey.stage in VOIDABLE:
        void = Action("journey.void", journey.id, version=journey.version)
        buttons.append(Button(words.t("Void payment"), void, style="danger"))
    if manager and journey.stage in AMENDABLE:
        buttons.append(Button(words.t("Put right"), Action("journey.amend", journey.id, version=journey.version)))
    return Card(
        title=words.t("History of {name}", name=journey.customer_name),
        text=words.pick(journey.treatment),
        rows=(*paid, *done),
        buttons=tuple(buttons),
    )


def _receipt(words: Words, each: PaymentView) -> str:
    by = each.confirmed_by_name
    if each.second_by_name:
        by = words.t("{first} and {second}", first=by, second=each.second_by_name)
    parts = [words.money(each.amount_satang), words.t(METHODS[each.method]), by]
    if each.voided_at:
        parts.append(words.t("void since {when}", when=words.when(each.voided_at)))
    return " · ".join(parts)


def _move(words: Words, move: Move) -> str:
    what = words.t(DEEDS[move.action]) if move.action in DEEDS else stage_name(words, move.to_stage)
    return " · ".join(filter(None, (what, move.by or words.t("by itself"), move.reason)))


# Voiding a payment


@routes.action("journey.void")
async def void(talk: Talk, action: Action) -> None:
    """Why the payment counts no more; a second person decides."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    if journey.stage not in VOIDABLE:
        raise DomainError("illegal_move")
    await void_form.start(
        talk,
        journey=str(journey.id),
        version=journey.version,
        customer=journey.customer_name,
        paid=journey.paid_satang,
    )


def _why_void(talk: Talk, data: Data) -> str:
    return talk.t("Why should the payment of {name} be voided?", name=data["customer"])


def _void_chips(talk: Talk, data: Data) -> list[str]:
    return [
        talk.t(N_("The slip was false")),
        talk.t(N_("The bank took the money back")),
        talk.t(N_("Entered by mistake")),
    ]


async def _void_review(talk: Talk, data: Data) -> Card:
    return void_summary(talk.words, data["customer"], data["paid"], data["reason"])


def void_summary(words: Words, customer: str, paid_satang: int, reason: str) -> Card:
    """What a second person is about to be asked."""
    return Card(
        title=words.t("Ask for a second person?"),
        rows=(
            (words.t("Customer"), customer),
            (words.t("Amount"), words.money(paid_satang)),
            (words.t("Reason"), reason),
        ),
        footnote=words.t("The payment no longer counts, its points go and the appointment is released."),
    )


async def _void(talk: Talk, data: Data) -> None:
    talk.forget()
    asked = await workflow.request_void(
        talk.unit, UUID(data["journey"]), version=data["version"], reason=data["reason"]
    )
    talk.say(approval_card(talk.words, approvals.facts_of(asked), talk.unit.actor))


void_form = routes.form(
    Form(
        "void",
        (text_step("reason", _why_void, chips=_void_chips),),
        _void,
        review=_void_review,
        subject=("journey.show", "journey"),
    )
)


# Putting right


@routes.action("journey.amend")
async def amend(talk: Talk, action: Action) -> None:
    """What was wrong, and the points that make it right."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    if journey.stage not in AMENDABLE:
        raise DomainError("illegal_move")
    await amend_form.start(talk, journey=str(journey.id), version=journey.version, customer=journey.customer_name)


def _why_amend(talk: Talk, data: Data) -> str:
    return talk.t("What is to be put right for {name}? The treatment itself stays as it was.", name=data["customer"])


async def _ask_points(talk: Talk, data: Data) -> Question:
    asked = talk.t("How many points do you give? Type a number, with a minus to take points, or choose none.")
    return Question(asked, (Choice(talk.t("No points"), "0"),))


async def _read_points(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    said = text.strip().replace("−", "-")
    if said.casefold() == talk.t("No points").casefold():
        return {"points": 0}
    points = read_number(said.removeprefix("-").removeprefix("+"))
    return {"points": -points if said.startswith("-") else points}


async def _amend_review(talk: Talk, data: Data) -> Card:
    return amend_summary(talk.words, data["customer"], data["reason"], data["points"])


def amend_summary(words: Words, customer: str, reason: str, points: int) -> Card:
    """What is about to be written down."""
    signed = ("+" if points > 0 else "−") + words.number(abs(points)) if points else words.t("No points")
    return Card(
        title=words.t("Write this down?"),
        rows=filled((words.t("Customer"), customer), (words.t("Reason"), reason), (words.t("Points"), signed)),
        footnote=words.t("It stays in the history with your name."),
    )


async def _amend(talk: Talk, data: Data) -> None:
    talk.forget()
    journey = await workflow.amend(
        talk.unit, UUID(data["journey"]), version=data["version"], reason=data["reason"], points=data["points"]
    )
    talk.say(journey_card(talk.words, journey, talk.t("Written down. It stays in the history with your name.")))


amend_form = routes.form(
    Form(
        "amend",
        (
            text_step("reason", _why_amend),
            Step("points", _ask_points, _read_points),
        ),
        _amend,
        review=_amend_review,
        subject=("journey.show", "journey"),
    )
)


# What the customer hears


@routes.presenter("payment.voided")
def present_voided(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The payment counts no more: what that means, and whom to ask."""
    lines = [
        words.t(
            "We had to cancel your payment of {amount} for {treatment}.",
            amount=words.money(facts["amount_satang"]),
            treatment=words.pick(facts["treatment"]),
        ),
        words.t("Your appointment is released for now.") if facts["scheduled"] else "",
        words.n(
            "The {count} point that came with it is taken back.",
            "The {count} points that came with it are taken back.",
            facts["points"],
        )
        if facts["points"]
        else "",
        words.t("If you have a question, please write to us here or call {phone}.", phone=clinic.phone),
    ]
    return Card(
        title=words.t("Payment cancelled"),
        text="\n".join(filter(None, lines)),
        rows=((words.t("Receipt"), ", ".join(str(number) for number in facts["receipts"])),),
        buttons=(command_button(words, "status"),),
    )
