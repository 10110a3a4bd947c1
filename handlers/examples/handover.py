"""Examples of handing customers over."""

from __future__ import annotations

from handlers import handover
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import summary
from handlers.examples.demo import CLINIC, LONG, SALES
from handlers.words import Words


@example("handover.review", "a whole list")
def review(words: Words) -> Card:
    return summary(words, handover.hand_over_summary(words, SALES, LONG, 1_234))


@example("customers.handed_over", "both hear of it")
def handed_over(words: Words) -> Card:
    return handover.handed_over(words, CLINIC, {"giver": SALES, "taker": LONG, "count": 128})
