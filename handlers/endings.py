"""How journeys end and begin again: not going ahead, cancelled, closed, taken up again; each with its reason.

The less usual steps of a journey's card stand on a card of their own. Ends in `domain.workflow`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.workflow import service as workflow
from domain.workflow.ending import Money
from domain.workflow.model import Action as Move
from domain.workflow.model import JourneyView
from handlers.cards import Action, Button, Card, filled, row_id
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.journeys import journey_card, show_button
from handlers.router import Routes
from handlers.steps import LONGEST, pick_step
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

REASONS: Final[Mapping[str, str]] = {
    "price": N_("Too expensive"),
    "other_clinic": N_("Chose another clinic"),
    "not_now": N_("Not now"),
    "no_answer": N_("Does not answer"),
    "unsuitable": N_("Not suitable for them"),
    "customer": N_("The customer wants to stop"),
    "medical": N_("Medical reason"),
    "moved": N_("Moved away"),
    "mistake": N_("Entered by mistake"),
}
"""What is stored, and its words. Any other text is stored as it was typed."""
LOST: Final = ("price", "other_clinic", "not_now", "no_answer", "unsuitable")
CANCELLED: Final = ("customer", "medical", "moved", "mistake")

MONEY: Final[Mapping[str, str]] = {
    Money.REFUND: N_("Refund"),
    Money.CREDIT: N_("Credit for later"),
}


def reason_words(words: Words, reason: str) -> str:
    """A stored reason as one reads it."""
    return words.t(REASONS[reason]) if reason in REASONS else reason


@routes.action("journey.more")
async def more(talk: Talk, action: Action) -> None:
    """What is done with few journeys: give it up, or close it."""
    talk.say(more_card(talk, await workflow.journey_view(talk.unit, row_id(action))))


def more_card(talk: Talk, journey: JourneyView) -> Card:
    """Those of the seldom steps that the reader may take now."""
    possible = (
        (Move.MARK_LOST, Button(talk.t("Not going ahead"), _on(journey, "journey.lose"))),
        (Move.CLOSE, Button(talk.t("Close: everything is done"), _on(journey, "journey.close"))),
        (Move.CANCEL, Button(talk.t("Cancel this plan"), _on(journey, "journey.cancel"), style="danger")),
    )
    buttons = [button for move, button in possible if workflow.may_move(talk.unit, journey, move)]
    said = "" if buttons else talk.t("Nothing else can be done with this plan now.")
    if _left_to_managers(talk, journey):
        said = talk.t("This plan is paid, so only a manager can cancel it.")
    return Card(
        title=journey.customer_name,
        text=said,
        rows=((talk.t("Treatment"), talk.words.pick(journey.treatment)),),
        buttons=(*buttons, show_button(talk.words, journey.id)),
    )


def _left_to_managers(talk: Talk, journey: JourneyView) -> bool:
    """Whether the plan can be cancelled, though not by the reader: money is paid back by managers."""
    try:
        workflow.check_move(talk.unit, journey, Move.CANCEL)
    except DomainError as error:
        return error.code == "not_your_role"
    return False


def _on(journey: JourneyView, name: str) -> Action:
    return Action(name, journey.id, version=journey.version)


# The reason


def _reason_step(offered: Sequence[str]) -> Step:
    async def ask(talk: Talk, data: Data) -> Question:
        choices = [Choice(talk.t(REASONS[code]), code) for code in offered]
        return Question(talk.t("What is the reason? Choose, or type it."), choices, title=data["customer"])

    async def read(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        by_word = {reason_words(talk.words, code).casefold(): code for code in offered}
        written = text.strip()[:LONGEST]
        return {"reason": by_word.get(written.casefold(), written)}

    return Step("reason", ask, read)


async def _start(talk: Talk, form: Form, action: Action, move: Move) -> None:
    journey = await workflow.journey_view(talk.unit, row_id(action))
    workflow.check_move(talk.unit, journey, move)
    await form.start(
        talk,
        journey=str(journey.id),
        version=journey.version,
        customer=journey.customer_name,
        treatment=dict(journey.treatment),
        paid=journey.paid_satang,
    )


async def _summary(talk: Talk, data: Data, title: str, footnote: str) -> Card:
    paid = talk.words.money(data["paid"]) if data["paid"] else ""
    money = talk.t(MONEY[data["money"]]) if data.get("money") else ""
    rows = (
        (talk.t("Customer"), data["customer"]),
        (talk.t("Treatment"), talk.words.pick(data["treatment"])),
        (talk.t("Reason"), reason_words(talk.words, data["reason"])),
        (talk.t("Paid"), paid),
        (talk.t("The money"), money),
    )
    return Card(title=title, rows=filled(*rows), footnote=footnote)


# Not going ahead


@routes.action("journey.lose")
async def lose(talk: Talk, action: Action) -> None:
    """Ask for the reason."""
    await _start(talk, losing, action, Move.MARK_LOST)


async def _review_loss(talk: Talk, data: Data) -> Card:
    title = talk.t("Put this down as not going ahead?")
    return await _summary(talk, data, title, talk.t("They are not asked again. You can take it up again later."))


async def _lose(talk: Talk, data: Data) -> None:
    journey = await workflow.mark_lost(talk.unit, UUID(data["journey"]), version=data["version"], reason=data["reason"])
    talk.say(journey_card(talk.words, journey, talk.t("Saved: not going ahead."), talk.roles))


losing = routes.form(
    Form("losing", (_reason_step(LOST),), _lose, review=_review_loss, subject=("journey.show", "journey"))
)


# Cancelled


@routes.action("journey.cancel")
async def cancel(talk: Talk, action: Action) -> None:
    """Ask for the reason, and where money was paid, what becomes of it."""
    await _start(talk, cancelling, action, Move.CANCEL)


async def _offer_money(talk: Talk, data: Data) -> list[Choice]:
    return [Choice(talk.t(label), code) for code, label in MONEY.items()]


async def _review_cancelling(talk: Talk, data: Data) -> Card:
    footnote = talk.t("Its appointment, tasks, waiting points and messages end with it. This cannot be undone.")
    return await _summary(talk, data, talk.t("Cancel this plan for good?"), footnote)


def _cancel_button(talk: Talk, data: Data) -> Button:
    return Button(talk.t("End this plan"))


async def _cancel(talk: Talk, data: Data) -> None:
    journey = await workflow.cancel(
        talk.unit,
        UUID(data["journey"]),
        version=data["version"],
        reason=data["reason"],
        money=data.get("money"),
    )
    talk.say(journey_card(talk.words, journey, talk.t("The plan is cancelled."), talk.roles))


cancelling = routes.form(
    Form(
        "cancelling",
        (
            _reason_step(CANCELLED),
            pick_step(
                "money",
                lambda talk, data: talk.t(
                    "{amount} was paid. What becomes of it?", amount=talk.words.money(data["paid"])
                ),
                _offer_money,
                needed=lambda data: bool(data["paid"]),
            ),
        ),
        _cancel,
        review=_review_cancelling,
        confirm=_cancel_button,
        subject=("journey.show", "journey"),
    )
)


# Closed, and begun again


@routes.action("journey.close")
async def close(talk: Talk, action: Action) -> None:
    """Everything is done."""
    journey = await workflow.close(talk.unit, row_id(action), version=action.version)
    talk.say(journey_card(talk.words, journey, talk.t("Closed. Thank you!"), talk.roles))


@routes.action("journey.reopen")
async def reopen(talk: Talk, action: Action) -> None:
    """They came back."""
    journey = await workflow.reopen(talk.unit, row_id(action), version=action.version)
    talk.say(journey_card(talk.words, journey, talk.t("Taken up again."), talk.roles))
