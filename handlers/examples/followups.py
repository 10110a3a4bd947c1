"""Examples of the clinic's messages around a treatment, and what follows an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.catalogue import starting_catalogue
from domain.followups.rules import fill
from handlers import followups
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import talk
from handlers.examples.demo import AT, CLINIC, FACIAL, ID, LONG, LONGEST, NOW
from handlers.words import Words

PREP = {"th": "งดแอลกอฮอล์ 1 วันก่อนมา", "en": "No alcohol the day before"}


def _ask(words: Words, key: str, **facts: Any) -> Card:
    text = next(text for text in starting_catalogue()["templates"] if text["key"] == key)
    about = {"nick": LONG, "phone": CLINIC.phone}
    said = {
        language: fill(text[language], {**about, "treatment": LONGEST[language], "branch": name})
        for language, name in (("th", CLINIC.name_th), ("en", CLINIC.name_en))
    }
    base = {"execution_id": str(ID), "version": 2, "text": said, "answers": text.get("answers", [])}
    return followups.present_question(words, CLINIC, {**base, "treatment": LONGEST, **facts})


@example("followup.ask", "the day after")
def ask(words: Words) -> Card:
    return _ask(words, "check_d1", treatment=FACIAL)


@example("followup.ask", "after a filler")
def filler(words: Words) -> list[Card]:
    return [_ask(words, "aftercare_FIL"), _ask(words, "fil_check")]


@example("followup.ask", "an appointment tomorrow")
def reminder(words: Words) -> Card:
    address = {"th": "99/1 ถนนพหลโยธิน กรุงเทพฯ", "en": "99/1 Phahonyothin Road, Bangkok"}
    at = (NOW + timedelta(days=1)).isoformat()
    return _ask(words, "appt_1d", at=at, sent_at=AT, subject_id=str(ID), address=address, prep=PREP)


@example("followup.thanks", "all is well")
def thanks(words: Words) -> Card:
    return followups.thanks_card(words, LONG)


@example("followup.help", "worried")
def worried(words: Words) -> Card:
    return followups.help_card(talk(words), LONG, followups.told_now(talk(words)), urgent=False)


@example("followup.help", "an emergency")
def emergency(words: Words) -> Card:
    return followups.help_card(talk(words), LONG, followups.told_now(talk(words)), urgent=True)
