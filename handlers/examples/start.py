"""Examples of the door: language, greeting, the stranger's name and phone."""

from __future__ import annotations

from handlers import conversation, start
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, heard, talk
from handlers.examples.demo import ANNA, AS_SALES, AS_STRANGER, LONG, PHONE
from handlers.forms import REVIEW
from handlers.words import Words


@example("start.language", "before anything is known")
def language(words: Words) -> Card:
    return conversation.language_card()


@example("start.language", "who joined with a code, a long name")
def language_of_member(words: Words) -> Card:
    return conversation.language_card(LONG)


@example("start.greeting", "a stranger, whose name the platform tells")
def greeting(words: Words) -> list[Card]:
    return heard(start.open_door, talk(words, AS_STRANGER, name=ANNA))


@example("start.contact", "the phone")
def phone(words: Words) -> Card:
    return at_step(start.contact, "phone", talk(words, AS_STRANGER), name=LONG)


@example("start.contact", "the summary")
def review(words: Words) -> Card:
    return at_step(start.contact, REVIEW, talk(words, AS_STRANGER), name=LONG, phone=PHONE)


@example("start.back", "staff opens the chat again")
def back(words: Words) -> Card:
    return start.welcome_back(talk(words, AS_SALES))
