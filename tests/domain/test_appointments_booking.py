"""Taking a time on the database: no room and nobody is taken twice, and who accepts takes over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.appointments import service as appointments
from domain.errors import DomainError
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, Stage
from tests.domain.appointment_scenes import HOUR, NOW, TWO, at, booked, branch, paid
from tests.domain.clinic_factory import TestClinic, overtaken, refused


@pytest.mark.parametrize("what", ["room", "performer"])
async def test_two_salespeople_set_the_same_time_at_once(
    clinic: TestClinic, sales: Actor, mint: Actor, what: str
) -> None:
    """The second one, who could not see the first, is told what is free instead."""
    if what == "room":
        await clinic.staff("beautician", "แนน")
    place = await branch(clinic, rooms=1 if what == "room" else 2)
    one, two = await paid(clinic, sales, "ก", place), await paid(clinic, sales, "ข", place)
    fon = await clinic.staff("sales", "คุณฝน")

    async def first(unit: Unit) -> JourneyView:
        return await workflow.schedule(unit, one.id, version=one.version, at=TWO)

    async def second(unit: Unit) -> JourneyView:
        return await workflow.schedule(unit, two.id, version=two.version, at=TWO + timedelta(minutes=30))

    won, lost = await overtaken(clinic.engine, at(clinic, sales), at(clinic, fon), first, second)
    assert won.stage == Stage.TREATMENT_SCHEDULED
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts["next"][0]) == ("slot_taken", (TWO + HOUR).isoformat())
    assert len(await clinic.rows("select 1 from appointments")) == 1
    async with at(clinic, fon) as unit:
        assert (await workflow.journey_view(unit, two.id)).stage == Stage.PAYMENT_CONFIRMED


async def test_who_is_second_at_once_gets_the_other_room_and_person(
    clinic: TestClinic, sales: Actor, mint: Actor
) -> None:
    nan = await clinic.staff("beautician", "แนน")
    place = await branch(clinic, rooms=2)
    one, two = await paid(clinic, sales, "ก", place), await paid(clinic, sales, "ข", place)

    async def book(unit: Unit, journey: JourneyView) -> JourneyView:
        return await workflow.schedule(unit, journey.id, version=journey.version, at=TWO)

    async def first(unit: Unit) -> JourneyView:
        return await book(unit, one)

    async def second(unit: Unit) -> JourneyView:
        return await book(unit, two)

    await overtaken(clinic.engine, at(clinic, sales), at(clinic, sales), first, second)
    rows = await clinic.rows("select performer_id, room_id from appointments")
    assert {row["performer_id"] for row in rows} == {mint.user_id, nan.user_id}
    assert len({row["room_id"] for row in rows}) == 2


async def test_the_hours_of_the_branch_count_but_not_for_who_is_here(clinic: TestClinic, sales: Actor) -> None:
    place = await branch(clinic)
    journey = await paid(clinic, sales, "ก", place)
    lunch, closed = NOW.replace(hour=12), TWO + timedelta(days=2)
    async with at(clinic, sales) as unit:
        for when, free in ((lunch, NOW.replace(hour=13)), (closed, NOW.replace(hour=10, minute=30) + timedelta(7))):
            async with refused("closed_then"):
                await workflow.schedule(unit, journey.id, version=journey.version, at=when)
            with pytest.raises(DomainError) as caught:
                await workflow.schedule(unit, journey.id, version=journey.version, at=when)
            assert caught.value.facts["next"][0] == free.isoformat()
    async with at(clinic, sales, lunch) as unit:
        now = await workflow.schedule_now(unit, journey.id, version=journey.version)
        assert (now.scheduled_at, now.appointment_state, now.arrived_at) == (lunch, "arrived", lunch)
        assert not any(unit.timers.values())  # what was to ring is stopped


async def test_start_now_says_when_nobody_is_free(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    one, two = await paid(clinic, sales, "ก"), await paid(clinic, sales, "ข")
    async with at(clinic, sales) as unit:
        await workflow.schedule_now(unit, one.id, version=one.version)
        async with refused(
            "slot_taken",
            next=[
                moment.isoformat()
                for moment in (NOW + HOUR, NOW.replace(hour=0) + timedelta(1), NOW + timedelta(1, 3600))
            ],
        ):
            await workflow.schedule_now(unit, two.id, version=two.version)


async def test_only_licensed_doctors_and_those_with_the_skill(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    nan = await clinic.staff("beautician", "แนน")
    await clinic.rows("update users set skills = '{ACN}' where id = :id", id=nan.user_id)
    journey = await paid(clinic, sales, "ก")
    async with at(clinic, sales) as unit, refused("cannot_perform"):
        await workflow.schedule(unit, journey.id, version=journey.version, at=TWO, performer_id=nan.user_id)
    await clinic.rows("update treatments set roles = '{doctor}' where code = 'FAC-HYD'")
    doctor = await clinic.staff("doctor", "หมอ")
    async with at(clinic, sales) as unit, refused("no_licence_on_file"):
        await workflow.schedule(unit, journey.id, version=journey.version, at=TWO)
    await clinic.rows("update users set licence_no = 'D1' where id = :id", id=doctor.user_id)
    assert (await booked(clinic, sales, journey)).performer_id == doctor.user_id


async def test_who_accepts_takes_over_and_an_unnamed_reservation_changes_places(
    clinic: TestClinic, sales: Actor, mint: Actor
) -> None:
    nan = await clinic.staff("beautician", "แนน")
    one, two = await paid(clinic, sales, "ก"), await paid(clinic, sales, "ข")
    mine, other = await booked(clinic, sales, one), await booked(clinic, sales, two)
    assert {mine.performer_id, other.performer_id} == {mint.user_id, nan.user_id}
    taker = mint if other.performer_id == mint.user_id else nan
    assert taker.user_id is not None
    async with at(clinic, taker) as unit:
        await workflow.take_over(unit, one.id, taker.user_id)
    async with at(clinic) as unit:
        now, then = await appointments.view(unit, mine.id), await appointments.view(unit, other.id)
        assert (now.performer_id, now.accepted) == (taker.user_id, True)
        assert (then.performer_id, then.accepted) == (mine.performer_id, False)
    rows = await clinic.rows("select id, performer_id from workflow_states")
    assert {row["id"]: row["performer_id"] for row in rows} == {one.id: taker.user_id, two.id: mine.performer_id}
    async with at(clinic, taker) as unit, refused("busy_then"):
        await workflow.take_over(unit, two.id, taker.user_id)


async def test_whom_a_customer_asked_for_is_not_taken_from_them(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    nan = await clinic.staff("beautician", "แนน")
    one, two = await paid(clinic, sales, "ก"), await paid(clinic, sales, "ข")
    named = await booked(clinic, sales, one, performer=mint)
    assert (named.named, named.performer_name) == (True, "มิ้นท์")
    assert (await booked(clinic, sales, two)).performer_id == nan.user_id
    assert mint.user_id is not None
    async with at(clinic, mint) as unit, refused("busy_then"):
        await workflow.take_over(unit, two.id, mint.user_id)
    async with at(clinic, sales) as unit:
        third = await paid(clinic, sales, "ค")
        async with refused("slot_taken"):
            await workflow.schedule(unit, third.id, version=third.version, at=TWO, performer_id=mint.user_id)
