"""Examples of the medical pause: the clock as doctors see it, and pausing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.loyalty.model import Pause
from handlers import pauses
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_DOCTOR, ID, LONG, NOW
from handlers.forms import REVIEW
from handlers.words import Words

STARTED: dict[str, Any] = {"customer": str(ID), "name": LONG}


@example("pauses.clock", "it runs")
def runs(words: Words) -> Card:
    return pauses.pause_card(words, LONG, ID, None)


@example("pauses.clock", "just paused")
def paused(words: Words) -> Card:
    said = words.t("The clock is paused. {name} sees it on the points card.", name=LONG)
    return pauses.pause_card(words, LONG, ID, Pause(ID, ID, "illness", NOW, NOW + timedelta(days=184)), said)


@example("pauses.end", "to be confirmed")
def end(words: Words) -> Card:
    return pauses.end_card(words, LONG, ID)


@example("pauses.reason", "the first question")
def reason(words: Words) -> Card:
    return at_step(pauses.pausing, "reason", talk(words, AS_DOCTOR), **STARTED)


@example("pauses.span", "for how long")
def span(words: Words) -> Card:
    return at_step(pauses.pausing, "months", talk(words, AS_DOCTOR), **STARTED, reason="illness")


@example("pauses.review", "half a year")
def review(words: Words) -> Card:
    return at_step(pauses.pausing, REVIEW, talk(words, AS_DOCTOR), **STARTED, reason="illness", months="6")
