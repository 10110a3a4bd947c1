"""Moving an appointment: who accepted stays when they are free, and customers move their own in time."""

from __future__ import annotations

from datetime import timedelta

from domain.appointments.model import AppointmentState
from domain.tasks import service as tasks
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import Stage
from tests.domain.appointment_scenes import HOUR, NOW, TOMORROW, TWO, accepts, at, booked, own, paid
from tests.domain.clinic_factory import TestClinic, refused


async def test_moving_keeps_who_accepted_when_they_are_free_and_offers_again_when_not(
    clinic: TestClinic, sales: Actor, mint: Actor
) -> None:
    nan = await clinic.staff("beautician", "แนน")
    one, two = await paid(clinic, sales, "ก"), await paid(clinic, sales, "ข")
    visit = await booked(clinic, sales, one)
    task = await accepts(clinic, mint, one)
    async with at(clinic, sales) as unit:
        moved = await workflow.reschedule(unit, visit.id, version=visit.version + 1, at=TOMORROW)
        assert (moved.starts_at, moved.performer_id, moved.accepted) == (TOMORROW, mint.user_id, True)
        async with refused("outdated"):
            await workflow.reschedule(unit, visit.id, version=visit.version, at=TWO)
    await booked(clinic, sales, two, performer=mint)
    async with at(clinic, sales) as unit:
        moved = await workflow.reschedule(unit, visit.id, version=moved.version, at=TWO)
        assert (moved.performer_id, moved.accepted) == (nan.user_id, False)
        again = await tasks.open_for_journey(unit, one.id)
        assert again is not None
        assert (again.id != task, again.state, again.scheduled_at) == (True, "requested", TWO)
        assert (await tasks.task_view(unit, task)).state == "released"
    assert clinic.kinds().count("appointment_moved") == 2
    assert [row[0] for row in await clinic.audit(one.id)][-2:] == ["reschedule", "reschedule"]


async def test_moving_a_visit_whose_task_was_a_mistake_brings_another(
    clinic: TestClinic, sales: Actor, mint: Actor
) -> None:
    """Nobody would know of the visit otherwise; whoever had accepted the mistaken one has let go of it."""
    journey = await paid(clinic, sales, "ก")
    visit = await booked(clinic, sales, journey)
    task = await accepts(clinic, mint, journey)
    boss = await clinic.staff("manager", "คุณพลอย")
    async with at(clinic, boss) as unit:
        await tasks.mark_error(unit, task, "twice")
        assert await tasks.open_for_journey(unit, journey.id) is None
    assert clinic.kinds().count("task_released") == 1  # the appointment is only reserved then
    async with at(clinic, sales) as unit:
        await workflow.reschedule(unit, visit.id, version=visit.version + 1, at=TOMORROW)
        again = await tasks.open_for_journey(unit, journey.id)
        assert again is not None
        assert (again.id != task, again.state, again.scheduled_at) == (True, "requested", TOMORROW)


async def test_customers_move_and_cancel_their_own_until_the_cut_off(
    clinic: TestClinic, sales: Actor, mint: Actor
) -> None:
    journey = await paid(clinic, sales, "ก")
    customer, stranger = await own(clinic, journey), await own(clinic, await paid(clinic, sales, "ข"))
    visit = await booked(clinic, sales, journey, TOMORROW)
    late = TOMORROW - timedelta(hours=11, minutes=59)
    for actor, code, now in (
        (stranger, "not_your_role", NOW),
        (mint, "not_your_role", NOW),
        (customer, "too_late_to_move", late),
    ):
        async with at(clinic, actor, now) as unit:
            async with refused(code):
                await workflow.reschedule(unit, visit.id, version=visit.version, at=TOMORROW + HOUR)
            async with refused(code):
                await workflow.cancel_appointment(unit, visit.id, version=visit.version)
    async with at(clinic, customer) as unit:
        moved = await workflow.reschedule(unit, visit.id, version=visit.version, at=TOMORROW + HOUR)
        gone = await workflow.cancel_appointment(unit, visit.id, version=moved.version)
        assert gone.state is AppointmentState.CANCELLED
        assert await tasks.open_for_journey(unit, journey.id) is None
        after = await workflow.journey_view(unit, journey.id)
        assert (after.stage, after.scheduled_at, after.appointment_id) == (Stage.PAYMENT_CONFIRMED, None, None)
        async with refused("illegal_move"):
            await workflow.cancel_appointment(unit, visit.id, version=gone.version)
    await clinic.rows("""update clinics set settings = '{"move_cutoff_hours": 2}'""")
    async with clinic.by(sales) as unit:
        again = await workflow.journey_view(unit, journey.id)
    visit = await booked(clinic, sales, again, TOMORROW)
    async with at(clinic, customer, TOMORROW - timedelta(hours=3)) as unit:
        await workflow.cancel_appointment(unit, visit.id, version=visit.version)
