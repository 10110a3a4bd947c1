"""Examples of making a plan, question by question."""

from __future__ import annotations

from typing import Any

from handlers import proposal_form
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, question, talk
from handlers.examples.demo import AS_SALES, ID, LONG, TREATMENTS
from handlers.forms import REVIEW
from handlers.treatment_steps import treatments_question
from handlers.words import Words


def _line(number: int, code: str, sessions: int) -> dict[str, Any]:
    """A line as its questions leave it, with another one wanted."""
    treatment, line = TREATMENTS[code], f"line{number}"
    return {
        line: str(ID),
        f"{line}_names": treatment.names,
        f"{line}_offers": [[offer.sessions, offer.price_satang] for offer in treatment.offers],
        f"sessions{number}": sessions,
        f"again{number}": "yes",
        f"more{number}": True,
    }


PRICED = [treatment for treatment in TREATMENTS.values() if treatment.price_satang]
STARTED: dict[str, Any] = {"journey": str(ID), "version": 3, "customer": LONG, "own": str(ID), "concerns": []}
FIVE: dict[str, Any] = {
    **STARTED,
    "unscanned": False,
    **_line(1, "ULT", 1),
    **_line(2, "PICO", 5),
    **_line(3, "HIFU", 1),
    **_line(4, "IPL", 8),
    **_line(5, "FAC-HYD", 5),
}


@example("proposal_form.treatment", "the first page of many")
def treatment(words: Words) -> Card:
    asked = words.t("Which treatment is in {name}'s plan?", name=LONG)
    return question(words, treatments_question(words, asked, PRICED), first=True)


@example("proposal_form.treatment", "the second page")
def second_page(words: Words) -> Card:
    asked = words.t("Which treatment besides?")
    return question(words, treatments_question(words, asked, PRICED, 1))


@example("proposal_form.sessions", "once or as a course")
def sessions(words: Words) -> Card:
    known = {**STARTED, **_line(1, "IPL", 8)}
    return at_step(proposal_form.form, "sessions1", talk(words, AS_SALES), **known)


@example("proposal_form.again", "four lines so far")
def again(words: Words) -> Card:
    known = {**FIVE, "more4": False}
    return at_step(proposal_form.form, "again4", talk(words, AS_SALES), **known)


@example("proposal_form.minimum", "a large sum")
def minimum(words: Words) -> Card:
    return at_step(proposal_form.form, "minimum", talk(words, AS_SALES), **FIVE)


@example("proposal_form.days", "how long it holds")
def days(words: Words) -> Card:
    return at_step(proposal_form.form, "days", talk(words, AS_SALES), **FIVE, minimum=None)


@example("proposal_form.review", "five lines and a deposit")
def review(words: Words) -> Card:
    return at_step(proposal_form.form, REVIEW, talk(words, AS_SALES), **FIVE, minimum=3_264_500, days="14")
