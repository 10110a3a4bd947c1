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

from bots.telegram.limits import CAPTION_UNITS, KEYBOARD_BUTTONS, LABEL_UNITS, TEXT_UNITS, cut, units
from domain.people.rules import show_phone
from handlers.cards import Action, Button, Card, Item, width

_PER_ROW = ((3, 5), (5, 4), (7, 3), (15, 2))
"""Labels of at most so many visible characters may stand so many to a row; longer ones have their own."""

Run = tuple[str, bool]
"""Words, and whether they are bold."""

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
    runs = list(_joined(_paragraphs(card, repeat_mark.strip(), described=not caption)))
    text = cut("".join(words for words, _ in runs), CAPTION_UNITS if caption else TEXT_UNITS)
    if not text and not caption:
        text = _NO_TEXT
    return Rendered(text, tuple(_bold(runs, units(text))), _keyboard(card, sign))


def _paragraphs(card: Card, mark: str, *, described: bool) -> Iterator[list[Run]]:
    title, text = card.title.strip(), card.text.strip()
    head = [(f"{mark} " if mark and (title or text) else mark, False), (title, True)]
    yield [*head, (f"\n{text}" if title and text else text, False)]
    lines = [_line(label, value) for label, value in card.rows]
    yield [("\n".join(lines).strip(), False)]
    yield [run for number, item in enumerate(card.items) for run in _item(item, first=not number)]
    known = "\n".join((card.text, *lines))
    unfit = ((b.label, _readable(b.url)) for b in card.all_buttons() if b.url and not _fits_button(b.url))
    links = [f"{label}: {address}" for label, address in unfit if not _says(known, address)]
    alt = card.picture.alt if card.picture and described else ""
    yield from ([(part.strip(), False)] for part in (alt, "\n".join(links), card.footnote))


def _item(item: Item, *, first: bool) -> list[Run]:
    """Its detail below its bold title: the titles lead the eye down the list."""
    detail = f"\n{item.detail}".rstrip()
    return [("" if first else "\n", False), (item.title.strip(), True), (detail, False)]


def _joined(paragraphs: Iterator[list[Run]]) -> Iterator[Run]:
    """The runs of the paragraphs that say something, an empty line between two."""
    begun = False
    for paragraph in paragraphs:
        if any(words for words, _ in paragraph):
            if begun:
                yield "\n\n", False
            yield from paragraph
            begun = True


def _line(label: str, value: str) -> str:
    """A row; a value of several lines begins below its label."""
    return f"{label}:{_BREAK if _BREAK in value else ' '}{value}" if label else value


def _bold(runs: Sequence[Run], end: int) -> Iterator[MessageEntity]:
    """Where the bold runs are, in the UTF-16 units that Telegram counts in, up to where the text was cut."""
    offset = 0
    for words, bold in runs:
        length = min(units(words), end - offset)
        if bold and length > 0:
            yield MessageEntity(MessageEntity.BOLD, offset, length)
        offset += units(words)


def _keyboard(card: Card, sign: Callable[[Action], str]) -> InlineKeyboardMarkup | None:
    rows: list[list[InlineKeyboardButton]] = []
    room = KEYBOARD_BUTTONS
    opening = tuple(item.button for item in card.items if item.button)
    for group in (opening, card.buttons, card.quick):
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


def _says(known: str, address: str) -> bool:
    """Whether an address, or a telephone number as people write it, can be read there."""
    return address in known or (address.startswith("+") and show_phone(address) in known)


def _readable(url: str) -> str:
    return url.removeprefix("tel:")
