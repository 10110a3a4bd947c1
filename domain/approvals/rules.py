"""Who may decide a request, and until when. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from domain.approvals.model import Approval, ApprovalKind, ApprovalState
from domain.errors import DomainError
from domain.people.model import Role

LIFE: Final = timedelta(hours=24)
"""How long a request waits, unless `approval_hours` of the clinic says otherwise."""

DECIDERS: Final[Mapping[str, tuple[Role, ...]]] = {
    # Money that two people must have seen: any second person of the desk.
    ApprovalKind.PAYMENT: (Role.SALES, Role.MANAGER),
    ApprovalKind.VOID_PAYMENT: (Role.SALES, Role.MANAGER),
}
"""Who decides what, besides the managers, who decide everything."""


def deciders(kind: str) -> tuple[Role, ...]:
    """The roles that decide a request of this kind."""
    return DECIDERS.get(kind, (Role.MANAGER,))


def life(settings: Mapping[str, Any]) -> timedelta:
    """How long a request of this clinic waits for its second person."""
    return timedelta(hours=float(settings["approval_hours"])) if "approval_hours" in settings else LIFE


def check_decider(approval: Approval, role: str, user_id: UUID | None, now: datetime) -> None:
    """Refuse a decision: `not_your_role`, `already_decided` (by, at, state), `own_request`.

    A request whose time is up has expired, whether or not the timer that says so has rung.
    """
    if user_id is None or role not in deciders(approval.kind):
        raise DomainError("not_your_role")
    if approval.state is not ApprovalState.WAITING:
        at = approval.decided_at.isoformat() if approval.decided_at else None
        raise DomainError("already_decided", by=approval.decided_by_name, at=at, state=approval.state)
    if approval.expires_at <= now:
        at = approval.expires_at.isoformat()
        raise DomainError("already_decided", by=None, at=at, state=ApprovalState.EXPIRED)
    if approval.requested_by == user_id:
        raise DomainError("own_request")
