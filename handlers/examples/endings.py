"""Examples of how journeys end: the seldom steps, the reasons, the money, the summaries."""

from __future__ import annotations

from typing import Any

from domain.workflow.model import Stage
from handlers import endings
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_MANAGER, AS_SALES, ID, LONG, LONGEST, journey
from handlers.forms import REVIEW
from handlers.words import Words

STARTED: dict[str, Any] = {"journey": str(ID), "version": 3, "customer": LONG, "treatment": LONGEST, "paid": 1_000_050}


@example("endings.more", "every stage, to sales")
def more(words: Words) -> list[Card]:
    stages = (Stage.LEAD, Stage.PROPOSAL_SENT, Stage.PAYMENT_CONFIRMED, Stage.TREATMENT_SCHEDULED, Stage.FOLLOW_UP)
    return [endings.more_card(talk(words, AS_SALES), journey(stage, treatment=LONGEST)) for stage in stages]


@example("endings.more", "to a manager")
def to_manager(words: Words) -> Card:
    return endings.more_card(talk(words, AS_MANAGER), journey(Stage.TREATMENT_SCHEDULED, treatment=LONGEST))


@example("endings.more", "nothing to do, to sales")
def nothing(words: Words) -> Card:
    return endings.more_card(talk(words, AS_SALES), journey(Stage.TREATMENT_STARTED, treatment=LONGEST))


@example("endings.losing", "the reason")
def why_lost(words: Words) -> Card:
    return at_step(endings.losing, "reason", talk(words, AS_SALES), **{**STARTED, "paid": 0})


@example("endings.losing", "the summary")
def lost(words: Words) -> Card:
    return at_step(endings.losing, REVIEW, talk(words, AS_SALES), **{**STARTED, "paid": 0}, reason="other_clinic")


@example("endings.cancelling", "the reason")
def why_cancelled(words: Words) -> Card:
    return at_step(endings.cancelling, "reason", talk(words, AS_MANAGER), **STARTED)


@example("endings.cancelling", "the money")
def money(words: Words) -> Card:
    return at_step(endings.cancelling, "money", talk(words, AS_MANAGER), **STARTED, reason="customer")


@example("endings.cancelling", "the summary")
def cancelled(words: Words) -> Card:
    answers = {"reason": "customer", "money": "refund"}
    return at_step(endings.cancelling, REVIEW, talk(words, AS_MANAGER), **STARTED, **answers)
