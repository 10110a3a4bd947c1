"""Records of reminders. Values are stored and never change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What happens when the moment comes."""

    REMIND = "remind"
    """The salesperson gets the customer's card."""
    SEND = "send"
    """The customer gets the text."""


class State(StrEnum):
    """Where a reminder stands; only one that waits can be changed."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    """The customer had no chat any more when the text was to leave."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder, or one message that leaves later. `user_id` is whose list it stands on."""

    id: UUID
    version: int
    kind: Kind
    state: State
    text: str
    due_at: datetime
    customer_id: UUID
    customer_name: str
    user_id: UUID
    ended_at: datetime | None
