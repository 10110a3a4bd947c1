"""The states of a task, the acts on it, and how it is shown; after FHIR's Task (https://hl7.org/fhir/task.html).

Values are stored in `task_queue` and never change. The moves are in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


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


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with what staff need to see; customer, tier and time are read where they live, so always current.

    `roles` are the staff roles that may perform it, `treatment` its name in both languages.
    """

    id: UUID
    journey_id: UUID
    customer_id: UUID
    customer_name: str
    tier: str
    treatment: Mapping[str, str]
    state: TaskState
    version: int
    assignee_id: UUID | None
    assignee_name: str | None
    scheduled_at: datetime | None
    accept_by: datetime | None
    accepted_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    note: str
    roles: tuple[str, ...]
