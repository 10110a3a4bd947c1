"""What follows from money: points and a receipt, courses that can be used, and both undone."""

from __future__ import annotations

from domain.courses import service as courses
from domain.courses.model import Sale
from domain.loyalty import service as loyalty
from domain.loyalty.model import Line
from domain.notifications.service import notify
from domain.reactions.ids import id_of, subject_of
from domain.reactions.proposals import plan_changed
from domain.unit import Fact, Unit
from domain.workflow import service as workflow
from domain.workflow.model import UNPAID_STAGES


async def reward(unit: Unit, fact: Fact) -> None:
    """A confirmed payment earns points by the plan's lines, pending until treatment; the customer gets the receipt.

    The courses are open by then: one that is paid again after a void may have sessions that were had already.
    """
    journey = await workflow.journey_view(unit, id_of(fact, "journey_id"))
    plan = await workflow.plan_lines(unit, journey.id)
    used = {course.line_id: course.used for course in await courses.of_journey(unit, journey.id)}
    pending = await loyalty.earn_for_payment(
        unit,
        payment_id=subject_of(fact),
        journey_id=journey.id,
        customer_id=journey.customer_id,
        amount_satang=fact.data["amount_satang"],
        paid_before_satang=fact.data["paid_before_satang"],
        lines=[Line(line.id, line.price_satang, line.sessions, used.get(line.id, 0)) for line in plan],
    )
    if any(used.values()):  # money for what was done already counts at once
        await loyalty.recompute_tier(unit, journey.customer_id)
    facts = {
        "receipt_no": fact.data["receipt_no"],
        "amount_satang": fact.data["amount_satang"],
        "method": fact.data["method"],
        "paid_satang": journey.paid_satang,
        "agreed_satang": journey.agreed_satang,
        "treatment": dict(journey.treatment),
        "pending": pending,
        "at": unit.now.isoformat(),
    }
    await notify(unit, [journey.customer_person_id], "payment.receipt", facts)


async def open_courses(unit: Unit, fact: Fact) -> None:
    """A plan whose agreed minimum is paid can be used: each of its lines is a course from now on (T4)."""
    if fact.data["stage"] in UNPAID_STAGES:
        return
    journey_id = id_of(fact, "journey_id")
    plan = await workflow.plan_lines(unit, journey_id)
    sales = [Sale(line.id, line.treatment_id, line.sessions, line.price_satang) for line in plan]
    await courses.open_courses(unit, journey_id=journey_id, customer_id=id_of(fact, "customer_id"), sales=sales)
    if proposal := await workflow.current_proposal(unit, journey_id):
        await plan_changed(unit, proposal.id)


async def undo_courses(unit: Unit, fact: Fact) -> None:
    """A payment that was undone gave no right to a treatment (T16)."""
    await courses.cancel(unit, id_of(fact, "journey_id"))


async def undo(unit: Unit, fact: Fact) -> None:
    """Money that counts no more: its points go, and the customer hears in plain words what that means."""
    journey_id, customer_id = subject_of(fact), id_of(fact, "customer_id")
    points = await loyalty.undo_payments(
        unit, journey_id=journey_id, customer_id=customer_id, void_id=id_of(fact, "approval_id")
    )
    journey = await workflow.journey_view(unit, journey_id)
    facts = {
        "amount_satang": fact.data["amount_satang"],
        "receipts": fact.data["receipts"],
        "scheduled": fact.data["scheduled"],
        "treatment": dict(journey.treatment),
        "points": points,
    }
    await notify(unit, [journey.customer_person_id], "payment.voided", facts)
