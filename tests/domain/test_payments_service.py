"""Payments as records: receipt numbers without gaps, sums per journey, and only staff of the clinic confirm."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import asyncpg

from domain.clinics import service as clinics
from domain.database.engine import create_engine
from domain.database.session import Engine
from domain.errors import DomainError
from domain.payments import service as payments
from domain.payments.model import Payment
from domain.unit import SYSTEM, Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from tests.conftest import Database
from tests.domain.clinic_factory import TestClinic, make_clinic, overtaken, refused
from tests.faults.program import until

AT_ONCE = 20


async def write_down(unit: Unit, journey: JourneyView, satang: int, method: str = "cash") -> Payment:
    return await payments.record(
        unit,
        journey_id=journey.id,
        customer_id=journey.customer_id,
        amount_satang=satang,
        method=method,
        intent=f"{journey.id}:{satang}",
    )


async def test_payments_add_up_and_are_shown_with_who_confirmed_them(clinic: TestClinic, sales: Actor) -> None:
    journey, other = await clinic.lead(sales), await clinic.lead(sales, name="ข")
    async with clinic.by(sales) as unit:
        assert await payments.paid_so_far(unit, journey.id) == 0
        for satang, method in ((100, "cash"), (250, "card")):
            await write_down(unit, journey, satang, method)
        await write_down(unit, other, 999)
        assert await payments.paid_so_far(unit, journey.id) == 350
        shown = await payments.payments_of(unit, journey.id)
        assert [(p.receipt_no, p.amount_satang, p.method, p.confirmed_by_name) for p in shown] == [
            (1, 100, "cash", "คุณเจ"),
            (2, 250, "card", "คุณเจ"),
        ]
        assert {p.confirmed_at for p in shown} == {unit.now}
        assert {p.confirmed_by for p in shown} == {sales.user_id}


async def test_only_staff_confirm_and_only_known_methods(clinic: TestClinic, sales: Actor) -> None:
    journey = await clinic.lead(sales)
    async with clinic.by(SYSTEM) as unit, refused("not_your_role"):
        await write_down(unit, journey, 100)
    async with clinic.by(sales) as unit, refused("bad_method", methods=["cash", "card", "transfer"]):
        await write_down(unit, journey, 100, "cheque")


async def test_receipts_have_no_gaps_under_twenty_confirmations_at_once_from_two_processes(
    clinic: TestClinic, sales: Actor, database: Database
) -> None:
    leads = [await clinic.lead(sales, name=f"ลูกค้า {n}") for n in range(AT_ONCE)]
    second = create_engine(database.url, pool_size=AT_ONCE)
    desks = [clinic, TestClinic(clinic.id, second, clinic.accounts)]

    async def confirm(n: int, lead: JourneyView) -> int:
        async with desks[n % 2].by(sales) as unit:
            result = await workflow.confirm_payment(
                unit, lead.id, version=1, amount_satang=lead.agreed_satang, method="card"
            )
            return result.payment.receipt_no

    try:
        numbers = await asyncio.gather(*(confirm(n, lead) for n, lead in enumerate(leads)))
    finally:
        await second.dispose()
    assert sorted(numbers) == list(range(1, AT_ONCE + 1))


async def test_a_payment_that_is_undone_leaves_no_gap(clinic: TestClinic, sales: Actor) -> None:
    journey = await clinic.lead(sales)
    async with refused("more_than_due"), clinic.by(sales) as unit:
        assert (await write_down(unit, journey, 100)).receipt_no == 1
        raise DomainError("more_than_due")
    async with clinic.by(sales) as unit:
        assert (await write_down(unit, journey, 100)).receipt_no == 1


async def test_a_number_taken_is_waited_for(clinic: TestClinic) -> None:
    async def take(unit: Unit) -> int:
        return await clinics.next_number(unit, "receipt")

    assert await overtaken(clinic.engine, clinic.by(), clinic.by(), take, take) == (1, 2)


async def test_who_asks_for_a_number_first_gets_it_first(clinic: TestClinic, database: Database) -> None:
    """Behind one that takes its time, twelve ask one after the other."""
    got: list[int] = []
    here = "(select oid from pg_database where datname = current_database())"
    waiting = f"select count(*) from pg_locks where not granted and database = {here}"  # noqa: S608 - our own

    async def take(number: int) -> None:
        async with clinic.by() as unit:
            await clinics.next_number(unit, "receipt")
            got.append(number)

    looks = await asyncpg.connect(database.admin_url)
    async with asyncio.TaskGroup() as others, clinic.by() as slow:
        await clinics.next_number(slow, "receipt")
        for number in range(12):
            others.create_task(take(number))

            async def stands_in_line(number: int = number) -> bool:
                return bool(await looks.fetchval(waiting) > number)

            await until(stands_in_line, f"number {number} to wait")
    await looks.close()
    assert got == list(range(12))


async def test_each_clinic_counts_for_itself_and_sees_only_its_own(
    clinic: TestClinic, sales: Actor, engine: Engine
) -> None:
    journey = await clinic.paid(sales)
    twin = await make_clinic(engine, "BUA")
    assert (await twin.paid(await twin.staff("sales", "เก่ง"))).paid_satang == journey.paid_satang
    async with twin.by() as unit:
        assert await payments.paid_so_far(unit, journey.id) == 0
        assert await payments.payments_of(unit, journey.id) == []
        assert await payments.payments_of(unit, uuid4()) == []
    assert [row["receipt_no"] for row in await twin.rows("select receipt_no from payments")] == [1]
