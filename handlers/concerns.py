"""What customers want to improve: the codes that are stored, their words, and which treatments are for them.

The treatments only order a list: what helps whom is for the person in front of the customer to judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.words import N_, Words


@dataclass(frozen=True, slots=True)
class Concern:
    """Its words, and the categories of treatments that come first in a plan for it."""

    title: str
    categories: tuple[str, ...]


CONCERNS: Final[Mapping[str, Concern]] = {
    "acne": Concern(N_("Acne"), ("facial", "peel")),
    "dark_spots": Concern(N_("Dark spots"), ("laser", "peel")),
    "wrinkles": Concern(N_("Wrinkles"), ("injectable", "lifting")),
    "sagging": Concern(N_("Sagging skin"), ("lifting",)),
    "dull_skin": Concern(N_("Dull or dry skin"), ("facial", "peel")),
    "redness": Concern(N_("Redness"), ("facial", "laser")),
    "large_pores": Concern(N_("Large pores"), ("peel", "laser")),
    "scars": Concern(N_("Scars"), ("laser", "injectable")),
    "hair": Concern(N_("Unwanted hair"), ("laser",)),
}


def concern_words(words: Words, concerns: Sequence[str]) -> str:
    """Concerns as one reads them; free words as they were typed."""
    return ", ".join(words.t(CONCERNS[c].title) if c in CONCERNS else c for c in concerns)


def categories_for(concerns: Sequence[str]) -> list[str]:
    """Categories of treatments for these concerns, the first concern's first."""
    found = [category for c in concerns if c in CONCERNS for category in CONCERNS[c].categories]
    return list(dict.fromkeys(found))
