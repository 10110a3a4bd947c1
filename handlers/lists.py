"""Lists of things to press: rows with a button each, in pages that fit one message on every channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from handlers.cards import Action, Button, Card
from handlers.words import Words

PAGE: Final = 8
"""Entries of a page: with [Earlier] and [More] as many buttons as fit under one card on LINE."""
LAST_PAGE: Final = 255
"""A button carries its page in one byte."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a list: what its row says, and the button that opens it (none: only to read)."""

    label: str
    value: str = ""
    button: Button | None = None


def list_card(
    words: Words,
    title: str,
    entries: Sequence[Entry],
    more: str,
    page: int = 0,
    *,
    about: UUID | None = None,
    which: int = 0,
) -> Card:
    """One page of a list. `more` is the action that shows another page: `choice` is its number, `about` its id.

    `which` tells lists of one kind apart; it comes back as the action's version.
    """
    last = min(LAST_PAGE, max(0, (len(entries) - 1) // PAGE))
    page = min(page, last)
    shown = entries[page * PAGE : (page + 1) * PAGE]
    turn = [(page - 1, words.t("Earlier")), (page + 1, words.t("More"))]
    return Card(
        title=title,
        rows=tuple((entry.label, entry.value) for entry in shown if entry.value),
        footnote=words.t("Page {page} of {pages}", page=page + 1, pages=last + 1) if last else "",
        buttons=(
            *(entry.button for entry in shown if entry.button),
            *(Button(label, Action(more, about, number, which)) for number, label in turn if 0 <= number <= last),
        ),
    )
