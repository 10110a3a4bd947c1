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


class Anchor(StrEnum):
    """What a message is counted from."""

    COMPLETED = "completed"
    """The end of a treatment."""
    STOPPED = "stopped"
    """The moment a treatment was stopped before its end."""
    SCHEDULED = "scheduled"
    """The start of an appointment; messages before it remind of it."""
    QUOTED = "quoted"
    """The moment a plan was sent."""
    NEXT_SESSION = "next_session"
    """When another session of what was paid is due: a treatment's days of recall after its end."""


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
    """The answer is an act of its own, such as confirming an appointment."""


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
    """One active rule of the clinic: when after its anchor (or before it) which class of message is due.

    `treatment_id` is what the message is about: the journey's session, or its treatment.
    """

    id: UUID
    offset_days: int
    offset_minutes: int
    at_time: time | None
    message_class: DeliveryClass
    treatment_id: UUID

    @property
    def before(self) -> bool:
        """Whether it reminds of something that is still to come."""
        return (self.offset_days, self.offset_minutes) < (0, 0)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a question, in the order of its buttons; `action` names the act of one that is an act."""

    code: str
    label: Words
    outcome: Outcome
    action: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A planned message whose time has come, with what decides whether it still makes sense.

    `anchor_at` is the moment it was planned for, `scheduled_at` the journey's time now; `subject_id` the row its
    buttons act on (an appointment, a plan). `template` is the most specific text that the clinic has.
    """

    id: UUID
    version: int
    journey_id: UUID
    due_at: datetime
    anchor: Anchor
    anchor_at: datetime | None
    subject_id: UUID | None
    message_class: DeliveryClass
    rule_active: bool
    stage: str
    scheduled_at: datetime | None
    arrived_at: datetime | None
    adverse_open: bool
    person_id: UUID
    customer_name: str
    treatment: Words
    prep: Words
    branch: Words
    address: Words
    template: str | None
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
    handled_at: datetime | None
    handled_by: str | None
    handled_note: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer led to; `first` is False when a graver answer replaced an earlier one."""

    outcome: Outcome
    first: bool
    answer: Words
