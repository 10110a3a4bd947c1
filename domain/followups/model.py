"""The vocabulary of follow-ups: how urgent a message is, when it may arrive, what an answer means.

Values are stored in `followup_rules` and `followup_templates` and never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

Words = Mapping[str, str]
"""A text of the clinic in both languages: {"th": ..., "en": ...}."""


class DeliveryClass(StrEnum):
    """Why a message is sent; decides its hours, and whether consent and caps apply."""

    SAFETY = "safety"
    CARE = "care"
    SERVICE = "service"
    MARKETING = "marketing"


class Outcome(StrEnum):
    """What an answer to a follow-up question leads to."""

    FINE = "fine"
    AMBER = "amber"
    """A person of the clinic calls."""
    RED = "red"
    """An emergency: the text with the telephone number at once, and the doctor is paged."""
    ACTION = "action"
    """The answer is an act of its own, such as booking."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the clinic's day in which messages may arrive, both edges included."""

    opens: time
    closes: time


WINDOWS: Final[dict[DeliveryClass, Window | None]] = {
    DeliveryClass.SAFETY: None,
    DeliveryClass.CARE: Window(time(8), time(20)),
    DeliveryClass.SERVICE: Window(time(8), time(21)),
    DeliveryClass.MARKETING: Window(time(10), time(19)),
}
"""Safety has no quiet hours."""

LATEST: Final[dict[DeliveryClass, timedelta]] = {
    DeliveryClass.SAFETY: timedelta(hours=72),
    DeliveryClass.CARE: timedelta(hours=48),
    DeliveryClass.SERVICE: timedelta(hours=24),
    DeliveryClass.MARKETING: timedelta(hours=72),
}
"""How late a message may still be sent after an outage; then it is skipped, since the next one is near.

Safety waits longest: filler complications may show 24 to 48 hours after the treatment.
"""

ALARMING: Final = frozenset({Outcome.AMBER, Outcome.RED})
"""Outcomes that somebody of the clinic hears of at once."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One active rule of the clinic: when after its anchor which class of message is due."""

    id: UUID
    offset_days: int
    at_time: time | None
    message_class: DeliveryClass


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a question, in the order of its buttons."""

    code: str
    label: Words
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Due:
    """A planned message whose time has come, with what decides whether it still makes sense."""

    id: UUID
    version: int
    due_at: datetime
    message_class: DeliveryClass
    rule_active: bool
    stage: str
    person_id: UUID
    customer_name: str
    treatment: Words
    text: Words | None
    options: tuple[Option, ...]
    consented: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was sent, whom it is about, and what was answered so far."""

    id: UUID
    journey_id: UUID
    customer_id: UUID
    customer_name: str
    phone: str | None
    treatment: Words
    options: tuple[Option, ...]
    answer: str | None
    outcome: Outcome | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer led to; `first` is False when a graver answer replaced an earlier one."""

    outcome: Outcome
    first: bool
    answer: Words
