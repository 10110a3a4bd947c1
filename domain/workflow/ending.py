"""How journeys end: done, given up by the clinic or the customer, and taken up again (T10, T13, T14)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.clinics import service as clinics
from domain.courses import service as courses
from domain.errors import DomainError
from domain.payments import service as payments
from domain.people.model import Role
from domain.unit import Unit
from domain.workflow import proposal_store, store
from domain.workflow.model import Action, Journey, JourneyView, ProposalState
from domain.workflow.moves import journey_view, lock, may_ever, move, role
from domain.workflow.rules import next_stage

LONGEST_REASON: Final = 300


class Money(StrEnum):
    """What a manager decided about money that was paid on a journey that is cancelled."""

    REFUND = "refund"
    CREDIT = "credit"


async def cancel(unit: Unit, journey_id: UUID, *, version: int, reason: str, money: str | None = None) -> JourneyView:
    """Give a journey up for good (T13): its time, tasks, courses, pending points and messages go with it.

    Once something was paid only a manager does it, and says what becomes of the `money`; it is written down, not moved.
    DomainErrors: `no_such_journey`, `not_your_role`, `outdated`, `illegal_move`, `reason_needed`, `manager_needed`,
    `money_undecided`.
    """
    may_ever(unit, Action.CANCEL)
    journey = await _current(unit, journey_id, version)
    next_stage(journey.stage, Action.CANCEL, role(unit))
    paid = await payments.paid_so_far(unit, journey_id)
    if paid and unit.actor.role != Role.MANAGER:
        raise DomainError("manager_needed")
    if paid and money not in {*Money}:
        raise DomainError("money_undecided")
    decided = {"money": money, "paid_satang": paid} if paid else {}
    await withdraw_plan(unit, journey_id)
    await courses.cancel(unit, journey_id)
    await move(unit, journey, Action.CANCEL, reason=_reason(reason), data=decided, scheduled_at=None)
    at = journey.scheduled_at.isoformat() if journey.scheduled_at else None
    unit.record("journey_cancelled", journey_id, **_ids(journey), scheduled_at=at)
    return await journey_view(unit, journey_id)


async def mark_lost(unit: Unit, journey_id: UUID, *, version: int, reason: str) -> JourneyView:
    """The customer will not go ahead, as far as one can tell (T14): nobody asks them again.

    DomainErrors: `no_such_journey`, `not_your_role`, `outdated`, `illegal_move`, `reason_needed`, `manager_needed` when
    something was paid: that is a cancellation.
    """
    may_ever(unit, Action.MARK_LOST)
    journey = await _current(unit, journey_id, version)
    next_stage(journey.stage, Action.MARK_LOST, role(unit))
    if await payments.paid_so_far(unit, journey_id):
        raise DomainError("manager_needed")
    await withdraw_plan(unit, journey_id)
    await move(unit, journey, Action.MARK_LOST, reason=_reason(reason))
    unit.record("journey_lost", journey_id, **_ids(journey))
    return await journey_view(unit, journey_id)


async def reopen(unit: Unit, journey_id: UUID, *, version: int) -> JourneyView:
    """A lost journey begins again as a lead, at the clinic's price (T14).

    DomainErrors: `no_such_journey`, `not_your_role`, `outdated`, `illegal_move`, `open_journey` (journey_id).
    """
    may_ever(unit, Action.REOPEN)
    return await take_up(unit, await _current(unit, journey_id, version), role(unit))


async def take_up(unit: Unit, journey: Journey, acting: Role, source: str = "") -> JourneyView:
    """Reopen a locked journey, as somebody in the role `acting`; `source` is how the customer came back, if known."""
    next_stage(journey.stage, Action.REOPEN, acting)
    treatment = await clinics.treatment(unit, journey.treatment_id)
    other = await store.open_one(unit.db, unit.clinic.id, journey.customer_id, journey.treatment_id, unit.now)
    if other is not None:
        raise DomainError("open_journey", journey_id=str(other))
    await move(
        unit,
        journey,
        Action.REOPEN,
        acting=acting,
        data={"source": source} if source else {},
        agreed_satang=treatment.price_satang,
        minimum_satang=None,
        owner_id=journey.owner_id or unit.actor.user_id,
    )
    unit.record("journey_reopened", journey.id, **_ids(journey))
    return await journey_view(unit, journey.id)


async def close(unit: Unit, journey_id: UUID, *, version: int | None = None) -> JourneyView:
    """The journey is done (T10), by a person or by the system (which has seen no `version`).

    DomainErrors: `no_such_journey`, `not_your_role`, `outdated`, `illegal_move`, `reaction_open`, `sessions_left`
    (left), `money_due` (due): whatever is still owed to either side keeps it open.
    """
    may_ever(unit, Action.CLOSE)
    journey = await _current(unit, journey_id, version)
    next_stage(journey.stage, Action.CLOSE, role(unit))
    if journey.adverse_open:
        raise DomainError("reaction_open")
    if left := await courses.sessions_left(unit, journey_id):
        raise DomainError("sessions_left", left=left)
    if due := (await journey_view(unit, journey_id)).due_satang:
        raise DomainError("money_due", due=due)
    await move(unit, journey, Action.CLOSE)
    unit.record("journey_closed", journey_id, **_ids(journey))
    return await journey_view(unit, journey_id)


async def _current(unit: Unit, journey_id: UUID, version: int | None) -> Journey:
    """The journey, locked, if it is still as the person saw it."""
    journey = await lock(unit, journey_id)
    if version is not None and journey.version != version:
        raise DomainError("outdated")
    return journey


async def withdraw_plan(unit: Unit, journey_id: UUID) -> None:
    """Whatever plan is on the table is off it."""
    await proposal_store.take_off(unit.db, unit.clinic.id, journey_id, ProposalState.WITHDRAWN)


def _reason(text: str) -> str:
    written = " ".join(text.split())[:LONGEST_REASON]
    if not written:
        raise DomainError("reason_needed")
    return written


def _ids(journey: Journey) -> dict[str, str]:
    return {"journey_id": str(journey.id), "customer_id": str(journey.customer_id)}
