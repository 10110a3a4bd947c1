"""Coming, and not coming: arriving once, by a code, being late, and a visit that was missed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentState
from domain.database.session import Engine
from domain.tasks import service as tasks
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import Stage
from tests.domain.appointment_scenes import HOUR, NOW, TOMORROW, TWO, at, booked, branch, own, paid
from tests.domain.clinic_factory import TestClinic, make_clinic, refused


async def test_arriving_counts_once(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    journey = await paid(clinic, sales, "ก")
    visit = await booked(clinic, sales, journey)
    async with at(clinic, await own(clinic, journey)) as unit, refused("not_your_role"):
        await workflow.arrive(unit, visit.id, at=TWO)
    for actor, now in ((mint, TWO), (sales, TWO + timedelta(minutes=5))):
        async with at(clinic, actor, now) as unit:
            assert (await workflow.arrive(unit, visit.id, at=TWO)).arrived_at == TWO
    assert clinic.kinds().count("customer_arrived") == 1
    async with at(clinic, sales, TWO + HOUR) as unit:
        await workflow.watch_no_show(unit, visit.id)
        async with refused("already_arrived"):
            await workflow.mark_no_show(unit, visit.id)


async def test_who_is_marked_as_arrived_has_come_for_the_time_that_was_seen(
    clinic: TestClinic, sales: Actor, mint: Actor
) -> None:
    """Nobody comes earlier than two hours before, and a card of before the move marks nothing."""
    visit = await booked(clinic, sales, await paid(clinic, sales, "ก"))
    soon = TWO - 2 * HOUR
    async with (
        at(clinic, mint, soon - timedelta(seconds=1)) as unit,
        refused("too_early_to_arrive", at=visit.starts_at.isoformat(), hours=2),
    ):
        await workflow.arrive(unit, visit.id, at=TWO)
    async with at(clinic, sales) as unit:
        await workflow.reschedule(unit, visit.id, version=visit.version, at=TWO + HOUR)
    async with at(clinic, mint, TWO) as unit:
        async with refused("outdated"):
            await workflow.arrive(unit, visit.id, at=TWO)
        assert (await appointments.view(unit, visit.id)).state is AppointmentState.BOOKED
        assert (await workflow.arrive(unit, visit.id, at=TWO + HOUR)).arrived_at == TWO


async def test_the_counters_code_finds_the_visit_of_now(clinic: TestClinic, sales: Actor, engine: Engine) -> None:
    place, other = await branch(clinic), uuid4()
    journey = await paid(clinic, sales, "ก", place)
    visit, customer = await booked(clinic, sales, journey), await own(clinic, journey)
    twin = await make_clinic(engine, "BUA")
    soon = TWO - timedelta(hours=2)
    async with at(twin, now=soon) as unit:
        foreign = await workflow.counter_code(unit, None)
    async with at(clinic, now=soon) as unit:
        here = await workflow.counter_code(unit, place)
        elsewhere = await workflow.counter_code(unit, other)
        assert here != elsewhere
    async with at(clinic, customer, soon - timedelta(seconds=61)) as unit:
        early = await workflow.counter_code(unit, place)
        async with refused("no_visit_now"):
            await workflow.arrive_by_code(unit, early)
    async with at(clinic, customer, soon + HOUR) as unit, refused("arrival_code_old"):
        await workflow.arrive_by_code(unit, here)  # a photo of it
    async with at(clinic, customer, soon) as unit:
        async with refused("arrival_code_old"):
            await workflow.arrive_by_code(unit, foreign)
        async with refused("no_visit_now"):
            await workflow.arrive_by_code(unit, elsewhere)
        assert (await workflow.arrive_by_code(unit, here)).arrived_at == soon
        assert (await workflow.arrive_by_code(unit, here)).id == visit.id
    assert clinic.kinds().count("customer_arrived") == 1


async def test_a_no_show_after_a_quarter_of_an_hour_or_what_was_announced(
    clinic: TestClinic, sales: Actor, mint: Actor
) -> None:
    journey = await paid(clinic, sales, "ก")
    visit, customer = await booked(clinic, sales, journey), await own(clinic, journey)
    quarter = TWO + timedelta(minutes=15)
    async with at(clinic, sales, quarter - timedelta(seconds=1)) as unit, refused("not_late_yet"):
        await workflow.mark_no_show(unit, visit.id)
    async with at(clinic, customer) as unit:
        async with refused("bad_button"):
            await appointments.announce_late(unit, visit.id, 200)
        await appointments.announce_late(unit, visit.id, 20)
        await appointments.announce_late(unit, visit.id, 20)
        assert unit.timers["appointment.no_show", visit.id] == quarter + timedelta(minutes=20)
    assert clinic.kinds().count("appointment_late") == 1
    async with at(clinic, now=quarter) as unit:
        await workflow.watch_no_show(unit, visit.id)
        assert (await appointments.view(unit, visit.id)).state is AppointmentState.BOOKED
    async with at(clinic, now=quarter + timedelta(minutes=20)) as unit:
        await workflow.watch_no_show(unit, visit.id)
        await workflow.watch_no_show(unit, visit.id)
        after = await workflow.journey_view(unit, journey.id)
        assert (after.stage, after.no_show_count, after.scheduled_at) == (Stage.PAYMENT_CONFIRMED, 1, None)
        assert await tasks.open_for_journey(unit, journey.id) is None
    [fact] = [fact for fact in clinic.facts if fact.kind == "no_show"]
    assert fact.data["count"] == 1
    assert (await clinic.audit(journey.id))[-1][0::4] == ("no_show", "system")


async def test_answers_change_the_appointment_and_only_ones_own(clinic: TestClinic, sales: Actor) -> None:
    journey = await paid(clinic, sales, "ก")
    visit, customer = await booked(clinic, sales, journey), await own(clinic, journey)
    async with at(clinic, customer) as unit:
        async with refused("outdated"):
            await appointments.confirm(unit, visit.id, at=visit.starts_at + timedelta(minutes=1))
        for _ in range(2):
            sure = await appointments.confirm(unit, visit.id, at=visit.starts_at)
            assert (sure.state, sure.confirmed_at) == ("confirmed", NOW)
    assert clinic.kinds().count("appointment_confirmed") == 1
    async with at(clinic, await own(clinic, await paid(clinic, sales, "ข"))) as unit:
        confirming = appointments.confirm(unit, visit.id, at=visit.starts_at)
        for act in (confirming, appointments.announce_late(unit, visit.id, 10)):
            async with refused("no_such_appointment"):
                await act


@pytest.mark.parametrize("accepted", [True, False])
async def test_the_task_goes_to_the_room_of_the_new_time(
    clinic: TestClinic, sales: Actor, mint: Actor, accepted: bool
) -> None:
    await clinic.staff("beautician", "แนน")
    place = await branch(clinic, rooms=2)
    one, two = await paid(clinic, sales, "ก", place), await paid(clinic, sales, "ข", place)
    first, other = await booked(clinic, sales, one), await booked(clinic, sales, two, TOMORROW)
    assert first.room_id == other.room_id
    if accepted:
        async with at(clinic, mint) as unit:
            task = await tasks.open_for_journey(unit, one.id)
            assert task is not None
            await tasks.accept(unit, task.id)
    async with at(clinic, sales) as unit:
        moved = await workflow.reschedule(unit, first.id, version=first.version, at=TOMORROW)
    assert moved.room_id not in (None, first.room_id)
    [row] = await clinic.rows(
        "select room_id, state from task_queue where journey_id = :id and kind = 'treatment'", id=one.id
    )
    assert (row["room_id"], row["state"]) == (moved.room_id, "accepted" if accepted else "requested")
