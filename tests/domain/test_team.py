"""The team under its managers: whose access ends when, who stays a manager, and what becomes of their work."""

from __future__ import annotations

import pytest

from domain.errors import DomainError
from domain.people import service as people
from domain.tasks import service as tasks
from domain.unit import Actor
from domain.workflow import service as workflow
from tests.domain.clinic_factory import TestClinic, overtaken, refused


@pytest.fixture
async def ploy(clinic: TestClinic) -> Actor:
    return await clinic.staff("manager", "คุณพลอย", "U-ploy")


async def test_the_team_says_role_branch_duty_and_chats(clinic: TestClinic, ploy: Actor) -> None:
    await clinic.staff("doctor", "หมอ")
    async with clinic.by(ploy) as unit:
        first, second = await people.members(unit)
    assert (first.name, first.role, first.chats, first.branch, first.on_duty) == (
        "คุณพลอย",
        "manager",
        ("line",),
        None,
        True,
    )
    assert (second.name, second.chats) == ("หมอ", ())


async def test_whoever_is_removed_is_nobody_from_the_next_press_on(clinic: TestClinic, ploy: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "U-mint")
    invitation = await clinic.invite("sales", "unused")
    assert mint.user_id is not None
    async with clinic.by(ploy) as unit:
        gone = await people.remove_staff(unit, mint.user_id)
        again = await people.reinvite_staff(unit, invitation.user_id) if invitation.user_id else None
    assert (gone.name, gone.role) == ("มิ้นท์", "beautician")
    async with clinic.event("U-mint") as unit:
        assert unit.actor.role == "stranger"
    assert again is not None
    await clinic.enter("U-mint", again.code)  # the chat is free: whoever has left may be hired again
    async with clinic.event("U-mint") as unit:
        assert unit.actor.role == "sales"
    async with clinic.by(ploy) as unit, refused("no_such_member"):
        await people.remove_staff(unit, mint.user_id)


async def test_a_removed_colleague_stays_the_customer_they_are(clinic: TestClinic, ploy: Actor) -> None:
    jay = await clinic.staff("sales", "เจ", "U-jay")
    async with clinic.by(ploy) as unit:
        me = await people.create_customer(
            unit, name="เจ", phone=None, source="t", owner_id=None, person_id=jay.person_id
        )
        assert jay.user_id is not None
        await people.remove_staff(unit, jay.user_id)
    async with clinic.event("U-jay") as unit:
        assert (unit.actor.role, unit.actor.customer_id, unit.actor.user_id) == ("customer", me.id, None)


async def test_the_last_manager_neither_goes_nor_steps_down(clinic: TestClinic, ploy: Actor) -> None:
    assert ploy.user_id is not None
    async with clinic.by(ploy) as unit:
        async with refused("last_manager"):
            await people.remove_staff(unit, ploy.user_id)
        async with refused("last_manager"):
            await people.change_role(unit, ploy.user_id, "sales")
    second = await clinic.staff("manager", "สอง")
    async with clinic.by(ploy) as unit:
        assert (await people.change_role(unit, ploy.user_id, "sales")).role == "sales"
        assert second.user_id is not None


async def test_two_managers_who_remove_each_other_leave_one(clinic: TestClinic, ploy: Actor) -> None:
    other = await clinic.staff("manager", "สอง")
    assert ploy.user_id is not None
    assert other.user_id is not None
    first, second = ploy.user_id, other.user_id
    won, lost = await overtaken(
        clinic.engine,
        clinic.by(ploy),
        clinic.by(other),
        lambda unit: people.remove_staff(unit, second),
        lambda unit: people.remove_staff(unit, first),
    )
    assert won.user_id == second
    assert isinstance(lost, DomainError)
    assert lost.code == "not_your_role"
    async with clinic.by() as unit:
        assert [each.user_id for each in await people.members(unit) if each.role == "manager"] == [first]


async def test_only_managers_run_the_team(clinic: TestClinic, ploy: Actor) -> None:
    jay = await clinic.staff("sales", "เจ")
    assert ploy.user_id is not None
    async with clinic.by(jay) as unit:
        for act in (people.members(unit), people.member(unit, ploy.user_id), people.remove_staff(unit, ploy.user_id)):
            async with refused("not_your_role"):
                await act


async def test_a_doctor_has_a_licence(clinic: TestClinic, ploy: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์")
    assert mint.user_id is not None
    async with clinic.by(ploy) as unit:
        async with refused("no_licence"):
            await people.change_role(unit, mint.user_id, "doctor")
        async with refused("no_licence"):
            await people.invite_staff(unit, role="doctor", name="ใหม่")
        changed = await people.change_role(unit, mint.user_id, "doctor", " ว.1 ")
    assert (changed.role, changed.licence_no) == ("doctor", "ว.1")
    fact = next(fact for fact in clinic.facts if fact.kind == "role_changed")
    assert (fact.data["before"], fact.data["after"]) == ("beautician", "doctor")


async def test_what_was_on_its_way_to_them_as_staff_is_dropped(clinic: TestClinic, ploy: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "U-mint")
    jay = await clinic.staff("sales", "เจ")
    journey, _ = await clinic.scheduled(jay)
    async with clinic.by(jay) as unit:
        await tasks.offer(unit, journey.id)
    assert [row["state"] for row in await clinic.rows("select state from outbox where notice_kind = 'task.offer'")] == [
        "pending"
    ]
    assert mint.user_id is not None
    async with clinic.by(ploy) as unit:
        await people.remove_staff(unit, mint.user_id)
    [row] = await clinic.rows("select state, error from outbox where notice_kind = 'task.offer'")
    assert tuple(row.values()) == ("dropped", "removed")


async def test_accepted_tasks_go_back_and_those_under_way_are_told(clinic: TestClinic, ploy: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์", "U-mint")
    jay = await clinic.staff("sales", "เจ")
    first, task = await clinic.scheduled(jay, "หนึ่ง")
    _, begun = await clinic.scheduled(jay, "สอง", hours=3)
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, task)
        await tasks.accept(unit, begun)
        await workflow.start_treatment(unit, begun)
    assert mint.user_id is not None
    async with clinic.by() as unit:
        under_way = await tasks.release_tasks_of(unit, mint.user_id)
        assert [each.id for each in under_way] == [begun]
        waiting = await tasks.open_for_journey(unit, first.id)
        assert waiting is not None
        assert (waiting.state, waiting.assignee_id) == ("requested", None)
        assert (await tasks.task_view(unit, task)).state == "released"
