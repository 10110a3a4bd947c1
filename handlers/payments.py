"""Payments at the desk: who has to pay, confirming money that came in, and the customer's receipt.

Amount and method live in the conversation's form; the button [Confirm payment] carries only the journey, its
version, and a seal of the sums that were shown. `domain.workflow.confirm_payment` decides.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from domain.approvals import service as approvals
from domain.approvals.model import ApprovalKind
from domain.errors import DomainError
from domain.payments import service as payments
from domain.payments.model import PaymentMethod, PaymentView
from domain.payments.rules import SATANG_PER_BAHT, check_amount, parse_amount
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, Stage
from handlers.approvals import METHODS, approval_card
from handlers.cards import Action, Button, Card, Item, Picture, row_id
from handlers.forms import REVIEW, Choice, Data, Form, Question, Step
from handlers.journeys import journey_card, payable, short_label
from handlers.menu import command_button
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()

AT_THE_DESK: Final = (PaymentMethod.CASH, PaymentMethod.CARD)
"""Methods where a person of the clinic saw the money; a transfer needs its slip checked, which is not offered yet."""


# Who has to pay


@routes.command("payments")
async def to_do(talk: Talk) -> None:
    """Journeys that wait for a payment, and paid ones that wait for a time."""
    unpaid = await workflow.journeys_to_pay(talk.unit)
    untimed = await workflow.journeys_to_schedule(talk.unit)
    if unpaid:
        talk.say(unpaid_card(talk.words, unpaid))
    if untimed:
        talk.say(untimed_card(talk.words, untimed))
    if not unpaid and not untimed:
        talk.say(talk.t("Nothing is waiting for a payment or a time."), command_button(talk.words, "lead"))


def unpaid_card(words: Words, journeys: Sequence[JourneyView]) -> Card:
    """Those who have to pay, each with a button that begins it."""
    return _list(words, words.t("To pay"), words.t("Whose payment came in?"), journeys, "journey.pay")


def untimed_card(words: Words, journeys: Sequence[JourneyView]) -> Card:
    """Those who have paid and have no time yet."""
    return _list(words, words.t("Paid, waiting for a time"), words.t("Who is next?"), journeys, "journey.show")


def _list(words: Words, title: str, text: str, journeys: Sequence[JourneyView], action: str) -> Card:
    """Who, and what for and how much."""
    return Card(
        title=title,
        text=text,
        items=tuple(
            Item(
                each.customer_name,
                _line(words, each),
                Button(short_label(words, each, journeys), Action(action, each.id)),
            )
            for each in journeys
        ),
    )


def _line(words: Words, journey: JourneyView) -> str:
    due = [words.money(journey.due_satang)] if journey.due_satang else []
    return " · ".join([words.pick(journey.treatment), *due])


# The form


@routes.action("journey.pay")
async def pay(talk: Talk, action: Action) -> None:
    """Begin with what the journey is now: its version decides whether the confirmation still counts."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    if not payable(journey):
        raise await _why_not(talk, journey)
    await form.start(
        talk,
        journey=str(journey.id),
        version=journey.version,
        due_satang=journey.due_satang,
        deposit_satang=journey.deposit_due_satang,
        customer=journey.customer_name,
        treatment=dict(journey.treatment),
    )


async def _why_not(talk: Talk, journey: JourneyView) -> DomainError:
    if journey.stage is Stage.LEAD and journey.scan_required:
        return DomainError("scan_needed")
    made = await payments.payments_of(talk.unit, journey.id)
    return _already_paid(made[-1]) if made else DomainError("illegal_move")


async def _ask_amount(talk: Talk, data: Data) -> Question:
    due, deposit = data["due_satang"], data.get("deposit_satang", 0)
    choices = [Choice(talk.words.money(due), _exact(due))]
    if 0 < deposit < due:
        choices.append(Choice(talk.t("Deposit: {amount}", amount=talk.words.money(deposit)), _exact(deposit)))
    return Question(
        talk.t("How much did {name} pay? Press the full amount, or type another one.", name=data["customer"]),
        choices,
        title=talk.words.pick(data["treatment"]),
    )


def _exact(satang: int) -> str:
    return f"{satang // SATANG_PER_BAHT}.{satang % SATANG_PER_BAHT:02}"


