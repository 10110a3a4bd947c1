"""An example of every card, for `aura preview` and for the tests that no card is cut or left untranslated.

One file a noun. An example is a short function of the reader's words that calls the presenter or the function
that makes the card, with facts as they really are: long names, large sums, the fullest case. Files are found
by themselves. What all of them share (people, treatments, moments) is in `demo.py`, cards that need a
conversation come from `chat.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from handlers.cards import Card
from handlers.words import Words

Build = Callable[[Words], Card | list[Card]]


@dataclass(frozen=True, slots=True)
class Example:
    """One card, or the cards of one answer. `kind` is the presenter's where there is one, `title` says which case."""

    noun: str
    kind: str
    title: str
    build: Build

    def cards(self, words: Words) -> list[Card]:
        """The cards in this language."""
        made = self.build(words)
        return made if isinstance(made, list) else [made]


_found: list[Example] = []


def example(kind: str, title: str) -> Callable[[Build], Build]:
    """Show what this function makes as an example of `kind` ("task.offer")."""

    def add(build: Build) -> Build:
        _found.append(Example(build.__module__.rpartition(".")[2], kind, title, build))
        return build

    return add


@cache
def examples() -> tuple[Example, ...]:
    """Every example, noun by noun, in the order in which they are written."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return tuple(sorted(_found, key=lambda found: found.noun))
