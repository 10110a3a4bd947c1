"""What works in any state: cancel, stop, stickers, blocked chats, messages taken back; and the words for a language."""

from __future__ import annotations

from dataclasses import replace

from domain.conversations import service as conversations
from domain.people import service as people
from handlers.cards import Action, Button, Card
from handlers.menu import USUAL, command_buttons
from handlers.router import Routes
from handlers.talk import Talk

routes = Routes()
LANGUAGE_NAMES = ("ไทย", "English")


@routes.command("cancel")
async def cancel(talk: Talk) -> None:
    """Leave whatever is going on; nothing of it is kept."""
    if talk.conversation is None:
        talk.say(Card(text=talk.t("There is nothing to cancel."), quick=usual_buttons(talk)))
        return
    talk.forget()
    talk.say(Card(text=talk.t("Cancelled. Nothing was saved."), quick=usual_buttons(talk)))


@routes.command("stop")
async def stop(talk: Talk) -> None:
    """End marketing messages at once (withdrawal must be as easy as consent); care messages go on."""
    await people.withdraw_marketing(talk.unit, language=talk.words.language, channel=talk.channel)
    talk.say(talk.t("We will not send you news any more. Messages about your own care still come."))


def language_card(name: str = "") -> Card:
    """The one bilingual card: shown before the language is known; greets somebody who joined with a code by name."""
    buttons = tuple(Button(name, Action("language.pick", choice=n)) for n, name in enumerate(LANGUAGE_NAMES))
    greeting = f"ยินดีต้อนรับค่ะ · Welcome, {name}" if name else ""
    return Card(title=greeting, text="กรุณาเลือกภาษา\nPlease choose a language", buttons=buttons)


async def speak(talk: Talk, language: str) -> None:
    """Use a language from now on, in this answer too."""
    await people.set_language(talk.unit, language)
    talk.words = replace(talk.words, language=language)


async def not_words(talk: Talk, kind: str) -> None:
    """A sticker or a picture: kind words, and what can be done instead."""
    talk.say(Card(text=talk.t("Thank you! I can only read text here."), quick=usual_buttons(talk)))


async def mark_unreachable(talk: Talk) -> None:
    """The person blocked us: nothing to say, and nowhere to say it."""
    await conversations.blocked(talk.unit)


async def erase(talk: Talk, message_id: str) -> None:
    """The person took a message back."""
    await conversations.take_back(talk.unit, message_id)


def usual_buttons(talk: Talk) -> tuple[Button, ...]:
    """What people of this role usually do next."""
    return command_buttons(talk.words, USUAL[talk.unit.actor.role])
