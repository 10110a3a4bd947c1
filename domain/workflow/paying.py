"""Money for a journey: written down once, by whom it may be, and the journey moves on when enough is there (T4)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.payments import service as payments
from domain.payments.rules import check_amount, needs_second_person
from domain.unit import Unit
from domain.workflow.holding import book_held
from domain.workflow.model import Action, Journey, JourneyView, PaymentResult
from domain.workflow.moves import journey_view, lock, may_ever, move
from domain.workflow.rules import transition_for

TWO_PERSON_LIMIT: Final = 3_000_000
"""Satang (THB 30,000) from which two people confirm, unless `two_person_limit_satang` of the clinic says otherwise."""


async def confirm_payment(
    unit: Unit, journey_id: UUID, *, version: int, amount_satang: int, method: str
) -> PaymentResult:
    """Write down money that came in; the journey moves once the agreed minimum is there (T4, T4b; the rest is T4c).

    A time that was kept for what is in the plan is booked then (T5).
    `version` is the journey as the person saw it, so that a second press or a second salesperson pays nothing twice.
    DomainErrors: `no_such_journey`, `not_your_role`, `already_paid` (by, at, amount, receipt_no), `outdated`,
    `illegal_move`, `scan_needed`, `own_payment`, `bad_amount`, `more_than_due` (due), `second_person_needed`
    (limit), `bad_method`.
    """
    journey, before = await check_payment(unit, journey_id, version=version, amount_satang=amount_satang)
    if two_people_needed(unit, before, amount_satang):
        raise DomainError("second_person_needed", limit=two_person_limit(unit))
    return await write_payment(unit, journey, before, amount_satang=amount_satang, method=method)


async def check_payment(
    unit: Unit, journey_id: UUID, *, version: int, amount_satang: int
) -> tuple[Journey, JourneyView]:
    """The journey, locked and as it is shown, if the actor may confirm this; DomainErrors of `confirm_payment`."""
    may_ever(unit, Action.CONFIRM_PAYMENT)
    journey = await lock(unit, journey_id)
    before = await journey_view(unit, journey_id)
    await _refuse_paid(unit, before, version)
    rule = transition_for(before.stage, Action.CONFIRM_PAYMENT)
    if rule.id == "T4b" and before.scan_required:
        raise DomainError("scan_needed")
    if before.customer_person_id == unit.actor.person_id:
        raise DomainError("own_payment")
    check_amount(amount_satang, before.due_satang)
    return journey, before


def two_person_limit(unit: Unit) -> int:
    """Satang from which this clinic wants two people."""
    return int(unit.clinic.settings.get("two_person_limit_satang", TWO_PERSON_LIMIT))


def two_people_needed(unit: Unit, journey: JourneyView, amount_satang: int) -> bool:
    """Whether confirming this sum takes two people; a sum in parts is still that sum."""
    return needs_second_person(journey.paid_satang + amount_satang, two_person_limit(unit))


async def write_payment(
    unit: Unit,
    journey: Journey,
    before: JourneyView,
    *,
    amount_satang: int,
    method: str,
    first_by: UUID | None = None,
) -> PaymentResult:
    """The checked payment becomes true: money, receipt number, move and fact. `before` is the locked journey's view.

    With `first_by`, a user, the actor is the second person after them. DomainError `bad_method`.
    """
    payment = await payments.record(
        unit,
        journey_id=journey.id,
        customer_id=before.customer_id,
        amount_satang=amount_satang,
        method=method,
        intent=f"{journey.id}:{before.version}",
        first_by=first_by,
    )
    complete = amount_satang >= before.deposit_due_satang
    stage = await move(unit, journey, Action.CONFIRM_PAYMENT, stays=not complete)
    unit.record(
        "payment_confirmed",
        payment.id,
        journey_id=str(journey.id),
        customer_id=str(before.customer_id),
        amount_satang=amount_satang,
        paid_before_satang=before.paid_satang,
        method=method,
        receipt_no=payment.receipt_no,
        stage=stage,
    )
    await book_held(unit, journey.id)
    return PaymentResult(payment, await journey_view(unit, journey.id))


async def _refuse_paid(unit: Unit, journey: JourneyView, version: int) -> None:
    """An act on an older version: say who was first, if it was a payment that made the difference."""
    past = journey.paid_satang >= journey.agreed_satang
    if journey.version == version and not past:
        return
    done = await payments.payments_of(unit, journey.id)
    if done:
        last = done[-1]
        raise DomainError(
            "already_paid",
            by=last.confirmed_by_name,
            at=last.confirmed_at.isoformat(),
            amount=last.amount_satang,
            receipt_no=last.receipt_no,
        )
    if journey.version != version:
        raise DomainError("outdated")
