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
class Overview:
    """The newest journeys, tasks and facts of a clinic (newest first), and its outbox by state."""

    journeys: tuple[JourneyLine, ...]
    tasks: tuple[TaskLine, ...]
    facts: tuple[FactLine, ...]
    outbox: dict[str, int]
