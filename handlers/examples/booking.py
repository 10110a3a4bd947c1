"""Examples of setting, keeping, moving and asking for times."""

from __future__ import annotations

from typing import Any

from domain.workflow.model import Stage
from handlers import booking
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.appointments import OFFERS, appointment
from handlers.examples.chat import at_step, question, summary, talk
from handlers.examples.demo import AS_SALES, DOCTOR, ID, LONG, LONGEST, NOW, journey
from handlers.moment_steps import moment_question
from handlers.words import Words

STARTED: dict[str, Any] = {
    "journey": str(ID),
    "version": 3,
    "customer": LONG,
    "names": [[str(ID), DOCTOR], ["other", "พญ.กัลยกร ธนวัฒนานุกูลชัย"]],
}
ANSWERS = {**STARTED, "performer": str(ID), "at": OFFERS[0]}


@example("booking.performer", "with whom")
def performer(words: Words) -> Card:
    return at_step(booking.visit, "performer", talk(words, AS_SALES), **STARTED)


@example("booking.time", "free times to choose from")
def time(words: Words) -> Card:
    return question(words, moment_question(words, booking.WHEN, OFFERS, NOW))


@example("booking.review", "a paid treatment")
def review(words: Words) -> Card:
    paid = journey(Stage.PAYMENT_CONFIRMED, treatment=LONGEST)
    return summary(words, booking.visit_summary(words, paid, ANSWERS))


@example("booking.review", "kept until the payment, with anyone")
def keep(words: Words) -> Card:
    unpaid = journey(Stage.PROPOSAL_SENT, treatment=LONGEST)
    return summary(words, booking.visit_summary(words, unpaid, {**ANSWERS, "performer": booking.ANYONE}))


@example("booking.change", "another time, or none")
def change(words: Words) -> Card:
    return booking.change_card(words, appointment())


@example("booking.cancel", "are you sure")
def cancel(words: Words) -> Card:
    return booking.cancel_card(words, appointment())


@example("booking.move", "the time before and after")
def move(words: Words) -> Card:
    return summary(words, booking.move_summary(words, appointment(), OFFERS[1]))


@example("booking.asking", "a customer's wish")
def asking(words: Words) -> Card:
    return question(words, moment_question(words, booking.WHEN, OFFERS, NOW), first=True)
