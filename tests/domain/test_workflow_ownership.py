"""Whose customers are whose: given away once, handed over in one act, put aside, and never across clinics."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.database.session import Engine
from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Customer
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import Stage
from tests.domain.clinic_factory import Act, TestClinic, make_clinic, overtaken, pay, refused


@pytest.fixture
async def jay(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "คุณเจ")


@pytest.fixture
async def fon(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "ฝน")


@pytest.fixture
async def manager(clinic: TestClinic) -> Actor:
    return await clinic.staff("manager", "พลอย")


def user(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def giving(customer_id: UUID, to: Actor, seen: Actor | None) -> Act:
    async def act(unit: Unit) -> Any:
        return await workflow.reassign(unit, customer_id, user(to), seen_owner=seen.user_id if seen else None)

    return act


async def test_a_customer_goes_to_a_colleague_with_all_that_is_open(clinic: TestClinic, jay: Actor, fon: Actor) -> None:
    lead = await clinic.lead(jay)
    other = await clinic.lead(jay, "ACN", customer_id=lead.customer_id)
    await clinic.put(other.id, "closed")
    async with clinic.by(jay) as unit:
        await giving(lead.customer_id, fon, jay)(unit)
    async with clinic.by(fon) as unit:
        assert (await people.customer(unit, lead.customer_id)).owner_id == fon.user_id
        assert (await workflow.journey_view(unit, lead.id)).owner_name == "ฝน"
        assert (await workflow.journey_view(unit, other.id)).owner_name == "คุณเจ"
    assert (await clinic.audit(lead.id))[-1] == ("reassign", "lead", "lead", 2, "sales")
    assert clinic.kinds()[-1] == "customer_reassigned"


async def test_sales_give_away_only_their_own(clinic: TestClinic, jay: Actor, fon: Actor, manager: Actor) -> None:
    lead = await clinic.lead(jay)
    async with clinic.by(fon) as unit, refused("not_your_customer", by="คุณเจ"):
        await giving(lead.customer_id, fon, jay)(unit)
    async with clinic.by(await clinic.staff("beautician", "แนน")) as unit, refused("not_your_role"):
        await giving(lead.customer_id, fon, jay)(unit)
    async with clinic.by(manager) as unit:
        async with refused("already_theirs", by="คุณเจ"):
            await giving(lead.customer_id, jay, jay)(unit)
        async with refused("no_such_customer"):
            await giving(uuid4(), fon, jay)(unit)
    doctor = await clinic.staff("doctor", "หมอ")
    async with clinic.by(manager) as unit, refused("no_such_colleague"):
        await giving(lead.customer_id, doctor, jay)(unit)
    async with clinic.by(manager) as unit:
        await giving(lead.customer_id, fon, jay)(unit)


async def test_of_two_who_give_away_at_once_the_second_is_told(
    clinic: TestClinic, jay: Actor, fon: Actor, manager: Actor
) -> None:
    lead = await clinic.lead(jay)
    won, lost = await overtaken(
        clinic.engine,
        clinic.by(jay),
        clinic.by(manager),
        giving(lead.customer_id, fon, jay),
        giving(lead.customer_id, manager, jay),
    )
    assert isinstance(won, Customer)
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts["by"]) == ("owner_changed", "ฝน")
    assert clinic.kinds().count("customer_reassigned") == 1


async def test_a_whole_list_is_handed_over_in_one_act(
    clinic: TestClinic, jay: Actor, fon: Actor, manager: Actor
) -> None:
    mine = [await clinic.lead(jay, name=name) for name in ("สมชาย", "สมหญิง", "นก")]
    await clinic.put(mine[2].id, "closed")
    theirs = await clinic.lead(manager, name="แพร")
    async with clinic.by(jay) as unit:
        assert await workflow.waiting_for(unit, user(jay)) == 2
        async with refused("not_your_role"):
            await workflow.hand_over(unit, user(manager), user(fon))
        assert await workflow.hand_over(unit, user(jay), user(fon)) == 2
    owners = await clinic.rows("select c.name, u.name as owner from customers c join users u on u.id = c.owner_id")
    assert {row["name"]: row["owner"] for row in owners} == {
        "สมชาย": "ฝน",
        "สมหญิง": "ฝน",
        "นก": "คุณเจ",
        "แพร": "พลอย",
    }
    assert clinic.kinds().count("customers_handed_over") == 1
    async with clinic.by(manager) as unit:
        async with refused("nothing_to_hand_over", by="คุณเจ"):
            await workflow.hand_over(unit, user(jay), user(fon))
        async with refused("nothing_to_hand_over"):
            await workflow.hand_over(unit, user(fon), user(fon))
        assert (await workflow.journey_view(unit, theirs.id)).owner_name == "พลอย"


async def test_a_list_and_one_of_it_given_away_at_once_lose_nobody(
    clinic: TestClinic, jay: Actor, fon: Actor, manager: Actor
) -> None:
    leads = [await clinic.lead(jay, name=name) for name in ("สมชาย", "สมหญิง")]

    async def all_of_them(unit: Unit) -> int:
        return await workflow.hand_over(unit, user(jay), user(fon))

    _, count = await overtaken(
        clinic.engine, clinic.by(manager), clinic.by(jay), giving(leads[0].customer_id, manager, jay), all_of_them
    )
    assert count == 1
    async with clinic.by(jay) as unit:
        owners = [(await workflow.journey_view(unit, lead.id)).owner_name for lead in leads]
    assert owners == ["พลอย", "ฝน"]


async def test_the_board_counts_what_waits_and_puts_the_snoozed_last(clinic: TestClinic, jay: Actor) -> None:
    old, new, aside = [await clinic.lead(jay, name=name) for name in ("สมชาย", "สมหญิง", "นก")]
    await clinic.rows("update workflow_states set stage_changed_at = stage_changed_at - interval '4 days'"
                      " where id in (:old, :aside)", old=old.id, aside=aside.id)  # fmt: skip
    async with clinic.by(jay) as unit:
        until = unit.now + timedelta(days=2)
        await workflow.snooze(unit, aside.customer_id, until)
    async with clinic.by(jay) as unit:
        (lead, *others) = await workflow.board(unit, jay.user_id)
        assert (lead.stage, lead.count, lead.late, lead.snoozed) == (Stage.LEAD, 3, 1, 1)
        assert lead.oldest is not None
        assert unit.now - lead.oldest > timedelta(days=3)
        assert [column.count for column in others] == [0] * 7
        waiting = await workflow.journeys_at(unit, Stage.LEAD, jay.user_id)
        assert [(view.id, moment) for view, moment in waiting] == [(old.id, None), (new.id, None), (aside.id, until)]
        assert await workflow.journeys_at(unit, Stage.LEAD, uuid4()) == []


async def test_a_lead_is_corrected_until_it_is_paid(clinic: TestClinic, jay: Actor, manager: Actor) -> None:
    lead = await clinic.lead(jay)
    async with clinic.by(jay) as unit:
        await workflow.correct_customer(unit, lead.customer_id, "nickname", " ต้น ")
        await workflow.correct_customer(unit, lead.customer_id, "phone", "๐๘๙-๑๑๑-๒๒๒๒")
        for detail, text, code in (
            ("phone", "12", "bad_phone"),
            ("name", " ", "bad_name"),
            ("code", "1", "bad_choice"),
        ):
            async with refused(code):
                await workflow.correct_customer(unit, lead.customer_id, detail, text)
        assert [c.nickname for c in await people.find_customers(unit, "ต้น")] == ["ต้น"]
    trail = await clinic.rows("select data from workflow_actions where action = 'edit' order by version")
    assert [row["data"]["after"] for row in trail] == ["ต้น", "+66891112222"]
    async with clinic.by(jay) as unit:
        await pay(unit, await workflow.journey_view(unit, lead.id), 100)
    async with clinic.by(jay) as unit, refused("paid_already"):
        await workflow.correct_customer(unit, lead.customer_id, "name", "สมศักดิ์")
    async with clinic.by(manager) as unit:
        assert (await workflow.correct_customer(unit, lead.customer_id, "name", "สมศักดิ์")).name == "สมศักดิ์"


async def test_another_treatment_until_a_plan_was_sent(clinic: TestClinic, jay: Actor) -> None:
    lead = await clinic.lead(jay)
    acne = await clinic.treatment("ACN")
    async with clinic.by(jay) as unit:
        changed = await workflow.change_treatment(unit, lead.id, version=lead.version, treatment_id=acne)
        assert (changed.treatment_id, changed.version, changed.stage) == (acne, 2, Stage.LEAD)
        assert changed.agreed_satang != lead.agreed_satang
        async with refused("outdated"):
            await workflow.change_treatment(unit, lead.id, version=lead.version, treatment_id=acne)
    again = await clinic.lead(jay, customer_id=lead.customer_id)
    async with clinic.by(jay) as unit, refused("open_journey", journey_id=str(lead.id)):
        await workflow.change_treatment(unit, again.id, version=1, treatment_id=acne)
    await clinic.put(lead.id, "proposal_sent")
    async with clinic.by(jay) as unit, refused("plan_sent"):
        await workflow.change_treatment(unit, lead.id, version=2, treatment_id=again.treatment_id)


async def test_nothing_of_another_clinic_moves(engine: Engine, clinic: TestClinic, jay: Actor) -> None:
    lead = await clinic.lead(jay)
    other = await make_clinic(engine, "BUA")
    boss = await other.staff("manager", "เก่ง")
    async with other.by(boss) as unit:
        async with refused("no_such_customer"):
            await workflow.reassign(unit, lead.customer_id, user(boss), seen_owner=jay.user_id)
        async with refused("no_such_customer"):
            await workflow.correct_customer(unit, lead.customer_id, "name", "x")
        async with refused("nothing_to_hand_over"):
            await workflow.hand_over(unit, user(jay), user(boss))
        assert [column.count for column in await workflow.board(unit, None)] == [0] * 8
        await workflow.snooze(unit, lead.customer_id, unit.now)
    async with clinic.by(jay) as unit:
        ((_, until),) = await workflow.journeys_at(unit, Stage.LEAD, None)
    assert until is None
