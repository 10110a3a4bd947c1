"""Ends and new beginnings: who may end what, what goes with it, and that nothing owed is forgotten."""

from __future__ import annotations

import pytest

from domain.unit import SYSTEM, Actor
from domain.workflow import service as workflow
from domain.workflow.model import Stage
from tests.domain.clinic_factory import TestClinic, pay, refused


@pytest.fixture
async def manager(clinic: TestClinic) -> Actor:
    return await clinic.staff("manager", "คุณพลอย")


async def test_an_unpaid_journey_is_cancelled_by_sales_with_a_reason(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales, "PICO")
    async with refused("reason_needed"), clinic.by(sales) as unit:
        await workflow.cancel(unit, lead.id, version=1, reason="  ")
    async with clinic.by(sales) as unit:
        assert (await workflow.cancel(unit, lead.id, version=1, reason="moved")).stage is Stage.CANCELLED
    [task] = await clinic.rows("select kind, state from task_queue")
    assert tuple(task.values()) == ("scan", "cancelled")
    [move] = await clinic.rows("select reason from workflow_actions where action = 'cancel'")
    assert move["reason"] == "moved"


async def test_paid_work_is_cancelled_by_a_manager_who_decides_about_the_money(
    clinic: TestClinic, sales: Actor, manager: Actor
) -> None:
    journey, task_id = await clinic.scheduled(sales)
    async with refused("not_your_role"), clinic.by(sales) as unit:
        await workflow.cancel(unit, journey.id, version=journey.version, reason="x", money="refund")
    for money in (None, "gift"):
        async with refused("money_undecided"), clinic.by(manager) as unit:
            await workflow.cancel(unit, journey.id, version=journey.version, reason="x", money=money)
    async with clinic.by(manager) as unit:
        ended = await workflow.cancel(unit, journey.id, version=journey.version, reason="x", money="credit")
    assert (ended.stage, ended.scheduled_at) == (Stage.CANCELLED, None)
    [task] = await clinic.rows("select state from task_queue where id = :id", id=task_id)
    assert task["state"] == "cancelled"
    [move] = await clinic.rows("select data from workflow_actions where action = 'cancel'")
    assert move["data"] == {"money": "credit", "paid_satang": 129_000}
    fact = clinic.facts[-1]
    assert (fact.kind, fact.data["scheduled_at"] is not None) == ("journey_cancelled", True)


async def test_a_part_payment_makes_the_end_a_managers_matter(clinic: TestClinic, sales: Actor, manager: Actor) -> None:
    lead = await clinic.lead(sales)
    async with clinic.by(sales) as unit:
        part = (await pay(unit, lead, 100)).journey
    for end in (workflow.cancel, workflow.mark_lost):
        async with refused("manager_needed"), clinic.by(sales) as unit:
            await end(unit, lead.id, version=part.version, reason="price")
    async with clinic.by(manager) as unit:
        await workflow.cancel(unit, lead.id, version=part.version, reason="price", money="refund")


async def test_lost_and_taken_up_again(clinic: TestClinic, sales: Actor, manager: Actor) -> None:
    lead = await clinic.lead(sales)
    async with refused("not_your_role"), clinic.by(manager) as unit:
        await workflow.mark_lost(unit, lead.id, version=1, reason="price")
    async with clinic.by(sales) as unit:
        lost = await workflow.mark_lost(unit, lead.id, version=1, reason="price")
        assert lost.stage is Stage.LOST
    async with refused("outdated"), clinic.by(sales) as unit:
        await workflow.reopen(unit, lead.id, version=1)
    async with clinic.by(sales) as unit:
        assert (await workflow.reopen(unit, lead.id, version=lost.version)).stage is Stage.LEAD


async def test_a_lead_of_somebody_lost_is_the_same_journey_and_keeps_how_they_came(
    clinic: TestClinic, sales: Actor, manager: Actor
) -> None:
    first = await clinic.lead(sales)
    async with clinic.by(SYSTEM) as unit:
        await workflow.mark_lost(unit, first.id, version=1, reason="idle")
    treatment_id = await clinic.treatment()
    async with clinic.by(manager) as unit:
        again = await workflow.create_lead(
            unit,
            name="สมชาย",
            phone=first.phone,
            treatment_id=treatment_id,
            source="facebook",
            customer_id=first.customer_id,
        )
        touches = await workflow.touches(unit, first.customer_id)
    assert (again.id, again.stage, again.source, again.owner_id) == (first.id, Stage.LEAD, "walk-in", sales.user_id)
    assert [touch.source for touch in touches] == ["walk-in", "facebook"]
    assert (await clinic.audit(first.id))[-1] == ("reopen", "lost", "lead", 3, "manager")


async def test_creation_is_written_down_as_creation(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    assert await clinic.audit(lead.id) == [("create", None, "lead", 1, "sales")]


async def test_a_journey_with_an_open_reaction_does_not_close(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    await clinic.put(lead.id, "follow_up")
    await clinic.rows("update workflow_states set adverse_open = true, agreed_satang = 0")
    async with refused("reaction_open"), clinic.by(SYSTEM) as unit:
        await workflow.close(unit, lead.id)
    await clinic.rows("update workflow_states set adverse_open = false")
    async with clinic.by(SYSTEM) as unit:
        assert (await workflow.close(unit, lead.id)).stage is Stage.CLOSED
    assert clinic.kinds()[-1] == "journey_closed"


async def test_what_is_owed_keeps_a_journey_open(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    await clinic.put(lead.id, "follow_up")
    async with refused("money_due", due=129_000), clinic.by(sales) as unit:
        await workflow.close(unit, lead.id, version=1)
