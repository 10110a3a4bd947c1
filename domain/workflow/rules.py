"""Which moves a journey may make, and in whose hands: one table, and the two questions asked of it.

What the table cannot know (consent, sums, licences, who accepted the task, who else must agree) is the
guard of the use case that makes the move. Pure data and functions.
"""

from __future__ import annotations

from typing import Final

from domain.errors import DomainError
from domain.people.model import Role
from domain.workflow.model import Action, Stage, Transition

_CUSTOMER = frozenset({Role.CUSTOMER})
_SALES = frozenset({Role.SALES})
_MANAGER = frozenset({Role.MANAGER})
_SYSTEM = frozenset({Role.SYSTEM})
_DESK = _SALES | _MANAGER
_PERFORMERS = frozenset({Role.BEAUTICIAN, Role.DOCTOR})

_NEW = (None,)
_LEAD = (Stage.LEAD,)
_SCANNED = (Stage.SCANNED,)
_OFFERED = (Stage.PROPOSAL_SENT,)
_QUOTABLE = (Stage.SCANNED, Stage.PROPOSAL_SENT)
_UNPAID = (Stage.LEAD, *_QUOTABLE)
_PAID = (Stage.PAYMENT_CONFIRMED,)
_SCHEDULED = (Stage.TREATMENT_SCHEDULED,)
_STARTED = (Stage.TREATMENT_STARTED,)
_COMPLETED = (Stage.TREATMENT_COMPLETED,)
_FOLLOW_UP = (Stage.FOLLOW_UP,)
_RUNNING = (*_PAID, *_SCHEDULED, *_STARTED, *_COMPLETED, *_FOLLOW_UP)
_TREATED = (Stage.TREATMENT_COMPLETED, Stage.FOLLOW_UP, Stage.CLOSED)
_LOST = (Stage.LOST,)

TRANSITIONS: Final[tuple[Transition, ...]] = (
    Transition("T1", Action.CREATE, _NEW, Stage.LEAD, _DESK | _SYSTEM),
    Transition("T2", Action.RECORD_SCAN, _LEAD, Stage.SCANNED, _SALES | _PERFORMERS),
    # A new version replaces the one that was sent.
    Transition("T3", Action.SEND_PROPOSAL, _QUOTABLE, Stage.PROPOSAL_SENT, _SALES),
    # Only when no line of the plan needs a scan: courses of facials are sold without one. Guarded like T4b.
    Transition("T3b", Action.SEND_PROPOSAL, _LEAD, Stage.PROPOSAL_SENT, _SALES),
    # The customer answers by button; staff only write down what was said in front of them.
    Transition("T3", Action.ACCEPT_PROPOSAL, _OFFERED, Stage.PROPOSAL_SENT, _CUSTOMER | _DESK),
    Transition("T3", Action.DECLINE_PROPOSAL, _OFFERED, Stage.PROPOSAL_SENT, _CUSTOMER | _DESK),
    Transition("T4", Action.CONFIRM_PAYMENT, _QUOTABLE, Stage.PAYMENT_CONFIRMED, _DESK),
    # Only when no line of the plan needs a scan: the use case guards it by this id.
    Transition("T4b", Action.CONFIRM_PAYMENT, _LEAD, Stage.PAYMENT_CONFIRMED, _DESK),
    # What a deposit left to pay may come at any time before the journey is closed; the stage stays.
    *(Transition("T4c", Action.CONFIRM_PAYMENT, (stage,), stage, _DESK) for stage in _RUNNING),
    Transition("T5", Action.SCHEDULE, _PAID, Stage.TREATMENT_SCHEDULED, _DESK),
    Transition("T6", Action.RESCHEDULE, _SCHEDULED, Stage.TREATMENT_SCHEDULED, _DESK | _CUSTOMER),
    Transition("T7", Action.START, _SCHEDULED, Stage.TREATMENT_STARTED, _PERFORMERS),
    Transition("T8", Action.COMPLETE, _STARTED, Stage.TREATMENT_COMPLETED, _PERFORMERS),
    Transition("T9", Action.AUTO, _COMPLETED, Stage.FOLLOW_UP, _SYSTEM),
    Transition("T10", Action.CLOSE, _FOLLOW_UP, Stage.CLOSED, _DESK | _SYSTEM),
    Transition("T11", Action.NEXT_SESSION, _COMPLETED + _FOLLOW_UP, Stage.TREATMENT_SCHEDULED, _DESK),
    Transition("T12", Action.CANCEL_APPOINTMENT, _SCHEDULED, Stage.PAYMENT_CONFIRMED, _DESK | _CUSTOMER | _SYSTEM),
    Transition("T12", Action.NO_SHOW, _SCHEDULED, Stage.PAYMENT_CONFIRMED, _DESK | _SYSTEM),
    # Giving up paid work means a refund or credit, which a manager decides.
    Transition("T13", Action.CANCEL, _UNPAID, Stage.CANCELLED, _DESK),
    Transition("T13", Action.CANCEL, _PAID + _SCHEDULED, Stage.CANCELLED, _MANAGER),
    Transition("T14", Action.MARK_LOST, _UNPAID, Stage.LOST, _SALES | _SYSTEM),
    Transition("T14", Action.REOPEN, _LOST, Stage.LEAD, _SALES | _SYSTEM),
    Transition("T15", Action.ABORT, _STARTED, Stage.TREATMENT_SCHEDULED, _PERFORMERS),
    Transition("T16", Action.VOID_PAYMENT, _PAID + _SCHEDULED, Stage.PROPOSAL_SENT, _MANAGER),
    # After treatment nothing is undone; a manager writes compensating entries and the stage stays.
    *(Transition("T17", Action.AMEND, (stage,), stage, _MANAGER) for stage in _TREATED),
)

_BY_MOVE: Final = {(source, move.action): move for move in TRANSITIONS for source in move.sources}


def transition_for(stage: Stage | None, action: Action) -> Transition:
    """The table's row for this action at this stage (None: no journey yet), or DomainError `illegal_move`."""
    if found := _BY_MOVE.get((stage, action)):
        return found
    raise DomainError("illegal_move", stage=stage, action=action)


def next_stage(stage: Stage | None, action: Action, role: Role) -> Stage:
    """Where the journey stands after `action` by somebody in `role`.

    Raises DomainError `illegal_move` when nobody may do this now, else `not_your_role` when others may.
    """
    move = transition_for(stage, action)
    if role not in move.roles:
        raise DomainError("not_your_role", action=action)
    return move.target
