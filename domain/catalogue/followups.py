"""Entries of follow-ups: questions with their buttons, and the rules that say when they are sent."""

from __future__ import annotations

from datetime import time
from uuid import UUID

from domain.catalogue.entry import Code, Entry, Words
from domain.followups.model import Anchor, DeliveryClass, Outcome


class Answer(Entry):
    """One button under a question, and what pressing it leads to; `action` names the act of an outcome `action`."""

    code: Code
    th: Words
    en: Words
    outcome: Outcome
    action: str = ""


class Template(Entry):
    """A question in both languages with its buttons; their order never changes, a sent button carries it.

    A key that ends in `_CODE` of a treatment, or `_category`, goes before the plain one for those treatments.
    """

    key: Code
    th: Words
    en: Words
    answers: list[Answer] = []

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        answers = [answer.model_dump(mode="json", exclude_defaults=True) for answer in self.answers]
        return {"key": self.key, "text_th": self.th, "text_en": self.en, "answers": answers}


class Rule(Entry):
    """When a template is sent: days and minutes after an anchor (negative: before it), at an hour of the clinic's day.

    For one treatment or all.
    """

    key: Code
    anchor: Anchor
    offset_days: int = 0
    offset_minutes: int = 0
    at_time: time | None = None
    message_class: DeliveryClass
    template: Code
    treatment: Code | None = None
    active: bool = True

    def columns(self, treatments: dict[str, UUID]) -> dict[str, object]:
        """The row without clinic and id; `treatments` gives the id of each code."""
        return {
            "key": self.key,
            "anchor": str(self.anchor),
            "offset_days": self.offset_days,
            "offset_minutes": self.offset_minutes,
            "at_time": self.at_time,
            "message_class": str(self.message_class),
            "template_key": self.template,
            "treatment_id": treatments[self.treatment] if self.treatment else None,
            "active": self.active,
        }
