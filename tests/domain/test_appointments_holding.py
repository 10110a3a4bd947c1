"""Before the payment and after the treatment: times that are held, asked for, or for the next session."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentState
from domain.courses import service as courses
from domain.courses.model import Sale
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import Stage, Wanted
from tests.domain.appointment_scenes import HOUR, NOW, TOMORROW, TWO, at, booked, had, own, paid
from tests.domain.clinic_factory import TestClinic, booked_and_here, pay, refused


async def test_a_held_time_becomes_the_booking_with_the_payment(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    lead, late = await clinic.lead(sales, name="ก"), await clinic.lead(sales, name="ข")
    async with at(clinic, sales) as unit:
        held = await workflow.hold_time(unit, lead.id, version=lead.version, at=TOMORROW)
        assert (held.appointment_state, held.stage) == ("held", Stage.LEAD)
        visit = await appointments.live(unit, lead.id)
        assert visit is not None
        assert visit.held_until == NOW + timedelta(days=1)
        async with refused("slot_taken"):
            await workflow.hold_time(unit, late.id, version=late.version, at=TOMORROW)
    async with at(clinic, sales) as unit:
        done = (await pay(unit, lead)).journey
        assert (done.stage, done.scheduled_at, done.appointment_state) == ("treatment_scheduled", TOMORROW, "booked")
        assert unit.timers["appointment.lapse", visit.id] is None
    async with at(clinic, now=NOW + timedelta(days=1)) as unit:
        await workflow.lapse_hold(unit, visit.id)
        assert (await appointments.view(unit, visit.id)).state is AppointmentState.BOOKED


async def test_a_held_time_lapses(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    lead = await clinic.lead(sales)
    async with at(clinic, sales) as unit:
        await workflow.hold_time(unit, lead.id, version=lead.version, at=TWO)  # begins before a day is over
        await workflow.hold_time(unit, lead.id, version=lead.version, at=TOMORROW)  # instead
        visit = await appointments.live(unit, lead.id)
    assert visit is not None
    for now, state in ((NOW + HOUR, "held"), (NOW + timedelta(days=1), "lapsed"), (TOMORROW, "lapsed")):
        async with at(clinic, now=now) as unit:
            await workflow.lapse_hold(unit, visit.id)
            assert (await appointments.view(unit, visit.id)).state == state
    assert clinic.kinds().count("hold_lapsed") == 1
    async with at(clinic, sales) as unit:
        assert (await pay(unit, lead)).journey.stage == Stage.PAYMENT_CONFIRMED


async def test_a_time_held_for_what_is_not_in_the_plan_is_not_booked(
    clinic: TestClinic, sales: Actor, mint: Actor
) -> None:
    lead = await clinic.lead(sales, "SCN")
    facial = await clinic.treatment()
    async with at(clinic, sales) as unit:
        held = await workflow.hold_time(unit, lead.id, version=lead.version, at=TOMORROW)
        await workflow.send_proposal(
            unit, lead.id, version=held.version, wanted=[Wanted(facial, 1)], valid_until=TOMORROW
        )
        done = (await pay(unit, await workflow.journey_view(unit, lead.id))).journey
        assert held.appointment_id is not None
        visit = await appointments.view(unit, held.appointment_id)
        assert unit.timers["appointment.lapse", visit.id] is None
    assert (done.stage, done.scheduled_at, visit.state) == (Stage.PAYMENT_CONFIRMED, None, AppointmentState.LAPSED)
    [lapsed] = [fact for fact in clinic.facts if fact.kind == "hold_lapsed"]
    assert lapsed.data["paid"] is True
    async with at(clinic, sales) as unit:  # the time is free again, for what was paid
        booked = await workflow.schedule(unit, lead.id, version=done.version, at=TOMORROW)
        assert booked.scheduled_at == TOMORROW


async def test_a_time_held_for_a_treatment_of_the_plan_is_booked(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    lead = await clinic.lead(sales)
    facial, acne = await clinic.treatment(), await clinic.treatment("ACN")
    async with at(clinic, sales) as unit:
        held = await workflow.hold_time(unit, lead.id, version=lead.version, at=TOMORROW)
        wanted = [Wanted(acne, 1), Wanted(facial, 1)]
        await workflow.send_proposal(unit, lead.id, version=held.version, wanted=wanted, valid_until=TOMORROW)
        done = (await pay(unit, await workflow.journey_view(unit, lead.id))).journey
    assert (done.stage, done.scheduled_at) == (Stage.TREATMENT_SCHEDULED, TOMORROW)


async def test_the_next_session_needs_one_that_is_left(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    """A course of two is scheduled a second time, for the same treatment, and not a third."""
    lead = await clinic.lead(sales)
    async with at(clinic, sales) as unit:
        await pay(unit, lead)
        sale = Sale(uuid4(), lead.treatment_id, 2, lead.agreed_satang)
        await courses.open_courses(unit, journey_id=lead.id, customer_id=lead.customer_id, sales=[sale])
        await booked_and_here(unit, await workflow.journey_view(unit, lead.id), TWO)
    await had(clinic, mint, lead)
    async with at(clinic, sales, TWO) as unit:
        async with refused("outdated"):
            await workflow.next_session(unit, lead.id, version=1, at=TOMORROW)
        seen = await workflow.journey_view(unit, lead.id)
        again = await workflow.next_session(unit, lead.id, version=seen.version, at=TOMORROW)
        assert (again.stage, again.scheduled_at, again.arrived_at) == (Stage.TREATMENT_SCHEDULED, TOMORROW, None)
        assert (again.session_treatment_id, again.appointment_state) == (lead.treatment_id, "booked")
        assert again.appointment_id is not None
        unit.now = TOMORROW
        await workflow.arrive(unit, again.appointment_id, at=TOMORROW)
    await had(clinic, mint, lead)
    async with at(clinic, sales, TOMORROW) as unit, refused("no_sessions_left"):
        seen = await workflow.journey_view(unit, lead.id)
        await workflow.next_session(unit, lead.id, version=seen.version, at=TOMORROW + HOUR)


async def test_customers_ask_for_a_time_and_the_clinic_sets_it(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    journey = await paid(clinic, sales, "ก")
    customer = await own(clinic, journey)
    async with at(clinic, customer) as unit:
        await workflow.request_time(unit, journey.id, TWO)
        async with refused("in_the_past"):
            await workflow.request_time(unit, journey.id, NOW - HOUR)
    assert clinic.kinds().count("time_requested") == 1
    await booked(clinic, sales, journey)
    async with at(clinic, customer) as unit, refused("time_is_set"):
        await workflow.request_time(unit, journey.id, TWO)
    async with at(clinic, sales) as unit, refused("no_such_journey"):
        await workflow.request_time(unit, journey.id, TWO)
