"""Lists of things to open, in pages that fit one message on every channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from handlers.cards import Action, Button, Card, Item
from handlers.words import Words

PAGE: Final = 8
"""Items of a page: what one screen of a phone shows without much scrolling."""
LAST_PAGE: Final = 255
"""A button carries its page in one byte."""


def list_card(
    words: Words,
    title: str,
    items: Sequence[Item],
    more: str,
    page: int = 0,
    *,
    about: UUID | None = None,
    which: int = 0,
) -> Card:
    """One page of a list. `more` is the action that shows another page: `choice` is its number, `about` its id.

    `which` tells lists of one kind apart; it comes back as the action's version.
    """
    last = min(LAST_PAGE, max(0, (len(items) - 1) // PAGE))
    page = min(page, last)
    shown = items[page * PAGE : (page + 1) * PAGE]
    turn = [(page - 1, words.t("Earlier")), (page + 1, words.t("More"))]
    return Card(
        title=title,
        items=tuple(shown),
        footnote=words.t("Page {page} of {pages}", page=page + 1, pages=last + 1) if last else "",
        buttons=tuple(
            Button(label, Action(more, about, number, which)) for number, label in turn if 0 <= number <= last
        ),
    )
