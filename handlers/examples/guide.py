"""Examples of help for each role, and of what is offered when nobody understood."""

from __future__ import annotations

from domain.unit import Actor
from handlers import guide
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import heard, talk
from handlers.examples.demo import AS_CUSTOMER, AS_DOCTOR, AS_MANAGER, AS_STRANGER
from handlers.routes import ROUTES
from handlers.words import Words


def _help(words: Words, actor: Actor) -> list[Card]:
    return heard(guide.help_command(ROUTES), talk(words, actor))


@example("guide.help", "a customer")
def customer(words: Words) -> list[Card]:
    return _help(words, AS_CUSTOMER)


@example("guide.help", "a manager")
def manager(words: Words) -> list[Card]:
    return _help(words, AS_MANAGER)


@example("guide.help", "a doctor")
def doctor(words: Words) -> list[Card]:
    return _help(words, AS_DOCTOR)


@example("guide.help", "a stranger")
def stranger(words: Words) -> list[Card]:
    return _help(words, AS_STRANGER)


@example("guide.not_understood", "a customer's sentence")
def sentence(words: Words) -> Card:
    return guide.suggestions(talk(words, AS_CUSTOMER), ROUTES, "จะเลื่อนนัดได้ไหมคะ")


@example("guide.not_understood", "a manager's slip")
def slip(words: Words) -> Card:
    return guide.suggestions(talk(words, AS_MANAGER), ROUTES, "paymnets")
