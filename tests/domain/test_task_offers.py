"""Who is asked for a task and in which order; what becomes of it when nobody takes it, gives it back or loses it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.errors import DomainError
from domain.people import service as people
from domain.tasks import service as tasks
from domain.tasks.model import TaskState, TaskView
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from tests.domain.clinic_factory import TestClinic, overtaken, refused, ticks_all


async def offered(clinic: TestClinic, sales: Actor) -> TaskView:
    """A task that has just been offered; the outbox holds just that."""
    journey, task_id = await clinic.scheduled(sales)
    clinic.outbox.clear()
    async with clinic.by(sales) as unit:
        await tasks.offer(unit, journey.id)
        return await tasks.task_view(unit, task_id)


async def minutes_pass(clinic: TestClinic, minutes: float, view: TaskView) -> None:
    """The task's timer rings so long after its offer."""
    assert view.accept_by is not None
    async with clinic.by() as unit:
        unit.now = view.accept_by - timedelta(minutes=5 - minutes)
        await tasks.nudge(unit, view.id)


def told(clinic: TestClinic) -> list[tuple[str, str]]:
    """Who was sent what since the last look."""
    seen = [(row["recipient"], row["notice_kind"]) for row in clinic.outbox if row["row_kind"] == "notice"]
    clinic.outbox.clear()
    return sorted(seen)


async def change(clinic: TestClinic, who: Actor, sql: str, **values: Any) -> None:
    await clinic.rows(f"update users set {sql} where id = :id", id=who.user_id, **values)  # noqa: S608


async def test_who_may_do_it_is_asked_by_skill_branch_licence_and_duty(clinic: TestClinic, sales: Actor) -> None:
    await clinic.staff("beautician", "มิ้นท์", "mint")
    for name, sql in {
        "skill": "skills = '{ACN}'",
        "duty": "on_duty = false",
        "gone": "active = false",
        "branch": "branch_id = (select id from branches limit 1)",
    }.items():
        if name == "branch":
            await clinic.rows(
                "insert into branches (clinic_id, code, name_th, name_en) "
                "values (:c, 'A', 'ก', 'A'), (:c, 'B', 'ข', 'B')",
                c=clinic.id,
            )
        await change(clinic, await clinic.staff("beautician", name, name), sql)
    journey, task_id = await clinic.scheduled(sales)
    await clinic.rows("update workflow_states set branch_id = (select id from branches where code = 'B')")
    await clinic.rows("update users set branch_id = (select id from branches where code = 'A') where name = 'branch'")
    clinic.outbox.clear()
    async with clinic.by(sales) as unit:
        await tasks.offer(unit, journey.id)
    assert told(clinic) == [("mint", "task.offer")]
    for name, code in (("skill", "not_your_skill"), ("branch", "other_branch")):
        [row] = await clinic.rows("select id, person_id from users where name = :name", name=name)
        async with clinic.by(Actor("beautician", row["person_id"], row["id"], None, name)) as unit:
            assert await tasks.waiting_tasks(unit) == []
            async with refused(code):
                await tasks.accept(unit, task_id)


async def test_what_only_a_doctor_does_needs_a_licence_on_file(clinic: TestClinic, sales: Actor) -> None:
    doctor = await clinic.staff("doctor", "หมอ", "doctor")
    journey, task_id = await clinic.scheduled(sales)
    await clinic.rows("update workflow_states set session_treatment_id = :id", id=await clinic.treatment("PICO"))
    clinic.outbox.clear()
    async with clinic.by(doctor) as unit:
        await tasks.offer(unit, journey.id)
        async with refused("licence_missing"):
            await tasks.accept(unit, task_id)
    assert told(clinic) == []
    await change(clinic, doctor, "licence_no = 'D-1'")
    async with clinic.by(doctor) as unit:
        assert (await tasks.accept(unit, task_id)).treatment_code == "PICO"


async def test_half_the_time_reminds_and_all_of_it_asks_the_managers(clinic: TestClinic, sales: Actor) -> None:
    await clinic.staff("beautician", "มิ้นท์", "mint")
    await clinic.staff("manager", "พลอย", "ploy")
    view = await offered(clinic, sales)
    assert told(clinic) == [("mint", "task.offer")]
    await minutes_pass(clinic, 2.5, view)
    assert told(clinic) == [("mint", "task.reminder")]
    await minutes_pass(clinic, 5, view)
    assert clinic.outbox[0]["content"]["waited"] >= 0
    assert told(clinic) == [("ploy", "task.unclaimed")]
    await minutes_pass(clinic, 60, view)
    assert told(clinic) == []


