"""A customer across nouns, for the desk: flags and history. Nothing medical is read here, whoever asks (C11).

Stages, money, chats and notes of the desk are theirs to see; why a treatment was stopped, what somebody answered to a
question about their skin, alerts and treatment notes are not.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.overview import customers_store
from domain.overview.model import Event, Flags
from domain.people.model import Role
from domain.unit import Unit
from domain.workflow.model import Action

TOLD_FACTS: Final = (
    "customer_joined",
    "customer_unlinked",
    "tier_changed",
    "consent_given",
    "consent_withdrawn",
    "reward_redeemed",
    "coupon_used",
    "reminder_done",
)
"""Facts about a customer that belong into the history; each has its words in `handlers/timeline.py`."""
REASONS_TOLD: Final = (Action.CANCEL, Action.MARK_LOST, Action.REOPEN, Action.CANCEL_APPOINTMENT)
"""Moves whose reason is the desk's own; that of an abort or an override of the start gate may be medical."""
_DESK: Final = (Role.SALES, Role.MANAGER)


async def flags(unit: Unit, customer_id: UUID) -> Flags:
    """What stands beside a customer's stages."""
    return await customers_store.flags(unit.db, unit.clinic.id, customer_id, unit.now)


async def history(unit: Unit, customer_id: UUID, *, limit: int, offset: int = 0) -> list[Event]:
    """What happened with a customer, newest first. For sales and managers, else DomainError `not_your_role`."""
    if unit.actor.role not in _DESK:
        raise DomainError("not_your_role")
    return await customers_store.history(
        unit.db, unit.clinic.id, customer_id, TOLD_FACTS, REASONS_TOLD, limit=limit, offset=offset
    )
