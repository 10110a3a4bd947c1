"""Examples of what works in any state: cancel, a sticker, somebody else's button."""

from __future__ import annotations

from domain.errors import DomainError
from handlers import conversation
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import heard, talk
from handlers.examples.demo import AS_BEAUTICIAN, AS_MANAGER, AS_SALES
from handlers.refusals import refusal
from handlers.talk import Talk
from handlers.words import Words


@example("conversation.cancel", "nothing to cancel")
def nothing_to_cancel(words: Words) -> list[Card]:
    return heard(conversation.cancel, talk(words, AS_SALES))


@example("conversation.cancel", "a form is left")
def cancelled(words: Words) -> list[Card]:
    event = talk(words, AS_BEAUTICIAN)
    event.remember("lead", "name", {})
    return heard(conversation.cancel, event)


@example("conversation.not_words", "a sticker of a manager")
def sticker(words: Words) -> list[Card]:
    async def arrives(talk: Talk) -> None:
        await conversation.not_words(talk, "sticker")

    return heard(arrives, talk(words, AS_MANAGER))


@example("conversation.refusals", "what anybody may meet")
def refusals(words: Words) -> list[Card]:
    codes = ("bad_button", "bad_phone", "code_expired", "not_your_role", "form_closed")
    return [Card(text=refusal(words, DomainError(code))) for code in codes]
