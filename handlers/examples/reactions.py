"""Examples of the alarm to staff, its end, and the call for which nobody has answered."""

from __future__ import annotations

from typing import Any

from domain.followups.model import Outcome
from handlers import reactions
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_DOCTOR, AT, CLINIC, DOCTOR, ID, LONG, LONGEST, NOK, PHONE
from handlers.words import Words


def _alarm(words: Words, name: str, outcome: Outcome, answer: dict[str, str], phone: str | None, **more: Any) -> Card:
    facts: dict[str, Any] = {"name": name, "phone": phone, "treatment": LONGEST, "outcome": outcome, "answer": answer}
    ids = {"execution_id": str(ID), "customer_id": str(ID)}
    return reactions.present_alarm(words, CLINIC, {**facts, **ids, "at": AT, **more})


@example("followup.alarm", "worried, to a manager")
def amber(words: Words) -> Card:
    return _alarm(words, LONG, Outcome.AMBER, {"th": "กังวล", "en": "Worried"}, PHONE, may_handle=True)


@example("followup.alarm", "an emergency, no phone known")
def red(words: Words) -> Card:
    return _alarm(words, NOK, Outcome.RED, {"th": "ตามัว 🔴", "en": "Vision 🔴"}, None)


@example("followup.alarm", "to sales, who do not read the answer")
def for_sales(words: Words) -> Card:
    return _alarm(words, NOK, Outcome.AMBER, {"th": "กังวล", "en": "Worried"}, PHONE, may_read=False)


@example("followup.alarm", "looked after")
def over(words: Words) -> Card:
    done = {"handled_at": AT, "handled_by": DOCTOR, "note": "โทรคุยแล้ว อาการบวมลดลง นัดดูแผลพรุ่งนี้"}
    return _alarm(words, LONG, Outcome.RED, {"th": "ตามัว 🔴", "en": "Vision 🔴"}, PHONE, **done)


@example("followup.message", "more words, to a manager, and taken back")
def message(words: Words) -> list[Card]:
    felt: dict[str, Any] = {"name": LONG, "phone": PHONE, "treatment": LONGEST, "outcome": Outcome.AMBER}
    ids = {"execution_id": str(ID), "customer_id": str(ID)}
    facts = {**felt, **ids, "answer": {"th": "กังวล", "en": "Worried"}, "at": AT, "may_handle": True}
    written = "แสบหน้านิดหน่อยค่ะ ตั้งแต่เมื่อคืน วันนี้ยังแดงอยู่ ต้องทายาอะไรไหมคะ"
    return [reactions.present_message(words, CLINIC, {**facts, "text": text}) for text in (written, None)]


@example("reaction.handle", "the note")
def note(words: Words) -> Card:
    return at_step(reactions.handling, "note", talk(words, AS_DOCTOR), name=LONG)


@example("followup.unanswered", "a call to make")
def unanswered(words: Words) -> Card:
    facts = {"name": LONG, "phone": PHONE, "treatment": LONGEST, "journey_id": str(ID)}
    return reactions.present_unanswered(words, CLINIC, facts)
