"""The vocabulary of a journey: its stages, the actions on it, what one permitted move is, and how it is shown.

Values are stored in `workflow_states` and `workflow_actions` and never change; the moves are in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.payments.model import Payment
from domain.people.model import Role


class Stage(StrEnum):
    """Where a journey stands; the first nine in the order of a good one, then the two early ends."""

    LEAD = "lead"
    SCANNED = "scanned"
    PROPOSAL_SENT = "proposal_sent"
    PAYMENT_CONFIRMED = "payment_confirmed"
    TREATMENT_SCHEDULED = "treatment_scheduled"
    TREATMENT_STARTED = "treatment_started"
    TREATMENT_COMPLETED = "treatment_completed"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    LOST = "lost"
    CANCELLED = "cancelled"


OVER_STAGES: Final = frozenset({Stage.TREATMENT_COMPLETED, Stage.FOLLOW_UP, Stage.CLOSED, Stage.LOST, Stage.CANCELLED})
"""The treatment was done or given up, so the customer may start another journey of the same treatment."""

UNPAID_STAGES: Final = frozenset({Stage.LEAD, Stage.SCANNED, Stage.PROPOSAL_SENT})
"""Before the agreed minimum is there."""


class Action(StrEnum):
    """What somebody does to a journey."""

    CREATE = "create"
    RECORD_SCAN = "record_scan"
    SEND_PROPOSAL = "send_proposal"
    CONFIRM_PAYMENT = "confirm_payment"
    SCHEDULE = "schedule"
    RESCHEDULE = "reschedule"
    START = "start"
    COMPLETE = "complete"
    AUTO = "auto"
    """The aftercare message went out, so the follow-up plan becomes visible."""
    CLOSE = "close"
    NEXT_SESSION = "next_session"
    CANCEL_APPOINTMENT = "cancel_appointment"
    NO_SHOW = "no_show"
    CANCEL = "cancel"
    MARK_LOST = "mark_lost"
    REOPEN = "reopen"
    ABORT = "abort"
    VOID_PAYMENT = "void_payment"
    AMEND = "amend"


@dataclass(frozen=True, slots=True)
class Transition:
    """One permitted move: from any of `sources` by `action` to `target`, for people acting in `roles`.

    A source of None means that no journey exists yet.
    """

    id: str
    action: Action
    sources: tuple[Stage | None, ...]
    target: Stage
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey's own row, as a use case holds it locked."""

    id: UUID
    customer_id: UUID
    treatment_id: UUID
    owner_id: UUID | None
    stage: Stage
    version: int
    agreed_satang: int
    scheduled_at: datetime | None
    adverse_open: bool


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A journey with what staff need to see. `linked`: a chat is bound to the customer.

    `treatment` is the name in both languages; the owner is the salesperson; `tier` the customer's now.
    """

    id: UUID
    version: int
    stage: Stage
    customer_id: UUID
    customer_person_id: UUID
    customer_name: str
    phone: str | None
    linked: bool
    treatment: Mapping[str, str]
    treatment_id: UUID
    scan_required: bool
    agreed_satang: int
    paid_satang: int
    owner_id: UUID | None
    owner_name: str | None
    owner_person_id: UUID | None
    scheduled_at: datetime | None
    source: str
    created_at: datetime
    stage_changed_at: datetime
    tier: str

    @property
    def due_satang(self) -> int:
        """What is still to be paid."""
        return max(0, self.agreed_satang - self.paid_satang)


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """A confirmed payment, and the journey after it."""

    payment: Payment
    journey: JourneyView
