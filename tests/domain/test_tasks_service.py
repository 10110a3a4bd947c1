"""Tasks: offered to all who may, accepted by one, done by that one, and everybody's card tells the same."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from domain.database.session import Engine
from domain.errors import DomainError
from domain.tasks import service as tasks
from domain.tasks.model import TaskState, TaskView
from domain.unit import Actor, Unit
from tests.domain.clinic_factory import TestClinic, make_clinic, overtaken, refused, ticks_all


@pytest.fixture
async def sales(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "คุณเจ", "je")


async def offer(clinic: TestClinic, sales: Actor) -> TaskView:
    """A scheduled facial whose task has just been offered; the outbox holds nothing else."""
    journey, task_id = await clinic.scheduled(sales)
    clinic.outbox.clear()
    async with clinic.by(sales) as unit:
        await tasks.offer(unit, journey.id)
        return await tasks.task_view(unit, task_id)


async def test_an_offer_reaches_everybody_who_may_do_it_on_the_channel_they_use(
    clinic: TestClinic, sales: Actor
) -> None:
    await clinic.staff("beautician", "มิ้นท์", "mint", "line")
    await clinic.staff("beautician", "แนน", "nan", "telegram")
    await clinic.staff("doctor", "หมอ", "doctor")
    view = await offer(clinic, sales)
    assert {(row["recipient"], row["notice_kind"]) for row in clinic.outbox} == {
        ("mint", "task.offer"),
        ("nan", "task.offer"),
    }
    assert {row["account_id"] for row in clinic.outbox} == {*clinic.accounts.values()}
    assert {row["subject"] for row in clinic.outbox} == {f"task:{view.id}"}
    assert clinic.outbox[0]["content"] == tasks.task_facts(view)


async def test_facts_of_a_task_are_json_with_every_field(clinic: TestClinic, sales: Actor) -> None:
    view = await offer(clinic, sales)
    facts = json.loads(json.dumps(tasks.task_facts(view)))
    assert {*facts} == {*TaskView.__slots__}
    assert facts["id"] == str(view.id)
    assert facts["treatment"] == {"th": "ทรีตเมนต์เติมน้ำผิว", "en": "Hydrating facial"}
    assert facts["roles"] == ["beautician"]
    assert (facts["state"], facts["tier"], facts["customer_name"]) == ("requested", "bronze", "สมชาย")
    assert datetime.fromisoformat(facts["scheduled_at"]) == view.scheduled_at
    assert facts["assignee_id"] is None


@pytest.mark.parametrize(("hours", "minutes"), [(1, 5), (5, 30)])
async def test_an_offer_waits_longer_when_the_slot_is_far(
    clinic: TestClinic, sales: Actor, hours: int, minutes: int
) -> None:
    await clinic.staff("beautician", "มิ้นท์", "mint")
    journey, task_id = await clinic.scheduled(sales)
    async with clinic.by(sales) as unit:
        await clinic.rows("update workflow_states set scheduled_at = :at", at=unit.now + timedelta(hours=hours))
        await tasks.offer(unit, journey.id)
        assert (await tasks.task_view(unit, task_id)).accept_by == unit.now + timedelta(minutes=minutes)


async def test_managers_hear_of_work_that_nobody_can_be_offered(clinic: TestClinic, sales: Actor) -> None:
    await clinic.staff("manager", "พลอย", "ploy")
    await clinic.staff("beautician", "ไม่มีแชต")  # on the list, but no chat reaches her
    await offer(clinic, sales)
    assert [(row["recipient"], row["notice_kind"]) for row in clinic.outbox] == [("ploy", "task.unclaimed")]


async def test_nothing_is_offered_that_is_not_waiting(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    view = await offer(clinic, sales)
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, view.id)
    clinic.outbox.clear()
    async with clinic.by(sales) as unit:
        await tasks.offer(unit, view.journey_id)
        await tasks.offer(unit, (await clinic.lead(sales, name="ข")).id)
    assert clinic.outbox == []


async def test_accepting_moves_the_task_and_every_card_about_it(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    await clinic.staff("beautician", "แนน", "nan")
    offered = await offer(clinic, sales)
    clinic.outbox.clear()
    async with clinic.by(mint) as unit:
        taken = await tasks.accept(unit, offered.id)
        assert (taken.state, taken.version, taken.assignee_name) == ("accepted", offered.version + 1, "มิ้นท์")
        assert taken.accepted_at == unit.now
    edits = {row["recipient"]: row for row in clinic.outbox}
    assert {*edits} == {"mint", "nan"}
    assert {(row["row_kind"], row["notice_kind"]) for row in edits.values()} == {("edit", "task.taken")}
    assert edits["nan"]["content"]["assignee_name"] == "มิ้นท์"
    assert clinic.kinds().count("task_accepted") == 1


async def test_a_second_press_changes_nothing(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    offered = await offer(clinic, sales)
    async with clinic.by(mint) as unit:
        first = await tasks.accept(unit, offered.id)
    clinic.outbox.clear()
    async with clinic.by(mint) as unit:
        assert await tasks.accept(unit, offered.id) == first
    assert clinic.outbox == []
    assert clinic.kinds().count("task_accepted") == 1


async def test_the_second_to_accept_hears_who_was_first(clinic: TestClinic, sales: Actor) -> None:
    mint, nan = await clinic.staff("beautician", "มิ้นท์"), await clinic.staff("beautician", "แนน")
    offered = await offer(clinic, sales)
    async with clinic.by(mint) as unit:
        taken = await tasks.accept(unit, offered.id)
    assert taken.accepted_at is not None
    async with clinic.by(nan) as unit, refused("task_taken", by="มิ้นท์", at=taken.accepted_at.isoformat()):
        await tasks.accept(unit, offered.id)


async def test_two_accept_at_once_and_one_wins(clinic: TestClinic, sales: Actor) -> None:
    mint, nan = await clinic.staff("beautician", "มิ้นท์"), await clinic.staff("beautician", "แนน")
    offered = await offer(clinic, sales)

    async def accept(unit: Unit) -> TaskView:
        return await tasks.accept(unit, offered.id)

    won, lost = await overtaken(clinic.engine, clinic.by(mint), clinic.by(nan), accept, accept)
    assert won.assignee_name == "มิ้นท์"
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts["by"]) == ("task_taken", "มิ้นท์")
    async with clinic.by(sales) as unit:
        assert (await tasks.task_view(unit, offered.id)).assignee_name == "มิ้นท์"


async def test_tasks_are_accepted_by_roles_that_may_perform_them(clinic: TestClinic, sales: Actor) -> None:
    offered = await offer(clinic, sales)
    for who in (sales, await clinic.staff("doctor", "หมอ"), await clinic.staff("manager", "พลอย"), Actor("customer")):
        async with clinic.by(who) as unit, refused("not_your_role"):
            await tasks.accept(unit, offered.id)


async def test_a_task_that_is_over_cannot_be_accepted(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์")
    offered = await offer(clinic, sales)
    await clinic.rows("update task_queue set state = 'cancelled'")
    async with clinic.by(mint) as unit:
        async with refused("task_closed", state="cancelled"):
            await tasks.accept(unit, offered.id)
        async with refused("task_closed"):
            await tasks.mark_started(unit, offered.id, unit.now)


async def test_lists_show_what_waits_and_what_is_mine(clinic: TestClinic, sales: Actor) -> None:
    mint, nan = await clinic.staff("beautician", "มิ้นท์"), await clinic.staff("beautician", "แนน")
    first, later = await clinic.scheduled(sales, "ก"), await clinic.scheduled(sales, "ข")
    await clinic.rows(
        "update workflow_states set scheduled_at = scheduled_at + interval '1 day' where id = :id", id=first[0].id
    )
    async with clinic.by(mint) as unit:
        assert [task.id for task in await tasks.waiting_tasks(unit)] == [later[1], first[1]]
        assert await tasks.my_tasks(unit) == []
        await tasks.accept(unit, first[1])
        assert [task.id for task in await tasks.waiting_tasks(unit)] == [later[1]]
        assert [task.id for task in await tasks.my_tasks(unit)] == [first[1]]
        await tasks.mark_started(unit, first[1], unit.now)
        assert [task.state for task in await tasks.my_tasks(unit)] == [TaskState.IN_PROGRESS]
        await ticks_all(unit, first[1])
        await tasks.mark_completed(unit, first[1], "เรียบร้อยดี ไม่มีอาการแพ้", unit.now)
        assert await tasks.my_tasks(unit) == []
        assert await tasks.open_for_journey(unit, first[0].id) is None
    for who in (nan, await clinic.staff("doctor", "หมอ"), Actor("customer")):
        async with clinic.by(who) as unit:
            assert await tasks.my_tasks(unit) == []
            assert len(await tasks.waiting_tasks(unit)) == (1 if who is nan else 0)


async def test_nothing_of_another_clinic_exists(clinic: TestClinic, sales: Actor, engine: Engine) -> None:
    offered = await offer(clinic, sales)
    twin = await make_clinic(engine, "BUA")
    async with twin.by(await twin.staff("beautician", "อ้อม")) as unit:
        assert await tasks.waiting_tasks(unit) == []
        assert await tasks.open_for_journey(unit, offered.journey_id) is None
        for task_id in (offered.id, uuid4()):
            async with refused("no_such_task"):
                await tasks.task_view(unit, task_id)
            async with refused("no_such_task"):
                await tasks.accept(unit, task_id)
            async with refused("no_such_task"):
                await tasks.mark_started(unit, task_id, unit.now)
            async with refused("no_such_task"):
                await tasks.mark_completed(unit, task_id, "เรียบร้อยดีทุกอย่าง", unit.now)
