"""Examples of the consents that a customer is asked for."""

from __future__ import annotations

from handlers.cards import Card
from handlers.consents import form
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.words import Words


@example("consents.health", "the first question")
def health(words: Words) -> Card:
    return at_step(form, "health_record", talk(words), missing=["health_record", "marketing"])


@example("consents.news", "on LINE")
def news(words: Words) -> Card:
    return at_step(form, "marketing", talk(words), missing=["health_record", "marketing"], health_record=True)


@example("consents.news", "on Telegram")
def news_on_telegram(words: Words) -> Card:
    return at_step(form, "marketing", talk(words, channel="telegram"), missing=["marketing"])
