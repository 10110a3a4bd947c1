"""The states of a task, the acts on it, and how it is shown; after FHIR's Task (https://hl7.org/fhir/task.html).

Values are stored in `task_queue` and never change. The moves are in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final
from uuid import UUID

from domain.people.model import Alert


class TaskState(StrEnum):
    """Where one piece of work stands with the person it was offered to."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    DECLINED = "declined"
    EXPIRED = "expired"
    RELEASED = "released"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"


class TaskAction(StrEnum):
    """What is done to a task."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    START = "start"
    RELEASE = "release"
    HOLD = "hold"
    RESUME = "resume"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    MARK_ERROR = "mark_error"
    """A manager says that the task should never have existed."""


OPEN_STATES: Final = frozenset({TaskState.REQUESTED, TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.ON_HOLD})
"""Somebody still has to do something; every other state is final, and more work means another task."""


DESK_KINDS: Final = ("scan", "quote", "schedule")
"""Tasks that a stage calls for and whose move is the work itself: the owner's list, offered to nobody."""

HELD_STATES: Final = frozenset({TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.ON_HOLD})
"""Somebody has it in hand."""

TREATMENT: Final = "treatment"
"""The kind of task that performers are asked to do; of other kinds a person at the desk decides."""


class Round(IntEnum):
    """Who is asked: first the performer the customer named, then all who may do it, in the end the managers."""

    NOT_YET = 0
    FIRST = 1
    POOL = 2
    MANAGERS = 3


class OfferState(StrEnum):
    """What one person answered; `expired`: they did not in time, or somebody else was first."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


PHASES: Final = ("pre", "during", "post")
"""The parts of a protocol, in their order."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a treatment's protocol, and who ticked it when (None: open)."""

    code: str
    th: str
    en: str
    phase: str
    required: bool
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a treatment: codes of ready-made phrases, own words, or both."""

    chips: tuple[str, ...]
    text: str
    amendment: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """One use of a product: lot number, dose with its unit, and where."""

    lot: str
    dose: str
    site: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """A red of the start gate that somebody answers for by name."""

    gate: str
    reason: str
    by: str
    user_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with what staff need to see; customer, tier, time and alerts are read where they live, so always current.

    `roles` are the staff roles that may perform it, `treatment` and `room` names in both languages. The treatment is
    that of the booked session. `performer_*` is whom the customer wants or the appointment reserved. `orphaned`: under
    way, and its assignee has left the team or treats nobody any more.
    """

    id: UUID
    journey_id: UUID
    customer_id: UUID
    customer_name: str
    customer_code: str
    branch_id: UUID | None
    tier: str
    kind: str
    treatment: Mapping[str, str]
    treatment_code: str
    roles: tuple[str, ...]
    lot_required: bool
    room: Mapping[str, str]
    room_id: UUID | None
    state: TaskState
    version: int
    round: Round
    reason: str
    performer_id: UUID | None
    performer_named: bool
    performer_name: str | None
    assignee_id: UUID | None
    assignee_name: str | None
    assignee_person_id: UUID | None
    orphaned: bool
    handed_to: UUID | None
    handed_name: str | None
    created_at: datetime
    scheduled_at: datetime | None
    accept_by: datetime | None
    accepted_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    adverse_open: bool
    alerts: tuple[Alert, ...]
    checklist: tuple[Line, ...]
    lots: tuple[Lot, ...]
    notes: tuple[Note, ...]
    overrides: tuple[Override, ...]

    @property
    def named(self) -> UUID | None:
        """The performer without whom the customer does not want it, if there is one."""
        return self.performer_id if self.performer_named else None


@dataclass(frozen=True, slots=True)
class Day:
    """How many tasks somebody has today, and how many of them are done."""

    total: int
    done: int
