"""Examples of writing down lots and notes."""

from __future__ import annotations

from handlers import records
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_DOCTOR, ID
from handlers.forms import REVIEW
from handlers.words import Words

LOT = {"lot": "BTX-24-0815", "dose": "20 ยูนิต", "site": "หน้าผากและหางตาทั้งสองข้าง"}


@example("records.lot", "the number")
def number(words: Words) -> Card:
    return at_step(records.lots, "lot", talk(words, AS_DOCTOR), task=str(ID))


@example("records.lot", "the dose")
def dose(words: Words) -> Card:
    return at_step(records.lots, "dose", talk(words, AS_DOCTOR), task=str(ID), lot=LOT["lot"])


@example("records.lot", "the site")
def site(words: Words) -> Card:
    known = {"lot": LOT["lot"], "dose": LOT["dose"]}
    return at_step(records.lots, "site", talk(words, AS_DOCTOR), task=str(ID), **known)


@example("records.lot", "the summary")
def review(words: Words) -> Card:
    return at_step(records.lots, REVIEW, talk(words, AS_DOCTOR), task=str(ID), **LOT)


@example("records.note", "ready-made or in own words")
def note(words: Words) -> Card:
    return at_step(records.notes, "note", talk(words, AS_DOCTOR), task=str(ID))
