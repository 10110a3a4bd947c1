"""Money on a journey: confirmed once, by the right person, in parts or whole, and never twice."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from domain.errors import DomainError
from domain.people import service as people
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import Stage
from tests.domain.clinic_factory import FACIAL_SATANG, PHONE, TestClinic, overtaken, pay, refused

NOTE = "ผิวดี ทายาครบทุกขั้นตอน"


async def test_parts_move_the_journey_when_they_add_up(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    async with clinic.by(sales) as unit:
        first = await pay(unit, lead, 100_000)
        assert (first.journey.stage, first.journey.version, first.journey.due_satang) == (Stage.LEAD, 2, 29_000)
        async with refused("more_than_due", due=29_000):
            await pay(unit, first.journey, 29_001)
        second = await pay(unit, first.journey, 29_000)
        assert (second.journey.stage, second.journey.due_satang) == (Stage.PAYMENT_CONFIRMED, 0)
        assert [first.payment.receipt_no, second.payment.receipt_no] == [1, 2]
    assert clinic.facts[-1].data["paid_before_satang"] == 100_000
    assert [(row[1], row[2]) for row in await clinic.audit(lead.id)][1:] == [
        ("lead", "lead"),
        ("lead", "payment_confirmed"),
    ]


async def test_a_second_press_hears_who_confirmed_what_and_when(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    async with clinic.by(sales) as unit:
        result = await pay(unit, lead)
    said = {
        "by": "คุณเจ",
        "at": result.payment.confirmed_at.isoformat(),
        "amount": FACIAL_SATANG,
        "receipt_no": 1,
    }
    async with clinic.by(await clinic.staff("manager", "พลอย")) as unit:
        for seen in (lead, result.journey):  # the old card, and one drawn after the payment
            async with refused("already_paid", **said):
                await pay(unit, seen)


async def test_two_salespeople_confirm_the_same_payment_at_once(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    other = await clinic.staff("sales", "ฝน")
    won, lost = await overtaken(
        clinic.engine, clinic.by(sales), clinic.by(other), lambda u: pay(u, lead), lambda u: pay(u, lead)
    )
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts["by"]) == ("already_paid", "คุณเจ")
    assert datetime.fromisoformat(lost.facts["at"]) == won.payment.confirmed_at
    assert len(await clinic.rows("select id from payments")) == 1
    assert clinic.kinds().count("payment_confirmed") == 1


async def test_payments_are_refused_that_may_not_be(clinic: TestClinic, sales: Actor) -> None:
    lead, laser = await clinic.lead(sales), await clinic.lead(sales, "PICO")
    async with clinic.by(sales) as unit:
        async with refused("scan_needed"):
            await pay(unit, laser)
        async with refused("outdated"):
            await workflow.confirm_payment(unit, lead.id, version=7, amount_satang=1, method="cash")
        for amount in (0, -1):
            async with refused("bad_amount"):
                await pay(unit, lead, amount)
        async with refused("bad_method"):
            await workflow.confirm_payment(unit, lead.id, version=1, amount_satang=1, method="slip")
        async with refused("no_such_journey"):
            await workflow.confirm_payment(unit, uuid4(), version=1, amount_satang=1, method="cash")
    for role in ("beautician", "doctor"):
        async with clinic.by(await clinic.staff(role, role)) as unit, refused("not_your_role"):
            await pay(unit, lead)
    async with refused("not_your_role"), clinic.event("x") as unit:
        await pay(unit, lead)
    await clinic.put(lead.id, "lost")
    async with clinic.by(sales) as unit, refused("illegal_move"):
        await pay(unit, lead)
    assert await clinic.rows("select id from payments") == []


async def test_a_scanned_customer_pays_for_what_needed_the_scan(clinic: TestClinic, sales: Actor) -> None:
    laser = await clinic.lead(sales, "PICO")
    await clinic.put(laser.id, "scanned")
    async with clinic.by(sales) as unit:
        assert (await pay(unit, laser)).journey.stage == Stage.PAYMENT_CONFIRMED


async def test_nobody_confirms_their_own_payment(clinic: TestClinic, sales: Actor) -> None:
    async with clinic.by(sales) as unit:
        me = await people.create_customer(
            unit, name="คุณเจ", phone=PHONE, source="t", owner_id=None, person_id=sales.person_id
        )
    lead = await clinic.lead(sales, customer_id=me.id)
    async with clinic.by(sales) as unit, refused("own_payment"):
        await pay(unit, lead)
    async with clinic.by(await clinic.staff("sales", "ฝน")) as unit:
        await pay(unit, lead)


async def test_large_sums_need_two_people_from_the_clinics_own_limit(clinic: TestClinic, sales: Actor) -> None:
    lift = await clinic.lead(sales, "ULT")
    await clinic.put(lift.id, "scanned")
    await clinic.rows("update workflow_states set agreed_satang = 3100000")
    async with clinic.by(sales) as unit, refused("second_person_needed", limit=3_000_000):
        await pay(unit, lift, 3_000_000)
    await clinic.rows("update clinics set settings = '{\"two_person_limit_satang\"\\: 100000}'")
    async with clinic.by(sales) as unit:
        async with refused("second_person_needed", limit=100_000):
            await pay(unit, lift, 100_000)
        assert (await pay(unit, lift, 99_999)).payment.receipt_no == 1
