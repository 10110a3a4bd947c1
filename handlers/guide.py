"""The guide: help by role, menu buttons, and the three likeliest things when nobody understood.

Works on the whole table of routes, which dispatch hands in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from difflib import SequenceMatcher
from typing import Final

from domain.conversations import service as conversations
from domain.errors import DomainError
from handlers.cards import Action, Card
from handlers.followups import more_of
from handlers.menu import USUAL, command_buttons, command_of
from handlers.permissions import STAFF
from handlers.router import Command, Routes
from handlers.talk import Talk
from handlers.words import Words

PERSONAL: Final = frozenset({"start", "cancel", "language", "stop", "settings", "help"})
"""Commands about the chat itself: they come after those of one's work."""

# Below this likeness (0..1, of difflib) a word is not what was meant.
LIKE_ENOUGH = 0.55


def command_at(routes: Routes, action: Action) -> Command:
    """The command a menu button stands for; DomainError('bad_button') for one that no release ever had."""
    found = routes.commands.get(command_of(action) or "")
    if found is None:
        raise DomainError("bad_button")
    return found


def help_command(routes: Routes) -> Callable[[Talk], Awaitable[None]]:
    """The handler of /help: what this person may do, as words to type and buttons to press."""

    async def show(talk: Talk) -> None:
        known = sorted((c for c in routes.commands.values() if c.roles & talk.roles), key=lambda c: c.name in PERSONAL)
        talk.say(
            Card(
                title=talk.t("What you can do here"),
                text=talk.t("Type a word or press a button. You can write to us at any time."),
                rows=tuple(_line(talk.words, command) for command in known),
                footnote=talk.t("Phone: {phone}", phone=talk.unit.clinic.phone) if talk.unit.clinic.phone else "",
                buttons=command_buttons(talk.words, [name for name in USUAL[talk.unit.actor.role] if name != "help"]),
            )
        )

    return show


def _line(words: Words, command: Command) -> tuple[str, str]:
    """What to type and what it does; a Thai word mostly says so itself."""
    title = words.t(command.title)
    if words.language == "en":
        return title, f"/{command.name}"
    more = "" if title == command.thai else f" · {title}"
    return command.thai, f"/{command.name}{more}"


async def not_understood(talk: Talk, routes: Routes, text: str) -> None:
    """Keep it, pass a customer's on to whoever looks after them, and offer the three likeliest things."""
    await conversations.keep_message(talk.unit, text, talk.message_id)
    care = await more_of(talk) if is_customer(talk) else None
    talk.say(care or suggestions(talk, routes, text))


def is_customer(talk: Talk) -> bool:
    """Whether somebody is here as a customer and nothing else: staff are answered as staff."""
    return "customer" in talk.roles and not talk.roles & STAFF


def suggestions(talk: Talk, routes: Routes, text: str) -> Card:
    """What was meant, perhaps."""
    if is_customer(talk):
        said = talk.t("Thank you, we have passed your message on to our staff. Or did you mean one of these?")
    else:
        said = talk.t("Sorry, I did not understand that. Did you mean one of these?")
    return Card(text=said, buttons=command_buttons(talk.words, likeliest(talk, routes, text)))


def likeliest(talk: Talk, routes: Routes, text: str) -> list[str]:
    """The three commands most like a text, by their words in both languages, filled up with the usual ones."""
    spoken = text.casefold()

    def likeness(command: Command) -> float:
        words = (command.name, command.thai, command.title.casefold(), talk.t(command.title).casefold())
        return max(SequenceMatcher(None, spoken, word).ratio() + (word in spoken) for word in words)

    allowed = [command for command in routes.commands.values() if command.roles & talk.roles]
    ranked = sorted(((likeness(c), c.name) for c in allowed), key=lambda pair: -pair[0])
    close = [name for score, name in ranked if score >= LIKE_ENOUGH]
    return list(dict.fromkeys([*close, *USUAL[talk.unit.actor.role]]))[:3]
