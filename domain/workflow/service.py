"""Use cases of journeys: paid, scheduled, treated; each move is checked, made once and recorded.

Money goes through `payments`, work through `tasks`; what follows from a move (points, notices, offers) is
decided by the reactions to the facts recorded here. A use case locks the journey first, then its task.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.payments import service as payments
from domain.payments.rules import check_amount, needs_second_person
from domain.people.rules import parse_phone
from domain.tasks import service as tasks
from domain.tasks.model import TaskView
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.leads import create_lead, create_self_lead
from domain.workflow.model import Action, Journey, JourneyView, PaymentResult, Stage
from domain.workflow.moves import journey_view, lock, may_ever, move
from domain.workflow.rules import transition_for

__all__ = [
    "complete_treatment",
    "confirm_payment",
    "create_lead",
    "create_self_lead",
    "journey_view",
    "journeys_of_customer",
    "journeys_to_pay",
    "journeys_to_schedule",
    "open_journeys_of_phone",
    "schedule",
    "start_treatment",
]

TWO_PERSON_LIMIT: Final = 3_000_000
"""Satang (THB 30,000) from which two people confirm, unless `two_person_limit_satang` of the clinic says otherwise."""

_LIST_LENGTH: Final = 20
"""Journeys in a list that somebody reads in a chat."""


async def open_journeys_of_phone(unit: Unit, phone: str) -> list[JourneyView]:
    """Open journeys of everybody with this number, newest first; DomainError `bad_phone`."""
    return await store.open_of_phone(unit.db, unit.clinic.id, parse_phone(phone))


async def journeys_of_customer(unit: Unit, customer_id: UUID) -> list[JourneyView]:
    """A customer's journeys, newest first."""
    return await store.of_customer(unit.db, unit.clinic.id, customer_id)


async def journeys_to_pay(unit: Unit) -> list[JourneyView]:
    """Up to 20 journeys on which a payment may be confirmed, the actor's own first."""
    return await store.to_pay(unit.db, unit.clinic.id, unit.actor.user_id, _LIST_LENGTH)


async def journeys_to_schedule(unit: Unit) -> list[JourneyView]:
    """Up to 20 paid journeys that wait for a time, the actor's own first."""
    return await store.to_schedule(unit.db, unit.clinic.id, unit.actor.user_id, _LIST_LENGTH)


async def confirm_payment(
    unit: Unit, journey_id: UUID, *, version: int, amount_satang: int, method: str
) -> PaymentResult:
    """Write down money that came in; the journey moves once the agreed sum is complete (T4, T4b).

    `version` is the journey as the person saw it, so that a second press or a second salesperson pays nothing twice.
    DomainErrors: `no_such_journey`, `not_your_role`, `already_paid` (by, at, amount, receipt_no), `outdated`,
    `illegal_move`, `scan_needed`, `own_payment`, `bad_amount`, `more_than_due` (due), `second_person_needed`
    (limit), `bad_method`.
    """
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
    limit = int(unit.clinic.settings.get("two_person_limit_satang", TWO_PERSON_LIMIT))
    if needs_second_person(before.paid_satang + amount_satang, limit):  # a sum in parts is still that sum
        raise DomainError("second_person_needed", limit=limit)
    payment = await payments.record(
        unit,
        journey_id=journey_id,
        customer_id=before.customer_id,
        amount_satang=amount_satang,
        method=method,
        intent=f"{journey_id}:{version}",
    )
    complete = amount_satang == before.due_satang
    stage = await move(unit, journey, Action.CONFIRM_PAYMENT, stays=not complete)
    unit.record(
        "payment_confirmed",
        payment.id,
        journey_id=str(journey_id),
        customer_id=str(before.customer_id),
        amount_satang=amount_satang,
        paid_before_satang=before.paid_satang,
        method=method,
        receipt_no=payment.receipt_no,
        stage=stage,
    )
    return PaymentResult(payment, await journey_view(unit, journey_id))


async def schedule(unit: Unit, journey_id: UUID, *, version: int, at: datetime) -> JourneyView:
    """Give a paid journey its time (T5), now or later; the trigger opens the task of whoever will perform it.

    DomainErrors: `no_such_journey`, `not_your_role`, `already_scheduled` (by, at: who set it when; scheduled_at:
    the time set), `outdated`, `illegal_move`, `in_the_past`.
    """
    may_ever(unit, Action.SCHEDULE)
    journey = await lock(unit, journey_id)
    if journey.scheduled_at is not None and journey.stage is not Stage.PAYMENT_CONFIRMED:
        done = await store.last_action(unit.db, unit.clinic.id, journey_id, Action.SCHEDULE)
        by, when = done or (None, journey.scheduled_at)
        raise DomainError(
            "already_scheduled", by=by, at=when.isoformat(), scheduled_at=journey.scheduled_at.isoformat()
        )
    if journey.version != version:
        raise DomainError("outdated")
    if at < unit.now:
        raise DomainError("in_the_past")
    await move(unit, journey, Action.SCHEDULE, scheduled_at=at)
    unit.record(
        "treatment_scheduled",
        journey_id,
        journey_id=str(journey_id),
        customer_id=str(journey.customer_id),
        scheduled_at=at.isoformat(),
    )
    return await journey_view(unit, journey_id)


async def start_treatment(unit: Unit, task_id: UUID) -> TaskView:
    """Whoever accepted the task starts the treatment (T7).

    DomainErrors: `no_such_task`, `task_not_accepted`, `not_assignee` (by), `already_started` and
    `already_completed` (by, at), `illegal_move`, `not_your_role`.
    """
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    task = await tasks.mark_started(unit, task_id, unit.now)
    await move(unit, journey, Action.START)
    unit.record("treatment_started", journey.id, **_work_facts(journey, task))
    return task


async def complete_treatment(unit: Unit, task_id: UUID, note: str) -> TaskView:
    """Whoever started the treatment finishes it, with a note (T8).

    DomainErrors: `no_such_task`, `task_not_accepted`, `task_not_started`, `not_assignee` (by),
    `already_completed` (by, at), `note_too_short` (needed), `illegal_move`, `not_your_role`.
    """
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    task = await tasks.mark_completed(unit, task_id, note, unit.now)
    await move(unit, journey, Action.COMPLETE)
    paid = await payments.paid_so_far(unit, journey.id)
    money = {"agreed_satang": journey.agreed_satang, "paid_satang": paid}
    unit.record("treatment_completed", journey.id, **_work_facts(journey, task), **money)
    return task


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


def _work_facts(journey: Journey, task: TaskView) -> Mapping[str, str]:
    return {
        "journey_id": str(journey.id),
        "customer_id": str(journey.customer_id),
        "task_id": str(task.id),
        "performer_id": str(task.assignee_id),
    }
