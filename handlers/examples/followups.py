"""Examples of the question after a treatment, what follows the answer, and the alarm to staff."""

from __future__ import annotations

from typing import Any

from domain.catalogue import starting_catalogue
from domain.followups.model import Outcome
from handlers import followups
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import talk
from handlers.examples.demo import AT, CLINIC, FACIAL, ID, LONG, LONGEST, NOK, PHONE
from handlers.words import Words


def _alarm(words: Words, name: str, outcome: Outcome, answer: dict[str, str], phone: str | None) -> Card:
    facts: dict[str, Any] = {"name": name, "phone": phone, "treatment": LONGEST, "outcome": outcome, "answer": answer}
    return followups.present_alarm(words, CLINIC, {**facts, "at": AT})


@example("followup.ask", "the day after")
def ask(words: Words) -> Card:
    check = next(text for text in starting_catalogue()["templates"] if text["key"] == "check_d1")
    facts = {"execution_id": str(ID), "version": 2, "text": check, "answers": check["answers"], "treatment": FACIAL}
    return followups.present_question(words, CLINIC, facts)


@example("followup.thanks", "all is well")
def thanks(words: Words) -> Card:
    return followups.thanks_card(words, LONG)


@example("followup.help", "worried")
def worried(words: Words) -> Card:
    return followups.help_card(talk(words), LONG, urgent=False)


@example("followup.help", "an emergency")
def emergency(words: Words) -> Card:
    return followups.help_card(talk(words), LONG, urgent=True)


@example("followup.alarm", "worried")
def amber(words: Words) -> Card:
    return _alarm(words, LONG, Outcome.AMBER, {"th": "กังวล", "en": "Worried"}, PHONE)


@example("followup.alarm", "an emergency, no phone known")
def red(words: Words) -> Card:
    return _alarm(words, NOK, Outcome.RED, {"th": "ตามัว 🔴", "en": "Vision 🔴"}, None)
