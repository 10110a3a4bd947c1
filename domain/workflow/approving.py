"""What takes two people: money from the clinic's limit on (T4), and undoing money that was false (T16).

The first person asks; the second one's yes does it, in the same transaction. Locks: journey, then request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from domain.approvals import service as approvals
from domain.approvals.model import Approval, ApprovalKind, ApprovalState
from domain.errors import DomainError
from domain.payments import service as payments
from domain.payments.rules import check_method
from domain.people.model import Role
from domain.people.rules import clean_reason
from domain.unit import Unit
from domain.workflow.model import Action, Journey, JourneyView, Stage
from domain.workflow.moves import journey_view, lock, move
from domain.workflow.paying import check_payment, write_payment
from domain.workflow.rules import next_stage

NO_APPOINTMENT: Final[Mapping[str, Any]] = {
    "scheduled_at": None,
    "session_treatment_id": None,
    "performer_id": None,
    "performer_named": False,
    "arrived_at": None,
}
"""A journey's columns when nothing is booked."""


async def request_payment(unit: Unit, journey_id: UUID, *, version: int, amount_satang: int, method: str) -> Approval:
    """The first person saw the money: everybody who may confirm it is asked to be the second.

    DomainErrors as of `confirm_payment`, and `approval_waiting` (by, at) while one waits.
    """
    check_method(method)
    journey, before = await check_payment(unit, journey_id, version=version, amount_satang=amount_satang)
    asked = {"amount_satang": amount_satang, "method": method}
    return await _request(unit, ApprovalKind.PAYMENT, journey, before, asked)


async def request_void(unit: Unit, journey_id: UUID, *, version: int, reason: str) -> Approval:
    """A manager found the journey's payment to be false or reversed, and asks for a second person (T16).

    DomainErrors: `no_such_journey`, `not_your_role`, `illegal_move`, `outdated`, `own_payment`, `bad_text`,
    `approval_waiting` (by, at).
    """
    journey = await lock(unit, journey_id)
    next_stage(journey.stage, Action.VOID_PAYMENT, Role(unit.actor.role))
    before = await journey_view(unit, journey_id)
    if journey.version != version:
        raise DomainError("outdated")
    if before.customer_person_id == unit.actor.person_id:
        raise DomainError("own_payment")
    asked = {"amount_satang": before.paid_satang, "reason": clean_reason(reason)}
    return await _request(unit, ApprovalKind.VOID_PAYMENT, journey, before, asked)


async def approve(unit: Unit, approval_id: UUID) -> Approval:
    """The second person says yes, and it is done. A journey that moved since it was asked ends the request instead.

    DomainErrors: `no_such_approval`, `not_your_role`, `already_decided` (by, at, state), `own_request`,
    `own_payment`.
    """
    seen = await approvals.approval(unit, approval_id)
    journey = await lock(unit, seen.journey_id)
    before = await journey_view(unit, seen.journey_id)
    request = await approvals.lock_to_decide(unit, approval_id)
    if before.customer_person_id == unit.actor.person_id:
        raise DomainError("own_payment")
    if journey.version != request.facts["version"]:
        return await approvals.close(unit, request, ApprovalState.WITHDRAWN)
    await DEEDS[request.kind](unit, request, journey, before)
    return await approvals.close(unit, request, ApprovalState.APPROVED)


async def _confirm(unit: Unit, request: Approval, journey: Journey, before: JourneyView) -> None:
    amount, method = request.facts["amount_satang"], request.facts["method"]
    await write_payment(unit, journey, before, amount_satang=amount, method=method, first_by=request.requested_by)


async def _void(unit: Unit, request: Approval, journey: Journey, before: JourneyView) -> None:
    """Back to the plan: the money counts no more, nothing is booked; points and words follow from the fact."""
    voided = await payments.void_all(unit, journey.id)
    numbers = [payment.receipt_no for payment in voided]
    await move(
        unit,
        journey,
        Action.VOID_PAYMENT,
        acting=Role.MANAGER,  # who asked is one; the second person may be any of the desk
        reason=request.facts["reason"],
        data={"receipts": numbers, "amount_satang": before.paid_satang, "asked_by": request.requested_by_name},
        **NO_APPOINTMENT,
    )
    unit.record(
        "payment_voided",
        journey.id,
        journey_id=str(journey.id),
        customer_id=str(journey.customer_id),
        approval_id=str(request.id),
        amount_satang=before.paid_satang,
        receipts=numbers,
        scheduled=journey.stage is Stage.TREATMENT_SCHEDULED,
    )


DEEDS: Final[Mapping[str, Callable[[Unit, Approval, Journey, JourneyView], Awaitable[None]]]] = {
    ApprovalKind.PAYMENT: _confirm,
    ApprovalKind.VOID_PAYMENT: _void,
}
"""What a yes does, by kind."""


async def _request(
    unit: Unit, kind: ApprovalKind, journey: Journey, before: JourneyView, asked: Mapping[str, object]
) -> Approval:
    for other in await approvals.waiting_for_journey(unit, journey.id, kind):
        if other.facts["version"] != journey.version:  # nobody could approve it any more, so it must block nothing
            await approvals.withdraw(unit, other.id)
    facts = {"version": journey.version, "customer": before.customer_name, "treatment": dict(before.treatment), **asked}
    return await approvals.request(
        unit,
        kind=kind,
        journey_id=journey.id,
        facts=facts,
        branch_id=journey.branch_id,
        not_by=(before.customer_person_id,),
    )
