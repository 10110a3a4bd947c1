"""What every layer calls approvals. Values are stored in `approvals` and never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class ApprovalKind(StrEnum):
    """What is asked for. What happens once it is approved is decided by the noun that asked."""

    PAYMENT = "payment"
    VOID_PAYMENT = "void_payment"


class ApprovalState(StrEnum):
    """A request waits, or is over in one of four ways."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """What it was about moved on, or whoever asked has left."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One request, with the names of those who asked and decided. `facts` is what exactly is to be done."""

    id: UUID
    kind: str
    journey_id: UUID
    facts: Mapping[str, Any]
    state: ApprovalState
    version: int
    requested_by: UUID
    requested_by_name: str
    requested_at: datetime
    expires_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    reason: str
