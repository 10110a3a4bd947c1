"""One neutral card as one Telegram message: plain text with entities, and an inline keyboard.

No parse mode is ever used, so nothing that a person typed can become markup. A card with a picture is a
photo whose caption is the card's text. What a keyboard cannot hold (a telephone number, a LINE address)
is written out in the text, where Telegram makes it tappable, unless it stands there already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bots.telegram.limits import CAPTION_UNITS, KEYBOARD_BUTTONS, LABEL_UNITS, TEXT_UNITS, cut, units, width
from handlers.cards import Action, Button, Card

_PER_ROW = ((3, 5), (5, 4), (7, 3), (14, 2))
"""Labels of at most so many visible characters may stand so many to a row; longer ones have their own."""

_NO_TEXT = "…"
_BREAK = "\n"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's text or caption, where it is bold, and its buttons."""

    text: str
    entities: tuple[MessageEntity, ...]
    keyboard: InlineKeyboardMarkup | None


def render(card: Card, sign: Callable[[Action], str], repeat_mark: str = "", *, caption: bool) -> Rendered:
    """The card within Telegram's limits, as a photo's caption or as a text message.

    A text message stands in for the card's picture with the picture's description.
    """
    mark, title = repeat_mark.strip(), card.title.strip()
    text = _text(card, mark, title, described=not caption)
    text = cut(text, CAPTION_UNITS if caption else TEXT_UNITS)
    if not text and not caption:
        text = _NO_TEXT
    return Rendered(text, _bold(text, mark, title), _keyboard(card, sign))


def _text(card: Card, mark: str, title: str, *, described: bool) -> str:
    head = " ".join(part for part in (mark, title) if part)
    separator = "\n" if title else " "
    lines = [_line(label, value) for label, value in card.rows]
    known = "\n".join((card.text, *lines))
    unfit = ((b.label, _readable(b.url)) for b in _all(card) if b.url and not _fits_button(b.url))
    links = (f"{label}: {address}" for label, address in unfit if address not in known)
    sections = (
        separator.join(part for part in (head, card.text.strip()) if part),
        "\n".join(lines),
        card.picture.alt if card.picture and described else "",
        "\n".join(links),
        card.footnote,
    )
    return "\n\n".join(section for part in sections if (section := part.strip()))


def _line(label: str, value: str) -> str:
    """A row; a value of several lines begins below its label."""
    return f"{label}:{_BREAK if _BREAK in value else ' '}{value}" if label else value


def _bold(text: str, mark: str, title: str) -> tuple[MessageEntity, ...]:
    offset = units(mark) + 1 if mark else 0
    length = min(units(title), units(text) - offset)
    return (MessageEntity(MessageEntity.BOLD, offset, length),) if title and length > 0 else ()


def _all(card: Card) -> tuple[Button, ...]:
    return card.buttons + card.quick


def _keyboard(card: Card, sign: Callable[[Action], str]) -> InlineKeyboardMarkup | None:
    rows: list[list[InlineKeyboardButton]] = []
    room = KEYBOARD_BUTTONS
    for group in (card.buttons, card.quick):
        keys = [key for button in group if (key := _key(button, sign))][:room]
        room -= len(keys)
        rows.extend(_rows(keys))
    return InlineKeyboardMarkup(rows) if rows else None


def _key(button: Button, sign: Callable[[Action], str]) -> InlineKeyboardButton | None:
    if button.picker:  # Telegram has no calendar: people type
        return None
    label = cut(button.label.strip(), LABEL_UNITS) or _NO_TEXT
    style = None if button.style == "secondary" else button.style
    if button.action:
        return InlineKeyboardButton(label, callback_data=sign(button.action), style=style)
    if button.url and _fits_button(button.url):
        return InlineKeyboardButton(label, url=button.url, style=style)
    return None


def _rows(keys: Sequence[InlineKeyboardButton]) -> Iterator[list[InlineKeyboardButton]]:
    """Neighbours share a row as long as the longest label among them allows it."""
    row: list[InlineKeyboardButton] = []
    for key in keys:
        if row and len(row) >= min(_neighbours(k.text) for k in (*row, key)):
            yield row
            row = []
        row.append(key)
    if row:
        yield row


def _neighbours(label: str) -> int:
    return next((count for longest, count in _PER_ROW if width(label) <= longest), 1)


def _fits_button(url: str) -> bool:
    """Telegram opens only web addresses whose host has a dot (LinkManager in https://github.com/tdlib/td)."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        return False


def _readable(url: str) -> str:
    return url.removeprefix("tel:")
