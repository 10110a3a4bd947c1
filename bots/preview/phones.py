"""One example on one phone: rendered as it is sent, checked as the platform checks, seen as the app shows it.

Comes from `handlers/examples`, goes to `gallery.py` as JSON for the page's scripts, and to the tests that nothing
is cut or refused.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from bots.channel import Letter
from bots.journal import Journal
from bots.line import emulator_view as line_view
from bots.line import limits as line_limits
from bots.line.client import messages
from bots.line.dumping import as_json
from bots.line.emulator_checks import refusal
from bots.line.emulator_records import Message
from bots.pictures import draw
from bots.telegram import emulator_view as telegram_view
from bots.telegram import limits as telegram_limits
from bots.telegram.emulator_messages import Messages
from bots.telegram.emulator_records import BotAccount, Chat, Person
from bots.telegram.emulator_state import State
from bots.telegram.render import render
from handlers.actions import ActionSigner
from handlers.cards import Action, Card
from handlers.examples import Example
from handlers.examples.demo import CLINIC, ID, NOW
from handlers.words import LANGUAGES, Words

Json = dict[str, Any]
Size = tuple[str, int, int]
"""What is measured, how much of it there is, and the platform's limit."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one phone shows: messages as the emulator describes them, each with its sizes."""

    channel: str
    language: str
    messages: list[Json]
    sizes: list[list[Size]]
    pictures: Mapping[str, bytes] = field(repr=False)

    def to_json(self) -> Json:
        """For the page; pictures are handed over apart, since two phones show the same one."""
        sizes = [[f"{what} {size:,} / {limit:,}" for what, size, limit in each] for each in self.sizes]
        return {"channel": self.channel, "language": self.language, "messages": self.messages, "sizes": sizes}


def phones(
    example: Example, languages: Sequence[str] = LANGUAGES, channels: Sequence[str] = ("line", "telegram")
) -> list[Shown]:
    """The example on each channel in each language. ValueError with the platform's words for what it would refuse."""
    made = {language: example.cards(Words(language)) for language in languages}
    return [CHANNELS[channel](made[language], language) for channel in channels for language in languages]


def _line(cards: list[Card], language: str) -> Shown:
    drawn = [_drawn(card) for card in cards]
    addresses = [_address(picture) if picture else "" for picture in drawn]
    sent = as_json(messages(cards, _letter(addresses.__getitem__)))
    for start in range(0, len(sent), line_limits.MESSAGES_PER_CALL):
        if refused := refusal(sent[start : start + line_limits.MESSAGES_PER_CALL]):
            raise ValueError(f"LINE: {refused}")
    last = len(sent) - 1
    seen = [
        line_view.shown(Message(str(n), "bot", raw, NOW.timestamp()), newest=n == last) for n, raw in enumerate(sent)
    ]
    pictures = {address: picture for address, picture in zip(addresses, drawn, strict=True) if picture}
    return Shown("line", language, seen, [_line_sizes(raw) for raw in sent], pictures)


def _line_sizes(raw: Json) -> list[Size]:
    if raw["type"] == "text":
        return [("text", line_limits.utf16(raw["text"]), line_limits.TEXT)]
    size = line_limits.escaped(raw["contents"])
    alt = line_limits.utf16(raw["altText"])
    return [("bytes", size, line_limits.BUBBLE_BYTES), ("alt text", alt, line_limits.ALT_TEXT)]


def _telegram(cards: list[Card], language: str) -> Shown:
    bot, person = BotAccount(1, "", CLINIC.slug, CLINIC.name_en, "daoruang_demo_bot"), Person(2, "นก", language)
    state = State(Journal(None), NOW.timestamp)
    state.bots[bot.id], state.people[person.id] = bot, person
    state.chats[bot.id, person.id] = Chat(started=True)
    sent = [_posted(Messages(state), bot, person, card) for card in cards]
    pictures = {_address(file.content): file.content for file in state.files.values()}
    seen = [telegram_view.shown_message(raw, lambda file: _address(state.files[file].content)) for raw in sent]
    return Shown("telegram", language, seen, [_telegram_sizes(raw) for raw in sent], pictures)


def _posted(api: Messages, bot: BotAccount, person: Person, card: Card) -> Json:
    """The message that Telegram makes of the card (raises the emulator's ApiError)."""
    picture = _drawn(card)
    shown = render(card, _letter(str).sign, caption=picture is not None)
    request: Json = {"chat_id": str(person.id)}
    if shown.keyboard:
        request["reply_markup"] = shown.keyboard.to_dict()
    entities = [entity.to_dict() for entity in shown.entities]
    if picture is None:
        return api.send_text(bot, request | {"text": shown.text, "entities": entities})
    return api.send_photo(bot, request | {"photo": picture, "caption": shown.text, "caption_entities": entities})


def _telegram_sizes(raw: Json) -> list[Size]:
    what, limit = ("caption", telegram_limits.CAPTION_UNITS) if "photo" in raw else ("text", telegram_limits.TEXT_UNITS)
    keys = sum(map(len, raw.get("reply_markup", {}).get("inline_keyboard", [])))
    text = (what, telegram_limits.units(raw.get("text") or raw.get("caption", "")), limit)
    return [text, ("buttons", keys, telegram_limits.KEYBOARD_BUTTONS)]


def _drawn(card: Card) -> bytes | None:
    return draw(card.picture.noun, card.picture.facts) if card.picture else None


def _address(picture: bytes) -> str:
    """An address that no browser asks for: the page has the picture in it."""
    return f"https://preview.invalid/{sha256(picture).hexdigest()[:16]}.png"


def _letter(picture_url: Callable[[int], str]) -> Letter:
    return Letter(to="", retry_key=ID, sign=_sign, picture_url=picture_url, picture_bytes=lambda index: b"")


def _sign(action: Action) -> str:
    return _SIGNER.sign(action, CLINIC.id, ID, "preview")


def data_uri(picture: bytes) -> str:
    """The picture as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


_SIGNER = ActionSigner(("the gallery's buttons lead nowhere",))
CHANNELS: Mapping[str, Callable[[list[Card], str], Shown]] = {"line": _line, "telegram": _telegram}
