"""Examples of payments at the desk, and of the customer's receipt."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from domain.workflow.model import JourneyView, Stage
from handlers import payments
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_SALES, AT, CLINIC, FACIAL, ID, LONG, LONGEST, PEOPLE, TREATMENTS, journey
from handlers.forms import REVIEW
from handlers.words import Words

HIFU = TREATMENTS["HIFU"].names
STARTED: dict[str, Any] = {
    "journey": str(ID),
    "version": 3,
    "due_satang": 2_990_000,
    "customer": LONG,
    "treatment": LONGEST,
}


def _waiting(stage: Stage, count: int) -> list[JourneyView]:
    kinds = [(LONGEST, 2_990_000), (HIFU, 899_000), (FACIAL, 129_050)]
    people = zip(PEOPLE[:count], cycle(kinds), strict=False)
    return [journey(stage, customer_name=name, treatment=sold, agreed_satang=due) for name, (sold, due) in people]


@example("payments.unpaid", "ten people")
def unpaid(words: Words) -> Card:
    return payments.unpaid_card(words, _waiting(Stage.LEAD, 10))


@example("payments.untimed", "three people")
def untimed(words: Words) -> Card:
    paid = [journey(Stage.PAYMENT_CONFIRMED, customer_name=name, paid_satang=129_000) for name in PEOPLE[:3]]
    return payments.untimed_card(words, paid)


@example("payments.amount", "a long treatment")
def amount(words: Words) -> Card:
    return at_step(payments.form, "amount", talk(words, AS_SALES), **STARTED)


@example("payments.method", "the second question")
def method(words: Words) -> Card:
    return at_step(payments.form, "method", talk(words, AS_SALES), **STARTED, amount=1_000_000)


@example("payments.review", "a part of what is due")
def review(words: Words) -> Card:
    answers = {"amount": 1_000_000, "method": "cash"}
    return at_step(payments.form, REVIEW, talk(words, AS_SALES), **STARTED, **answers)


@example("payment.receipt", "paid in full, points waiting")
def receipt(words: Words) -> Card:
    facts = {"agreed_satang": 129_000, "paid_satang": 129_000, "treatment": FACIAL, "method": "card", "pending": 51}
    return payments.receipt(words, CLINIC, {**facts, "receipt_no": 7, "amount_satang": 129_000, "at": AT})


@example("payment.receipt", "a deposit on the longest treatment")
def deposit(words: Words) -> Card:
    facts = {"agreed_satang": 2_990_000, "paid_satang": 1_000_050, "treatment": LONGEST, "method": "cash"}
    money = {"receipt_no": 12_345, "amount_satang": 1_000_050, "pending": 400, "at": AT}
    return payments.receipt(words, CLINIC, {**facts, **money})
