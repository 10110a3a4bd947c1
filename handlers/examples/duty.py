"""Examples of going on and off duty."""

from __future__ import annotations

from handlers import duty
from handlers.cards import Card
from handlers.examples import example
from handlers.words import Words


@example("duty.off", "with tasks still accepted")
def off(words: Words) -> Card:
    return duty.off_card(words, 3)


@example("duty.off", "nothing left to do")
def free(words: Words) -> Card:
    return duty.off_card(words, 0)


@example("duty.on", "nothing waits")
def on(words: Words) -> Card:
    return duty.on_card(words)
