"""Records of the overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
