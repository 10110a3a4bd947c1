"""Examples of a journey's history, of voiding a payment, and of putting right what is over."""

from __future__ import annotations

from datetime import timedelta

from domain.payments.model import PaymentView
from domain.workflow.model import Action, Move, Stage
from handlers import histories
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_MANAGER, CLINIC, ID, LONG, LONGEST, NOW, SALES, journey
from handlers.forms import REVIEW
from handlers.words import Words

REASON = "สลิปปลอม"
STARTED = {"journey": str(ID), "version": 4, "customer": LONG, "paid": 5_990_050}


def _receipt(number: int, *, void: bool) -> PaymentView:
    voided = NOW + timedelta(days=1) if void else None
    return PaymentView(ID, number, 2_995_025, "transfer", ID, NOW, SALES, "คุณพลอย", voided)


def _moves() -> list[Move]:
    steps = [
        (Action.CREATE, Stage.LEAD),
        (Action.CONFIRM_PAYMENT, Stage.PAYMENT_CONFIRMED),
        (Action.VOID_PAYMENT, Stage.PROPOSAL_SENT),
        (Action.CONFIRM_PAYMENT, Stage.PAYMENT_CONFIRMED),
    ]
    made = [
        Move(action, None, stage, SALES, REASON if action is Action.VOID_PAYMENT else "", {}, NOW + timedelta(hours=n))
        for n, (action, stage) in enumerate(steps)
    ]
    return made[::-1]


@example("journey.history", "paid, voided and paid again")
def history(words: Words) -> Card:
    shown = journey(Stage.PAYMENT_CONFIRMED, treatment=LONGEST)
    receipts = [_receipt(7, void=True), _receipt(12_345, void=False)]
    return histories.history_card(words, shown, receipts, _moves(), manager=True)


@example("journey.history", "over, for a manager")
def over(words: Words) -> Card:
    return histories.history_card(words, journey(Stage.CLOSED), [_receipt(7, void=False)], _moves(), manager=True)


@example("journey.void", "the reason")
def why_void(words: Words) -> Card:
    return at_step(histories.void_form, "reason", talk(words, AS_MANAGER), **STARTED)


@example("journey.void", "the summary")
def void(words: Words) -> Card:
    return at_step(histories.void_form, REVIEW, talk(words, AS_MANAGER), **STARTED, reason=REASON)


@example("journey.amend", "what is to be put right")
def why_amend(words: Words) -> Card:
    return at_step(histories.amend_form, "reason", talk(words, AS_MANAGER), **STARTED)


@example("journey.amend", "how many points")
def points(words: Words) -> Card:
    return at_step(histories.amend_form, "points", talk(words, AS_MANAGER), **STARTED, reason=REASON)


@example("journey.amend", "the summary, points taken")
def amend(words: Words) -> Card:
    return at_step(histories.amend_form, REVIEW, talk(words, AS_MANAGER), **STARTED, reason=REASON, points=-1_250)


@example("payment.voided", "with an appointment and points")
def voided(words: Words) -> Card:
    facts = {"amount_satang": 5_990_050, "receipts": [7, 8], "scheduled": True, "treatment": LONGEST, "points": 2_396}
    return histories.present_voided(words, CLINIC, facts)
