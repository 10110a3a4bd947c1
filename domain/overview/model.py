"""Records of the overview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """One customer's way through one treatment."""

    customer_id: UUID
    customer: str
    treatment_th: str
    treatment_en: str
    stage: str
    version: int


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task; `assignee` is '' while it is open."""

    treatment_th: str
    treatment_en: str
    customer: str
    state: str
    assignee: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """Something that became true, and about whom ('' for nobody)."""

    at: datetime
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One chat on a channel: the platform's id of who writes there, and the language they chose (None: not yet)."""

    channel: str
    person: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The newest journeys, tasks, facts and chats of a clinic (newest first), and its outbox by state."""

    journeys: tuple[JourneyLine, ...]
    tasks: tuple[TaskLine, ...]
    facts: tuple[FactLine, ...]
    chats: tuple[ChatLine, ...]
    outbox: dict[str, int]


@dataclass(frozen=True, slots=True)
class Flags:
    """What stands beside a customer's stages: appointments missed in all, until when they are put aside, and whether
    they have a chat with the clinic."""

    no_shows: int
    snoozed_until: datetime | None
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a customer's history for the desk: who did what when.

    `source` is where it is written down: an `action` on a journey, a `payment`, a `note` or a `fact`; `what` is its
    code there. `text` is a note's words or a reason, `treatment` the journey's in both languages ({} for none), `by`
    None when the customer or the program did it.
    """

    at: datetime
    source: str
    what: str
    by: str | None
    text: str
    satang: int
    treatment: Mapping[str, str]
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One change that somebody may ask about: who (None: by itself) did what to whom, from what to what, and why.

    `before` and `after` are roles, stages, ends of a request, `on` or `off`; '' where there is none.
    """

    at: datetime
    kind: str
    about: str
    by: str | None
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class StageStats:
    """One stage: journeys that stand there now, and hours that journeys stayed (None: none has left it yet)."""

    stage: str
    count: int
    avg_hours: float | None
    median_hours: float | None
    p90_hours: float | None


@dataclass(frozen=True, slots=True)
class HandoffStats:
    """One part of the hand-off clock, in minutes: how many, the median, and what nine of ten stay below."""

    step: str
    count: int
    median_minutes: float | None
    p90_minutes: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """A clinic's numbers: its funnel now, and since a moment the hand-off clock, money (satang) and treatments."""

    since: datetime
    stages: tuple[StageStats, ...]
    handoff: tuple[HandoffStats, ...]
    confirmed_satang: int
    payments: int
    treatments: int
