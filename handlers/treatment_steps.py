"""Choosing a treatment in a form: in pages, by button, or typed as its code, its name or a part of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from domain.clinics.model import Treatment
from domain.errors import DomainError
from handlers.forms import Choice, Data, Question, Step
from handlers.lists import PAGE
from handlers.steps import Needed
from handlers.talk import Talk
from handlers.words import Words

Offer = Callable[[Talk, Data], Awaitable[Sequence[Treatment]]]
Wording = Callable[[Talk, Data], str]

PAGES: Final = 4
"""Pages that one can turn by button: 32 treatments; any other one can be typed."""
_MORE: Final = "+"
"""What [More] stands for: no treatment is called so."""


def treatment_steps(
    name: str, question: Wording, offer: Offer, *, needed: Needed = lambda data: True
) -> tuple[Step, ...]:
    """A step that asks for a treatment, and one for each further page; `name` becomes its id as text.

    `{name}_names` gets its name in both languages, `{name}_price` its price in satang, and `{name}_offers` what can be
    bought of it, as pairs of how many and for how much.
    """
    return tuple(_page(name, number, question, offer, needed) for number in range(PAGES))


def _page(name: str, number: int, question: Wording, offer: Offer, needed: Needed) -> Step:
    turned = f"{name}_more"

    def is_here(data: Data) -> bool:
        return needed(data) and (number == 0 or data.get(turned, 0) >= number)

    async def ask(talk: Talk, data: Data) -> Question:
        return treatments_question(talk.words, question(talk, data), await offer(talk, data), number)

    async def read(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        if text == _MORE:
            return {turned: number + 1}
        found = named(await offer(talk, data), text)
        return {
            turned: number,
            name: str(found.id),
            f"{name}_names": found.names,
            f"{name}_price": found.price_satang,
            f"{name}_offers": [[offer.sessions, offer.price_satang] for offer in found.offers],
        }

    return Step(name if number == 0 else f"{name}_page{number}", ask, read, is_here)


def treatments_question(words: Words, asked: str, sold: Sequence[Treatment], number: int = 0) -> Question:
    """A page of treatments with their prices."""
    shown = sold[number * PAGE : (number + 1) * PAGE]
    choices = [Choice(words.pick(t.names), t.code, words.money(t.price_satang)) for t in shown]
    if len(sold) > (number + 1) * PAGE and number + 1 < PAGES:
        choices.append(Choice(words.t("More"), _MORE))
    return Question(asked, choices)


def named(sold: Sequence[Treatment], text: str) -> Treatment:
    """The treatment of this code or name, else the only one whose name contains the text; `bad_choice` otherwise."""
    wanted = " ".join(text.split()).casefold()
    exact = [t for t in sold if wanted in (t.code.casefold(), t.name_th.casefold(), t.name_en.casefold())]
    alike = [t for t in sold if wanted in t.name_th.casefold() or wanted in t.name_en.casefold()]
    for found in (exact, alike):
        if len(found) == 1:
            return found[0]
    raise DomainError("bad_choice")
