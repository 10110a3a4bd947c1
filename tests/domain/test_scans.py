"""The skin scan: consent first, concerns kept once, the desk's tasks opened and closed with the stage."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.database.session import Engine
from domain.people import service as people
from domain.tasks import service as tasks
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import Stage
from tests.domain.clinic_factory import TestClinic, overtaken, refused


async def signed(clinic: TestClinic, by: Actor, customer_id: UUID) -> None:
    """The customer has signed on paper."""
    async with clinic.by(by) as unit:
        await people.record_paper_consent(
            unit,
            customer_id,
            purpose="health_record",
            language="th",
            text="ยินยอม",
        )


async def desk_tasks(clinic: TestClinic) -> list[tuple[str, str]]:
    rows = await clinic.rows("select kind, state from task_queue order by created_at, kind")
    return [(row["kind"], row["state"]) for row in rows]


async def test_without_consent_nothing_is_kept(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales, "PICO")
    async with refused("health_consent_needed"), clinic.by(sales) as unit:
        await workflow.record_scan(unit, lead.id, version=lead.version, concerns=["acne"])
    await signed(clinic, sales, lead.customer_id)
    async with clinic.by(sales) as unit:
        scanned = await workflow.record_scan(
            unit, lead.id, version=lead.version, concerns=["acne", " acne ", "my nose"]
        )
    assert (scanned.stage, scanned.concerns) == (Stage.SCANNED, ("acne", "my nose"))
    assert await desk_tasks(clinic) == [("scan", "completed"), ("quote", "requested")]
    [consent] = await clinic.rows("select channel, given, actor_person_id from consents")
    assert [*consent.values()] == ["paper", True, sales.person_id]


async def test_only_treatments_that_need_a_scan_ask_for_one(clinic: TestClinic, sales: Actor) -> None:
    await clinic.lead(sales)
    waits = await clinic.lead(sales, "PICO", name="นก")
    assert await desk_tasks(clinic) == [("scan", "requested")]
    mint = await clinic.staff("beautician", "มิ้นท์")
    async with clinic.by(mint) as unit:
        assert [journey.id for journey in await workflow.journeys_to_scan(unit)] == [waits.id]
        assert await tasks.waiting_tasks(unit) == []
        assert await tasks.open_for_journey(unit, waits.id) is None


async def test_a_scan_by_a_beautician_leaves_the_customer_with_sales(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales, "PICO")
    mint = await clinic.staff("beautician", "มิ้นท์")
    await signed(clinic, mint, lead.customer_id)
    async with clinic.by(mint) as unit:
        assert (await workflow.record_scan(unit, lead.id, version=1, concerns=["scars"])).owner_id == sales.user_id


async def test_a_scan_says_what_is_wrong(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales, "PICO")
    await signed(clinic, sales, lead.customer_id)
    manager = await clinic.staff("manager", "พลอย")
    async with refused("not_your_role"), clinic.by(manager) as unit:
        await workflow.record_scan(unit, lead.id, version=1, concerns=["acne"])
    async with refused("no_concerns"), clinic.by(sales) as unit:
        await workflow.record_scan(unit, lead.id, version=1, concerns=["  "])
    async with refused("bad_text", longest=80), clinic.by(sales) as unit:
        await workflow.record_scan(unit, lead.id, version=1, concerns=["ก" * 81])
    async with refused("outdated"), clinic.by(sales) as unit:
        await workflow.record_scan(unit, lead.id, version=2, concerns=["acne"])


async def test_nobody_vouches_for_their_own_signature(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales, "PICO")
    async with refused("not_your_role"):
        await signed(clinic, replace(sales, customer_id=lead.customer_id), lead.customer_id)
    async with refused("not_your_role"):
        await signed(clinic, Actor("customer", customer_id=lead.customer_id), lead.customer_id)


async def test_two_scans_at_once_are_one(clinic: TestClinic, sales: Actor, engine: Engine) -> None:
    lead = await clinic.lead(sales, "PICO")
    await signed(clinic, sales, lead.customer_id)
    _, late = await overtaken(
        engine,
        clinic.by(sales),
        clinic.by(sales),
        lambda unit: workflow.record_scan(unit, lead.id, version=1, concerns=["acne"]),
        lambda unit: workflow.record_scan(unit, lead.id, version=1, concerns=["scars"]),
    )
    assert late.code == "outdated"