async def _read_amount(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    amount = parse_amount(text)
    check_amount(amount, data["due_satang"])
    return {"amount": amount}


async def _ask_method(talk: Talk, data: Data) -> Question:
    choices = [Choice(talk.t(METHODS[method]), method) for method in AT_THE_DESK]
    return Question(talk.t("How was {amount} paid?", amount=talk.words.money(data["amount"])), choices)


async def _read_method(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    wanted = text.strip().casefold()
    for method in AT_THE_DESK:
        if wanted in (method.value, talk.t(METHODS[method]).casefold()):
            return {"method": method.value}
    raise DomainError("bad_choice")


async def _review(talk: Talk, data: Data) -> Card:
    rows = [
        (talk.t("Customer"), data["customer"]),
        (talk.t("Treatment"), talk.words.pick(data["treatment"])),
        (talk.t("Amount"), talk.words.money(data["amount"])),
        (talk.t("Method"), talk.t(METHODS[data["method"]])),
    ]
    if left := data["due_satang"] - data["amount"]:
        rows.append((talk.t("Left to pay"), talk.words.money(left)))
    return Card(title=talk.t("Did you receive this payment?"), rows=tuple(rows))


def _confirm_button(talk: Talk, data: Data) -> Button:
    journey_id, shown = UUID(data["journey"]), data["version"] & 0xFF
    return Button(
        talk.t("Confirm payment"), Action("journey.confirm_payment", journey_id, choice=shown, version=_seal(data))
    )


def _seal(data: Data) -> int:
    """What the summary showed, in 32 bits: an older summary's button cannot confirm other sums."""
    return zlib.crc32(f"{data['version']}:{data['amount']}:{data['method']}".encode())


async def _confirm(talk: Talk, data: Data) -> None:
    journey_id = UUID(data["journey"])
    talk.forget()
    sums = {"version": data["version"], "amount_satang": data["amount"], "method": data["method"]}
    if workflow.two_people_needed(talk.unit, await workflow.journey_view(talk.unit, journey_id), data["amount"]):
        asked = await workflow.request_payment(talk.unit, journey_id, **sums)
        talk.say(approval_card(talk.words, approvals.facts_of(asked), talk.unit.actor))
        return
    done = await workflow.confirm_payment(talk.unit, journey_id, **sums)
    amount, number = talk.words.money(done.payment.amount_satang), done.payment.receipt_no
    said = talk.t("Payment of {amount} confirmed ✅ Receipt no. {no}.", amount=amount, no=number)
    talk.say(journey_card(talk.words, done.journey, said))


form = routes.form(
    Form(
        "payment",
        (Step("amount", _ask_amount, _read_amount), Step("method", _ask_method, _read_method)),
        _confirm,
        review=_review,
        confirm=_confirm_button,
        subject=("journey.show", "journey"),
    )
)


# The deed


@routes.action("journey.confirm_payment")
async def confirm(talk: Talk, action: Action) -> None:
    """[Confirm payment]: with the sums that its own summary showed, or else what became of it."""
    journey_id = row_id(action)
    state = talk.conversation
    if state is None or state["handler"] != form.name or state["data"]["journey"] != str(journey_id):
        raise await _too_late(talk, journey_id, action.choice)
    elif state["step"] != REVIEW or _seal(dict(state["data"])) != action.version:
        raise DomainError("older_summary")
    else:
        await _confirm(talk, dict(state["data"]))


async def _too_late(talk: Talk, journey_id: UUID, shown: int) -> DomainError:
    """The form behind the button is over: it was confirmed (by whom and when), or nothing was.

    `shown` is the last byte of the journey's version on the summary.
    """
    journey = await workflow.journey_view(talk.unit, journey_id)
    for waiting in await approvals.waiting_for_journey(talk.unit, journey_id, ApprovalKind.PAYMENT):
        at = waiting.requested_at.isoformat()
        return DomainError("approval_waiting", by=waiting.requested_by_name, at=at)
    made = await payments.payments_of(talk.unit, journey_id)
    paid_since = made and journey.version & 0xFF != shown
    return _already_paid(made[-1]) if paid_since else DomainError("form_closed")


def _already_paid(payment: PaymentView) -> DomainError:
    return DomainError(
        "already_paid",
        by=payment.confirmed_by_name,
        at=payment.confirmed_at.isoformat(),
        amount=payment.amount_satang,
        receipt_no=payment.receipt_no,
    )


# What the customer gets


@routes.presenter("payment.receipt")
def receipt(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The receipt, with the points that wait and what releases them."""
    title = words.t("Receipt no. {no}", no=facts["receipt_no"])
    amount, pending, rows = words.money(facts["amount_satang"]), _pending(words, facts["pending"]), _rows(words, facts)
    slip = {
        "title": title,
        "clinic": words.pick({"th": clinic.name_th, "en": clinic.name_en}),
        "rows": [list(row) for row in rows],
        "total_label": words.t("Paid"),
        "total": amount,
        "footer": pending,
    }
    return Card(
        title=title,
        text=words.t("Thank you. Your payment of {amount} is confirmed ✅", amount=amount),
        rows=((words.t("Amount"), amount), *rows),
        footnote=pending,
        buttons=(command_button(words, "points"), command_button(words, "status")),
        picture=Picture("receipt", slip, words.t("Receipt no. {no}: {amount}", no=facts["receipt_no"], amount=amount)),
    )


def _rows(words: Words, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [
        (words.t("Treatment"), words.pick(facts["treatment"])),
        (words.t("Method"), words.t(METHODS[facts["method"]])),
        (words.t("Date"), words.when(facts["at"])),
    ]
    if (left := facts["agreed_satang"] - facts["paid_satang"]) > 0:
        rows.append((words.t("Left to pay"), words.money(left)))
    return rows


def _pending(words: Words, points: int) -> str:
    if not points:
        return ""
    return words.n(
        "{count} point is waiting for you. You can use it once your treatment is done.",
        "{count} points are waiting for you. You can use them once your treatment is done.",
        points,
    )
