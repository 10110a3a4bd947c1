"""Two people: who asks does not decide, one decision counts, and a plan that moved on ends the request."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from domain.approvals import service as approvals
from domain.approvals.model import Approval
from domain.errors import DomainError
from domain.payments import service as payments
from domain.people import service as people
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from tests.domain.clinic_factory import PHONE, TestClinic, overtaken, pay, refused

LARGE = 3_000_000


@pytest.fixture
async def jay(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "เจ", "U-jay")


@pytest.fixture
async def fon(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "ฝน", "U-fon")


@pytest.fixture
async def ploy(clinic: TestClinic) -> Actor:
    return await clinic.staff("manager", "พลอย", "U-ploy")


async def large(clinic: TestClinic, sales: Actor, customer_id: UUID | None = None) -> JourneyView:
    """A scanned customer whose plan costs THB 30,000."""
    lift = await clinic.lead(sales, "ULT", customer_id=customer_id)
    await clinic.put(lift.id, "scanned")
    await clinic.rows("update workflow_states set agreed_satang = :large where id = :id", large=LARGE, id=lift.id)
    async with clinic.by(sales) as unit:
        return await workflow.journey_view(unit, lift.id)


async def asks(clinic: TestClinic, sales: Actor, journey: JourneyView, satang: int = LARGE) -> Approval:
    async with clinic.by(sales) as unit:
        return await workflow.request_payment(
            unit, journey.id, version=journey.version, amount_satang=satang, method="cash"
        )


async def test_the_second_person_writes_the_payment_with_both_names(
    clinic: TestClinic, jay: Actor, fon: Actor, ploy: Actor
) -> None:
    journey = await large(clinic, jay)
    asked = await asks(clinic, jay, journey)
    to = [row["person_id"] for row in clinic.outbox if row["notice_kind"] == "approval.request"]
    assert {*to} == {fon.person_id, ploy.person_id}
    assert await clinic.rows("select id from payments") == []
    async with clinic.by(fon) as unit:
        assert (await workflow.approve(unit, asked.id)).state == "approved"
        [receipt] = await payments.receipts_of(unit, journey.id)
    assert (receipt.amount_satang, receipt.confirmed_by_name, receipt.second_by_name) == (LARGE, "เจ", "ฝน")
    assert clinic.kinds()[-2:] == ["payment_confirmed", "approval_decided"]
    told = [row["person_id"] for row in clinic.outbox if row["notice_kind"] == "approval.decided"]
    assert jay.person_id in told


async def test_who_asked_never_decides(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    asked = await asks(clinic, jay, await large(clinic, jay))
    async with clinic.by(jay) as unit:
        async with refused("own_request"):
            await workflow.approve(unit, asked.id)
        async with refused("own_request"):
            await approvals.refuse(unit, asked.id)
    with pytest.raises(IntegrityError, match="two_people"):  # nor by hand
        await clinic.rows("update approvals set state = 'approved', decided_by = requested_by")
    for role in ("beautician", "doctor"):
        async with clinic.by(await clinic.staff(role, role)) as unit, refused("not_your_role"):
            await workflow.approve(unit, asked.id)


async def test_one_request_at_a_time(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    journey = await large(clinic, jay)
    await asks(clinic, jay, journey)
    for sales in (jay, fon):
        async with refused("approval_waiting", by="เจ"):
            await asks(clinic, sales, journey)


async def test_two_who_confirm_at_once_confirm_once(clinic: TestClinic, jay: Actor, fon: Actor, ploy: Actor) -> None:
    asked = await asks(clinic, jay, await large(clinic, jay))
    won, lost = await overtaken(
        clinic.engine,
        clinic.by(fon),
        clinic.by(ploy),
        lambda unit: workflow.approve(unit, asked.id),
        lambda unit: workflow.approve(unit, asked.id),
    )
    assert won.decided_by_name == "ฝน"
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts["by"], lost.facts["state"]) == ("already_decided", "ฝน", "approved")
    assert len(await clinic.rows("select id from payments")) == 1


async def test_yes_and_no_at_once_are_one_answer(clinic: TestClinic, jay: Actor, fon: Actor, ploy: Actor) -> None:
    asked = await asks(clinic, jay, await large(clinic, jay))
    _, lost = await overtaken(
        clinic.engine,
        clinic.by(fon),
        clinic.by(ploy),
        lambda unit: approvals.refuse(unit, asked.id),
        lambda unit: workflow.approve(unit, asked.id),
    )
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts["state"]) == ("already_decided", "refused")
    assert await clinic.rows("select id from payments") == []


async def test_two_who_ask_at_once_ask_once(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    journey = await large(clinic, jay)
    sums = {"version": journey.version, "amount_satang": LARGE, "method": "cash"}
    _, lost = await overtaken(
        clinic.engine,
        clinic.by(jay),
        clinic.by(fon),
        lambda unit: workflow.request_payment(unit, journey.id, **sums),  # type: ignore[arg-type]  # as typed above
        lambda unit: workflow.request_payment(unit, journey.id, **sums),  # type: ignore[arg-type]  # as typed above
    )
    assert isinstance(lost, DomainError)
    assert lost.code == "approval_waiting"


async def test_the_payer_is_neither_of_the_two(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    async with clinic.by(jay) as unit:
        me = await people.create_customer(
            unit, name="ฝน", phone=PHONE, source="t", owner_id=None, person_id=fon.person_id
        )
    journey = await large(clinic, jay, me.id)
    async with refused("own_payment"):
        await asks(clinic, fon, journey)
    asked = await asks(clinic, jay, journey)
    assert [row for row in clinic.outbox if row["notice_kind"] == "approval.request"] == []
    async with clinic.by(fon) as unit, refused("own_payment"):
        await workflow.approve(unit, asked.id)


async def test_a_plan_that_moved_meanwhile_ends_the_request(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    journey = await large(clinic, jay)
    asked = await asks(clinic, jay, journey)
    async with clinic.by(fon) as unit:
        await pay(unit, journey, 100_000)
        assert (await workflow.approve(unit, asked.id)).state == "withdrawn"
    assert len(await clinic.rows("select id from payments")) == 1


async def test_an_outdated_request_blocks_no_new_one(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    journey = await large(clinic, jay)
    old = await asks(clinic, jay, journey)
    async with clinic.by(fon) as unit:
        journey = (await pay(unit, journey, 100_000)).journey
    new = await asks(clinic, fon, journey, LARGE - 100_000)
    async with clinic.by(jay) as unit:
        assert (await approvals.approval(unit, old.id)).state == "withdrawn"
        assert (await workflow.approve(unit, new.id)).state == "approved"


async def test_nobody_in_time(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    asked = await asks(clinic, jay, await large(clinic, jay))
    [timer] = await clinic.rows("select kind, due_at from timers where kind like 'approval.%'")
    assert (timer["kind"], timer["due_at"]) == ("approval.expire", asked.expires_at)
    async with clinic.by(fon) as unit, refused("already_decided", state="expired"):
        unit.now = asked.expires_at  # nobody has looked yet
        await workflow.approve(unit, asked.id)
    async with clinic.by() as unit:
        await approvals.expire(unit, asked.id)  # looks again: it is too early
        assert (await approvals.approval(unit, asked.id)).state == "waiting"
        unit.now += timedelta(hours=24)
        await approvals.expire(unit, asked.id)
        assert (await approvals.approval(unit, asked.id)).state == "expired"
    told = {kind: row["person_id"] for row in clinic.outbox if (kind := row["notice_kind"]) != "approval.request"}
    assert told == {"approval.decided": jay.person_id, "approval.over": fon.person_id}
    async with clinic.by(fon) as unit, refused("already_decided", state="expired"):
        await workflow.approve(unit, asked.id)


async def test_lists_say_what_waits_for_whom(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    asked = await asks(clinic, jay, await large(clinic, jay))
    async with clinic.by(fon) as unit:
        assert [each.id for each in await approvals.to_decide(unit)] == [asked.id]
        assert await approvals.asked_by_me(unit) == []
    async with clinic.by(jay) as unit:
        assert await approvals.to_decide(unit) == []
        assert [each.id for each in await approvals.asked_by_me(unit)] == [asked.id]


async def test_nobody_confirms_what_somebody_saw_who_has_left(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    asked = await asks(clinic, jay, await large(clinic, jay))
    assert jay.user_id is not None
    async with clinic.by() as unit:
        await approvals.withdraw_of(unit, jay.user_id)
    async with clinic.by(fon) as unit, refused("already_decided", state="withdrawn"):
        await workflow.approve(unit, asked.id)


# Voiding


async def test_a_void_takes_a_manager_and_a_second_person(
    clinic: TestClinic, jay: Actor, fon: Actor, ploy: Actor
) -> None:
    journey, task = await clinic.scheduled(jay)
    async with clinic.by(jay) as unit, refused("not_your_role"):
        await workflow.request_void(unit, journey.id, version=journey.version, reason="x")
    async with clinic.by(ploy) as unit:
        async with refused("bad_text"):
            await workflow.request_void(unit, journey.id, version=journey.version, reason="  ")
        asked = await workflow.request_void(unit, journey.id, version=journey.version, reason="สลิปปลอม")
        async with refused("own_request"):
            await workflow.approve(unit, asked.id)
    async with clinic.by(fon) as unit:
        await workflow.approve(unit, asked.id)
        after = await workflow.journey_view(unit, journey.id)
        assert (after.stage, after.paid_satang, after.scheduled_at) == ("proposal_sent", 0, None)
        [receipt] = await payments.receipts_of(unit, journey.id)
        assert receipt.voided_at == unit.now
        assert await payments.payments_of(unit, journey.id) == []
    assert [row["state"] for row in await clinic.rows("select state from task_queue where id = :id", id=task)] == [
        "cancelled"
    ]
    [voided] = [
        move for move in await clinic.rows("select * from workflow_actions") if move["action"] == "void_payment"
    ]
    assert (voided["reason"], voided["data"]["receipts"], voided["data"]["asked_by"]) == ("สลิปปลอม", [1], "พลอย")
    assert clinic.facts[-2].kind == "payment_voided"


async def test_what_is_treated_is_not_voided(clinic: TestClinic, jay: Actor, ploy: Actor) -> None:
    journey = await clinic.paid(jay)
    await clinic.put(journey.id, "treatment_started")
    async with clinic.by(ploy) as unit, refused("illegal_move"):
        await workflow.request_void(unit, journey.id, version=journey.version, reason="x y")


async def test_amending_leaves_the_stage_and_writes_why(clinic: TestClinic, jay: Actor, ploy: Actor) -> None:
    journey = await clinic.paid(jay)
    async with clinic.by(ploy) as unit, refused("illegal_move"):
        await workflow.amend(unit, journey.id, version=journey.version, reason="x")
    await clinic.put(journey.id, "closed")
    async with clinic.by(jay) as unit, refused("not_your_role"):
        await workflow.amend(unit, journey.id, version=journey.version, reason="x")
    async with clinic.by(ploy) as unit:
        after = await workflow.amend(unit, journey.id, version=journey.version, reason=" ลืม  แต้ม ", points=50)
        assert (after.stage, after.version) == ("closed", journey.version + 1)
        assert (await workflow.history(unit, journey.id))[0].reason == "ลืม แต้ม"
        async with refused("outdated"):
            await workflow.amend(unit, journey.id, version=journey.version, reason="x")