async def test_the_named_performer_is_asked_alone_first(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    nan = await clinic.staff("beautician", "แนน", "nan")
    journey, task_id = await clinic.scheduled(sales)
    await clinic.rows("update workflow_states set performer_id = :id, performer_named = true", id=mint.user_id)
    clinic.outbox.clear()
    async with clinic.by(sales) as unit:
        await tasks.offer(unit, journey.id)
        view = await tasks.task_view(unit, task_id)
    assert told(clinic) == [("mint", "task.offer")]
    async with clinic.by(nan) as unit, refused("named_colleague", by="มิ้นท์"):
        await tasks.accept(unit, task_id)
    await minutes_pass(clinic, 5, view)
    assert told(clinic) == [("nan", "task.offer")]
    async with clinic.by(nan) as unit:
        assert (await tasks.accept(unit, task_id)).assignee_id == nan.user_id


async def test_when_all_decline_the_next_are_asked_at_once(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    nan = await clinic.staff("beautician", "แนน", "nan")
    await clinic.staff("manager", "พลอย", "ploy")
    view = await offered(clinic, sales)
    clinic.outbox.clear()
    async with clinic.by(mint) as unit:
        await tasks.decline(unit, view.id, "busy")
        assert await tasks.waiting_tasks(unit) == []
    assert told(clinic) == []
    async with clinic.by(nan) as unit:
        await tasks.decline(unit, view.id, "มีลูกค้าประจำ")
    assert told(clinic) == [("ploy", "task.unclaimed")]
    rows = await clinic.rows("select reason, state from task_offers order by reason")
    assert [tuple(row.values()) for row in rows] == [("busy", "declined"), ("มีลูกค้าประจำ", "declined")]
    async with clinic.by(mint) as unit:  # who changes their mind may
        assert (await tasks.accept(unit, view.id)).assignee_name == "มิ้นท์"


async def test_nobody_off_duty_is_ever_asked(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    ploy = await clinic.staff("manager", "พลอย", "ploy")
    for who in (mint, ploy):
        async with clinic.by(who) as unit:
            await people.set_duty(unit, on_duty=False)
    view = await offered(clinic, sales)
    assert told(clinic) == []
    async with clinic.by(ploy) as unit:
        await people.set_duty(unit, on_duty=True)
        await tasks.ask_again(unit, view.id)
    assert told(clinic) == [("ploy", "task.unclaimed")]


async def test_given_back_is_final_and_the_others_are_asked_for_another_one(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    await clinic.staff("beautician", "แนน", "nan")
    view = await offered(clinic, sales)
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, view.id)
    clinic.outbox.clear()
    async with clinic.by(mint) as unit:
        released = await tasks.release(unit, view.id, "unwell")
        new = await tasks.open_for_journey(unit, view.journey_id)
        assert (released.state, released.reason) == (TaskState.RELEASED, "unwell")
        assert new is not None
        assert (new.state, new.assignee_id, new.id == view.id) == (TaskState.REQUESTED, None, False)
        async with refused("task_closed"):
            await tasks.resume(unit, view.id)
    assert told(clinic) == [("nan", "task.offer")]


async def test_what_is_given_back_while_it_is_called_off_is_called_off_with_what_follows_it(
    clinic: TestClinic, sales: Actor
) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    await clinic.staff("beautician", "แนน", "nan")
    view = await offered(clinic, sales)
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, view.id)
    _, called_off = await overtaken(
        clinic.engine,
        clinic.by(mint),
        clinic.by(sales),
        lambda unit: tasks.release(unit, view.id, "unwell"),
        lambda unit: tasks.cancel_open(unit, view.journey_id),
    )
    assert called_off == 1
    states = await clinic.rows("select state from task_queue where kind = 'treatment' order by state")
    assert [row["state"] for row in states] == ["cancelled", "released"]


async def test_what_is_open_is_called_off_when_the_journey_leaves(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    view = await offered(clinic, sales)
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, view.id)
    clinic.outbox.clear()
    async with clinic.by(sales) as unit:
        assert await tasks.cancel_open(unit, view.journey_id, "ลูกค้าเปลี่ยนใจ") == 1
        assert await tasks.cancel_open(unit, view.journey_id) == 0
        assert (await tasks.task_view(unit, view.id)).state is TaskState.CANCELLED
    assert {(row["row_kind"], row["notice_kind"]) for row in clinic.outbox} == {
        ("edit", "task.closed"),
        ("notice", "task.closed"),
    }


Act = Callable[[Unit, UUID], Awaitable[Any]]


async def expire(unit: Unit, task_id: UUID) -> None:
    unit.now += timedelta(minutes=6)
    await tasks.nudge(unit, task_id)


async def take(unit: Unit, task_id: UUID) -> TaskView:
    return await tasks.accept(unit, task_id)


async def refuse(unit: Unit, task_id: UUID) -> TaskView:
    return await tasks.decline(unit, task_id, "busy")


@pytest.mark.parametrize("first", [take, expire, refuse])
async def test_an_accept_races_with_time_and_with_a_refusal(clinic: TestClinic, sales: Actor, first: Act) -> None:
    """Whoever is second sees what the first has done; the task has one assignee in the end, and managers hear once."""
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    nan = await clinic.staff("beautician", "แนน", "nan")
    await clinic.staff("manager", "พลอย", "ploy")
    view = await offered(clinic, sales)
    clinic.outbox.clear()
    late: Act = expire if first is take else take

    async def run_first(unit: Unit) -> Any:
        return await first(unit, view.id)

    async def run_late(unit: Unit) -> Any:
        return await late(unit, view.id)

    _, lost = await overtaken(clinic.engine, clinic.by(mint), clinic.by(nan), run_first, run_late)
    assert not isinstance(lost, Exception)
    [row] = await clinic.rows("select state, assignee_id from task_queue where kind = 'treatment'")
    assert (row["state"], row["assignee_id"]) == ("accepted", mint.user_id if first is take else nan.user_id)
    assert told(clinic) == ([("ploy", "task.unclaimed")] if first is expire else [])


async def test_a_refusal_that_comes_after_an_accept(clinic: TestClinic, sales: Actor) -> None:
    mint, nan = await clinic.staff("beautician", "มิ้นท์"), await clinic.staff("beautician", "แนน")
    view = await offered(clinic, sales)

    async def accept(unit: Unit) -> Any:
        return await take(unit, view.id)

    async def decline(unit: Unit) -> Any:
        return await refuse(unit, view.id)

    _, lost = await overtaken(clinic.engine, clinic.by(mint), clinic.by(nan), accept, decline)
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts["by"]) == ("task_taken", "มิ้นท์")


async def test_a_task_changes_hands_only_when_the_colleague_accepts(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    nan = await clinic.staff("beautician", "แนน", "nan")
    view = await offered(clinic, sales)
    assert nan.user_id is not None
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, view.id)
        await workflow.start_treatment(unit, view.id)
        await tasks.tick(unit, view.id, "patch")
        await tasks.add_note(unit, view.id, text="", chips=("redness",))
        asked = await tasks.hand_over(unit, view.id, nan.user_id)
        assert (asked.assignee_id, asked.handed_name) == (mint.user_id, "แนน")
        async with refused("not_handed_to_you", by="มิ้นท์"):
            await tasks.take_over(unit, view.id)
    async with clinic.by(nan) as unit:
        taken = await tasks.take_over(unit, view.id)
        assert (taken.assignee_id, taken.handed_to) == (nan.user_id, None)
        assert (taken.checklist[0].by, taken.notes[0].chips) == ("มิ้นท์", ("redness",))
        await ticks_all(unit, view.id)
        await workflow.complete_treatment(unit, view.id, "")  # a note is there already
    assert "task_handed_over" in clinic.kinds()
    async with clinic.by(mint) as unit, refused("not_assignee", by="แนน"):
        await tasks.tick(unit, view.id, "mask")


async def test_a_manager_hands_over_what_somebody_who_has_left_had_begun(clinic: TestClinic, sales: Actor) -> None:
    """Nobody else could end that treatment; while its performer is there it stays theirs to give."""
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    nan = await clinic.staff("beautician", "แนน", "nan")
    boss = await clinic.staff("manager", "คุณพลอย", "boss")
    view = await offered(clinic, sales)
    assert mint.user_id is not None
    assert nan.user_id is not None
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, view.id)
        await workflow.start_treatment(unit, view.id)
    async with clinic.by(boss) as unit, refused("not_assignee", by="มิ้นท์"):
        await tasks.hand_over(unit, view.id, nan.user_id)
    async with clinic.by(boss) as unit:
        await people.remove_staff(unit, mint.user_id)
        assert (await tasks.hand_over(unit, view.id, nan.user_id)).handed_name == "แนน"
    async with clinic.by(sales) as unit, refused("not_assignee"):
        await tasks.hand_over(unit, view.id, nan.user_id)
    async with clinic.by(nan) as unit:
        await tasks.refuse_hand_over(unit, view.id)
    [row] = await clinic.rows("select person_id from outbox where notice_kind = 'task.kept'")
    assert row["person_id"] == boss.person_id
    async with clinic.by(boss) as unit:
        await tasks.hand_over(unit, view.id, nan.user_id)
    async with clinic.by(nan) as unit:
        taken = await tasks.take_over(unit, view.id)
        assert (taken.assignee_id, taken.state, taken.orphaned) == (nan.user_id, "in_progress", False)
        await ticks_all(unit, view.id)
        await workflow.complete_treatment(unit, view.id, "ผิวปกติดี ไม่มีอาการ")


async def test_a_colleague_off_duty_is_not_asked_to_take_over(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "mint")
    nan = await clinic.staff("beautician", "แนน", "nan")
    view = await offered(clinic, sales)
    async with clinic.by(nan) as unit:
        await people.set_duty(unit, on_duty=False)
    assert nan.user_id is not None
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, view.id)
        async with refused("colleague_unfit"):
            await tasks.hand_over(unit, view.id, nan.user_id)
