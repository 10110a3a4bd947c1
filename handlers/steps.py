"""Ready-made steps for forms: choosing from a list, writing a text with chips to tap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from domain.errors import DomainError
from handlers.forms import OFFERED, Choice, Data, Question, Step
from handlers.talk import Talk

Wording = Callable[[Talk, Data], str]
Offer = Callable[[Talk, Data], Awaitable[Sequence[Choice]]]
Needed = Callable[[Data], bool]

LONGEST: Final = 1000
"""Characters of a typed text: a long note, and well inside one message on every channel."""


def pick_step(name: str, question: Wording, offer: Offer, *, needed: Needed = lambda data: True) -> Step:
    """One of the offered answers, tapped or typed as its label or value; `name` becomes the choice's value."""

    async def ask(talk: Talk, data: Data) -> Question:
        return Question(question(talk, data), await offer(talk, data))

    async def read(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        wanted = " ".join(text.split()).casefold()
        offered = await offer(talk, data)
        if text in data.get(OFFERED, ()) and text not in [choice.value for choice in offered]:
            raise DomainError("choice_gone")
        same = [c for c in offered if wanted in (c.value.casefold(), c.label.casefold())]
        alike = [c for c in offered if wanted and wanted in c.label.casefold()]
        for found in (same, alike):
            if len(found) == 1:
                return {name: found[0].value}
        raise DomainError("bad_choice")

    return Step(name, ask, read, needed)


def text_step(
    name: str,
    question: Wording,
    *,
    chips: Callable[[Talk, Data], Sequence[str]] = lambda talk, data: (),
    check: Callable[[str], None] = lambda text: None,
    needed: Needed = lambda data: True,
    title: Wording = lambda talk, data: "",
) -> Step:
    """A text, typed or one of the `chips`. `check` raises a DomainError for one that will not do."""

    async def ask(talk: Talk, data: Data) -> Question:
        return Question(question(talk, data), [Choice(chip, chip) for chip in chips(talk, data)], title(talk, data))

    async def read(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        written = text.strip()
        if not written or len(written) > LONGEST:
            raise DomainError("bad_text", longest=LONGEST)
        check(written)
        return {name: written}

    return Step(name, ask, read, needed)
