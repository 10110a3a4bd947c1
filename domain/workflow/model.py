"""The vocabulary of a journey: its stages, the actions on it, what one permitted move is, and how it is shown.

Values are stored in `workflow_states` and `workflow_actions` and never change; the moves are in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
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


ENDED_STAGES: Final = frozenset({Stage.CLOSED, Stage.LOST, Stage.CANCELLED})
"""Nobody looks after the journey any more."""

OVER_STAGES: Final = frozenset({Stage.TREATMENT_COMPLETED, Stage.FOLLOW_UP, Stage.CLOSED, Stage.LOST, Stage.CANCELLED})
"""The treatment was done or given up, so the customer may start another journey of the same treatment."""

UNPAID_STAGES: Final = frozenset({Stage.LEAD, Stage.SCANNED, Stage.PROPOSAL_SENT})
"""Before the agreed minimum is there."""


MORE_MAY_COME: Final = frozenset({Stage.TREATMENT_COMPLETED, Stage.FOLLOW_UP})
"""From here the next session of a course can be scheduled: with sessions left the journey is open all the same."""

PAYABLE: Final = frozenset({*Stage} - {Stage.LEAD, Stage.CLOSED, Stage.LOST, Stage.CANCELLED})
"""Where what is due may be paid; a lead's too, if nothing of its plan needs a scan."""

GIVEN_UP: Final = frozenset({Stage.LOST, Stage.CANCELLED})
"""The early ends: what was still to be done is called off, not done."""

WORK_STAGES: Final = frozenset({Stage.TREATMENT_SCHEDULED, Stage.TREATMENT_STARTED})
"""Where tasks wait for performers or are under way; leaving them calls off what is open."""


class Action(StrEnum):
    """What somebody does to a journey."""

    CREATE = "create"
    RECORD_SCAN = "record_scan"
    SEND_PROPOSAL = "send_proposal"
    ACCEPT_PROPOSAL = "accept_proposal"
    DECLINE_PROPOSAL = "decline_proposal"
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
    EDIT = "edit"
    """A detail of the customer or the plan was corrected: no move, so the rules know nothing of it."""
    REASSIGN = "reassign"
    """Another salesperson looks after it from then on; no move either."""


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
    session_treatment_id: UUID | None
    branch_id: UUID | None
    owner_id: UUID | None
    stage: Stage
    version: int
    agreed_satang: int
    scheduled_at: datetime | None
    adverse_open: bool
    no_show_count: int
    minimum_satang: int | None
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A journey with what staff need to see. `linked`: a chat is bound to the customer.

    `treatment` is the name in both languages; the owner is the salesperson; `tier` the customer's now. `concerns` are
    codes or free words; `minimum_satang` is what moves the journey on, None for all of it. The session that is booked
    is of `session_treatment_id`, None for the journey's own treatment.
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
    minimum_satang: int | None
    concerns: tuple[str, ...]
    session_treatment_id: UUID | None
    branch_id: UUID | None
    no_show_count: int
    appointment_id: UUID | None
    """The time it takes now, be it held or booked."""
    appointment_state: str | None
    appointment_at: datetime | None
    performer_name: str | None
    arrived_at: datetime | None
    late_minutes: int
    sessions_left: int
    """Of all that was paid for; what has expired still counts here, and is refused when a time is set."""
    plan_accepted: bool
    """The customer has said yes to the plan that is on the table."""

    @property
    def due_satang(self) -> int:
        """What is still to be paid."""
        return max(0, self.agreed_satang - self.paid_satang)

    @property
    def deposit_due_satang(self) -> int:
        """What is still to be paid before a time is set: less than `due_satang` where a deposit was agreed."""
        needed = self.agreed_satang if self.minimum_satang is None else min(self.minimum_satang, self.agreed_satang)
        return max(0, needed - self.paid_satang)


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """A confirmed payment, and the journey after it."""

    payment: Payment
    journey: JourneyView


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the board. `oldest` is when the longest waiting came to it (None: nobody), `late` how many are.

    Who is put aside counts, but is not waiting: `snoozed` of them.
    """

    stage: Stage
    count: int = 0
    oldest: datetime | None = None
    late: int = 0
    snoozed: int = 0


class ProposalState(StrEnum):
    """Where a plan stands: on the table until it is answered, and off it once another one or an end came."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a plan: so many treatments for a price in satang. `treatment` is the name in both languages.

    Of a journey without a proposal there is one line, its own treatment once, with the journey's id.
    """

    id: UUID
    treatment_id: UUID
    treatment: Mapping[str, str]
    sessions: int
    price_satang: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is to hold: a treatment, once or as one of its courses."""

    treatment_id: UUID
    sessions: int = 1


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan as it was sent: nothing of it changes afterwards but its state. `minimum_satang` None: all of it."""

    id: UUID
    journey_id: UUID
    version: int
    state: ProposalState
    total_satang: int
    minimum_satang: int | None
    valid_until: datetime
    sent_at: datetime
    decided_at: datetime | None
    lines: tuple[PlanLine, ...]

    @property
    def current(self) -> bool:
        """Whether it is still on the table: neither replaced by another one nor withdrawn."""
        return self.state not in (ProposalState.REPLACED, ProposalState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Touch:
    """One time that a customer found the clinic: how, and when."""

    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a journey's audit trail: who (None: the system) did what, from where to where, and why."""

    action: str
    from_stage: str | None
    to_stage: str
    by: str | None
    reason: str
    data: Mapping[str, Any]
    at: datetime
