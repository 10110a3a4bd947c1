"""Appointments on the database: nothing is taken twice, times move with all that hangs on them, and lapse in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentState, AppointmentView
from domain.courses import service as courses
from domain.courses.model import Sale
from domain.database.session import Engine
from domain.errors import DomainError
from domain.people import service as people
from domain.tasks import service as tasks
from domain.unit import SYSTEM, Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, Stage
from tests.domain.clinic_factory import TestClinic, booked_and_here, make_clinic, overtaken, pay, refused, ticks_all
from tests.domain.small_clinic import BANGKOK

NOW = datetime(2026, 7, 20, 11, tzinfo=BANGKOK)  # a Monday
TWO = NOW.replace(hour=14)
TOMORROW = TWO + timedelta(days=1, hours=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def clinic(engine: Engine) -> TestClinic:
    return await make_clinic(engine)


@pytest.fixture
async def sales(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "คุณเจ")


@pytest.fixture
async def mint(clinic: TestClinic) -> Actor:
    return await clinic.staff("beautician", "มิ้นท์")


@asynccontextmanager
async def at(clinic: TestClinic, actor: Actor = SYSTEM, now: datetime = NOW) -> AsyncIterator[Unit]:
    async with clinic.by(actor) as unit:
        unit.now = now
        yield unit


async def branch(clinic: TestClinic, rooms: int = 1) -> UUID:
    """A branch open from half past ten with a lunch break, closed on Wednesdays."""
    opening = '{"mon": [["10:30", "12:00"], ["13:00", "20:30"]], "tue": [["10:30", "20:30"]]}'
    [row] = await clinic.rows(
        "insert into branches (clinic_id, code, name_th, name_en, opening)"
        " values (:clinic, 'ARI', 'อารีย์', 'Ari', cast(:opening as jsonb)) returning id",
        clinic=clinic.id,
        opening=opening,
    )
    for n in range(rooms):
        await clinic.rows(
            "insert into rooms (clinic_id, branch_id, code, name_th, name_en)"
            " values (:clinic, :b, :code, 'ห้อง', 'Room')",
            clinic=clinic.id,
            b=row["id"],
            code=f"A{n}",
        )
    found: UUID = row["id"]
    return found


async def paid(clinic: TestClinic, sales: Actor, name: str, branch_id: UUID | None = None) -> JourneyView:
    """A paid facial at a branch."""
    journey = await clinic.paid(sales, name)
    await clinic.rows("update workflow_states set branch_id = :b where id = :id", b=branch_id, id=journey.id)
    return journey


async def booked(
    clinic: TestClinic, sales: Actor, journey: JourneyView, when: datetime = TWO, performer: Actor | None = None
) -> AppointmentView:
    """Its appointment."""
    async with at(clinic, sales) as unit:
        performer_id = performer.user_id if performer else None
        await workflow.schedule(unit, journey.id, version=journey.version, at=when, performer_id=performer_id)
        made = await appointments.live(unit, journey.id)
    assert made is not None
    return made


async def own(clinic: TestClinic, journey: JourneyView) -> Actor:
    """The journey's customer, as who acts."""
    async with clinic.by() as unit:
        customer = await people.customer(unit, journey.customer_id)
    return Actor("customer", person_id=customer.person_id, customer_id=customer.id)


# Nothing is taken twice


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
        assert unit.timers == {}


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


# Who accepts


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


# Moving


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


async def accepts(clinic: TestClinic, performer: Actor, journey: JourneyView) -> UUID:
    """The performer accepts the journey's task, and takes its appointment over."""
    assert performer.user_id is not None
    async with at(clinic, performer) as unit:
        task = await tasks.open_for_journey(unit, journey.id)
        assert task is not None
        await tasks.accept(unit, task.id)
        await workflow.take_over(unit, journey.id, performer.user_id)
        return task.id


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


# Coming, and not coming


async def test_arriving_counts_once(clinic: TestClinic, sales: Actor, mint: Actor) -> None:
    journey = await paid(clinic, sales, "ก")
    visit = await booked(clinic, sales, journey)
    async with at(clinic, await own(clinic, journey)) as unit, refused("not_your_role"):
        await workflow.arrive(unit, visit.id)
    for actor, now in ((mint, TWO), (sales, TWO + timedelta(minutes=5))):
        async with at(clinic, actor, now) as unit:
            assert (await workflow.arrive(unit, visit.id)).arrived_at == TWO
    assert clinic.kinds().count("customer_arrived") == 1
    async with at(clinic, sales, TWO + HOUR) as unit:
        await workflow.watch_no_show(unit, visit.id)
        async with refused("already_arrived"):
            await workflow.mark_no_show(unit, visit.id)


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


# Before the payment, and after the treatment


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
        await workflow.arrive(unit, again.appointment_id)
    await had(clinic, mint, lead)
    async with at(clinic, sales, TOMORROW) as unit, refused("no_sessions_left"):
        seen = await workflow.journey_view(unit, lead.id)
        await workflow.next_session(unit, lead.id, version=seen.version, at=TOMORROW + HOUR)


async def had(clinic: TestClinic, performer: Actor, journey: JourneyView) -> None:
    """The session that is booked, from its acceptance to its end, and one session less."""
    async with at(clinic, performer, TWO) as unit:
        await people.record_paper_consent(unit, journey.customer_id, purpose="health_record", language="th", text="…")
        task = await tasks.open_for_journey(unit, journey.id)
        assert task is not None
        await tasks.accept(unit, task.id)
        await workflow.start_treatment(unit, task.id)
        await ticks_all(unit, task.id)
        await workflow.complete_treatment(unit, task.id, "ผิวปกติดี ไม่มีอาการ")
        await courses.use_session(
            unit, journey_id=journey.id, treatment_id=journey.treatment_id, task_id=task.id, used_by=performer.user_id
        )
        await appointments.mark(unit, journey.id, AppointmentState.DONE)


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
