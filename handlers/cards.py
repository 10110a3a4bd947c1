"""What we show: one neutral card that every channel renders as well as it can.

Handlers and presenters build cards in the person's language; the outbox keeps them as JSON;
`bots/<channel>/render.py` turns one card into exactly one platform message. Text is plain text
everywhere: nothing a person typed ever becomes markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

import regex

from domain.errors import DomainError

Style = Literal["primary", "secondary", "danger"]
Picker = Literal["", "datetime", "date", "time"]


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does. Packed into a signed token for its recipient when the card is sent.

    `id` names one row, `choice` is one small number (0..255), `version` is the row's version as
    it was shown, so that an outdated press is recognised. Sums never travel in buttons.
    """

    name: str
    id: UUID | None = None
    choice: int = 0
    version: int = 0


def row_id(action: Action) -> UUID:
    """The row that a button names; DomainError('bad_button') when it names none."""
    if action.id is None:
        raise DomainError("bad_button")
    return action.id


def width(label: str) -> int:
    """How many characters a reader sees (Thai marks above and below take no room of their own)."""
    return len(regex.findall(r"\X", label))


def filled(*rows: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Those rows of a card that have a value."""
    return tuple((label, value) for label, value in rows if value)


@dataclass(frozen=True, slots=True)
class Button:
    """A button with either an action or an address (`https`, `http`, `line`, `tel`).

    With a `picker` its press opens the channel's own calendar or clock, and the action comes with what was picked; a
    channel without one (Telegram) leaves the button out, so the card must also say what to type.
    """

    label: str
    action: Action | None = None
    url: str | None = None
    style: Style = "secondary"
    picker: Picker = ""


def call_button(label: str, phone: str | None) -> tuple[Button, ...]:
    """A button that dials, if there is a number."""
    return (Button(label, url=f"tel:{phone}", style="primary"),) if phone else ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to draw: `noun` names the file in `bots/pictures`, `facts` are localised strings and numbers."""

    noun: str
    facts: Mapping[str, Any]
    alt: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: what it is, what there is to know of it, and the button that opens it (none: only to read).

    Where a channel can make the entry itself tappable (LINE), no button stands beside it.
    """

    title: str
    detail: str = ""
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One message: a title, text, label/value rows, items of a list, a footnote, buttons, quick replies, a picture.

    `quick` are short answers offered once, below the newest message (LINE quick replies; on Telegram
    they join the buttons). Everything but `text` may be empty; a card with only `text` is a plain bubble.
    """

    text: str = ""
    title: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    items: tuple[Item, ...] = ()
    footnote: str = ""
    buttons: tuple[Button, ...] = ()
    quick: tuple[Button, ...] = ()
    picture: Picture | None = None

    def to_json(self) -> dict[str, Any]:
        """The card as JSON-able data (ids as strings); read back with `from_json`."""
        data: dict[str, Any] = asdict(self)
        of_items = (item["button"] for item in data["items"] if item["button"])
        for button in (*data["buttons"], *data["quick"], *of_items):
            if button["action"] and button["action"]["id"]:
                button["action"]["id"] = str(button["action"]["id"])
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Card:
        """A card from what `to_json` wrote, also by an older release: unknown keys are ignored, missing ones empty."""
        picture = data.get("picture")
        return cls(
            text=data.get("text", ""),
            title=data.get("title", ""),
            rows=tuple((label, value) for label, value in data.get("rows", ())),
            items=tuple(_item(item) for item in data.get("items", ())),
            footnote=data.get("footnote", ""),
            buttons=tuple(_button(b) for b in data.get("buttons", ())),
            quick=tuple(_button(b) for b in data.get("quick", ())),
            picture=Picture(picture["noun"], picture["facts"], picture["alt"]) if picture else None,
        )

    def as_text(self) -> str:
        """The whole card as plain text, for channels and places that can show nothing else (LINE altText)."""
        rows = "\n".join(f"{label}: {value}" for label, value in self.rows)
        items = "\n".join(f"{item.title}: {item.detail}" if item.detail else item.title for item in self.items)
        return "\n".join(part for part in (self.title, self.text, rows, items, self.footnote) if part)

    def all_buttons(self) -> tuple[Button, ...]:
        """Everything that can be pressed, from top to bottom."""
        return (*(item.button for item in self.items if item.button), *self.buttons, *self.quick)


def _item(data: Mapping[str, Any]) -> Item:
    button = data.get("button")
    return Item(data["title"], data.get("detail", ""), _button(button) if button else None)


def _button(data: Mapping[str, Any]) -> Button:
    action = data.get("action")
    return Button(
        label=data["label"],
        action=Action(
            action["name"],
            UUID(action["id"]) if action.get("id") else None,
            action.get("choice", 0),
            action.get("version", 0),
        )
        if action
        else None,
        url=data.get("url"),
        style=data.get("style", "secondary"),
        picker=data.get("picker", ""),
    )
