"""Courses and their points: opened once, used one session a treatment, each releasing its share to the last satang."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.courses import service as courses
from domain.courses.model import Sale
from domain.courses.rules import expires_at
from domain.database.session import Engine
from domain.loyalty import service as loyalty
from domain.loyalty.model import Line
from domain.loyalty.rules import activation_share, earn_delta, points_for
from domain.loyalty.sharing import spread
from domain.people import service as people
from domain.reactions import react
from domain.tasks import service as tasks
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, Stage, Wanted
from tests.domain.clinic_factory import refused
from tests.domain.loyalty_scenes import assert_books_agree
from tests.domain.small_clinic import BANGKOK, NOON, Person, SmallClinic, small_clinic

COURSE = 550_000
NOTE = "ผิวปกติดี ไม่มีอาการ"


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    clinic = await small_clinic(engine, react)
    await clinic.change("""update treatments set packages = '[{"sessions": 5, "price_satang": 550000}]'::jsonb""")
    return clinic


def staff(role: str, person: Person) -> Actor:
    return Actor(role, person.person_id, person.id, None, role)


async def planned(clinic: SmallClinic, customer: Person, *sessions: int, minimum: int | None = None) -> JourneyView:
    """A journey whose plan of these courses was sent."""
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        lead = await workflow.create_lead(
            unit,
            name="นก",
            phone="0812345678",
            treatment_id=clinic.treatment_id,
            source="walk-in",
            customer_id=customer.id,
        )
        await workflow.send_proposal(
            unit,
            lead.id,
            version=1,
            wanted=[Wanted(clinic.treatment_id, n) for n in sessions],
            valid_until=NOON + timedelta(days=14),
            minimum_satang=minimum,
        )
        return await workflow.journey_view(unit, lead.id)


async def pay(clinic: SmallClinic, journey_id: UUID, satang: int) -> JourneyView:
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        journey = await workflow.journey_view(unit, journey_id)
        done = await workflow.confirm_payment(
            unit, journey_id, version=journey.version, amount_satang=satang, method="cash"
        )
        return done.journey


async def treat(clinic: SmallClinic, journey_id: UUID, at: datetime = NOON) -> None:
    """One more session, from the appointment to its end."""
    async with clinic.at(at, staff("sales", clinic.sales)) as unit:
        journey = await workflow.journey_view(unit, journey_id)
        again = journey.stage is Stage.TREATMENT_COMPLETED
        schedule = workflow.next_session if again else workflow.schedule
        booked = await schedule(unit, journey_id, version=journey.version, at=at)
        assert booked.appointment_id is not None
        await workflow.arrive(unit, booked.appointment_id, at=at)
        await people.record_paper_consent(unit, journey.customer_id, purpose="health_record", language="th", text="…")
        task = await tasks.open_for_journey(unit, journey_id)
    assert task is not None
    async with clinic.at(at, staff("beautician", clinic.beautician)) as unit:
        await tasks.accept(unit, task.id)
        await workflow.start_treatment(unit, task.id)
        await workflow.complete_treatment(unit, task.id, NOTE)


async def set_next(clinic: SmallClinic, journey_id: UUID, at: datetime) -> None:
    """The next session has its time."""
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        journey = await workflow.journey_view(unit, journey_id)
        await workflow.next_session(unit, journey_id, version=journey.version, at=at)


async def void(clinic: SmallClinic, journey_id: UUID) -> None:
    """A manager and a second person undo the payment."""
    async with clinic.at(NOON, staff("manager", clinic.manager)) as unit:
        journey = await workflow.journey_view(unit, journey_id)
        asked = await workflow.request_void(unit, journey_id, version=journey.version, reason="สลิปปลอม")
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        await workflow.approve(unit, asked.id)


async def spend(clinic: SmallClinic) -> int:
    """What counts for the tier, in satang."""
    [row] = await clinic.rows(
        "select coalesce(sum(tier_spend_satang), 0) as total from point_lots where state = 'active'"
    )
    return int(row.total)


async def test_each_session_releases_its_share_and_its_spend(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 5)
    await pay(clinic, journey.id, COURSE)
    [course] = await courses_of(clinic, journey.id)
    assert (course.sessions_total, course.left, course.price_satang) == (5, 5, COURSE)
    bonus = 100
    for nth in range(1, 6):
        await treat(clinic, journey.id, NOON + timedelta(days=30 * nth))
        shown = await assert_books_agree(clinic, customer, NOON + timedelta(days=30 * nth))
        # 220 points in fifths, besides the welcome and the first badge.
        assert (shown.usable, shown.pending) == (bonus + 100 + 44 * nth, 220 - 44 * nth)
        assert await spend(clinic) == COURSE // 5 * nth
        assert [each.left for each in await courses_of(clinic, journey.id)] == [5 - nth]
    expiries = await clinic.rows("select distinct expires_at from point_lots where source = 'payment' and points < 220")
    assert len(expiries) == 5  # each lasts from the day it became usable


async def test_a_session_is_had_once_for_a_task(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 5)
    await pay(clinic, journey.id, COURSE)
    await treat(clinic, journey.id)
    [task] = await clinic.rows("select id from task_queue where kind = 'treatment'")
    async with clinic.at() as unit:
        again = await courses.use_session(
            unit, journey_id=journey.id, treatment_id=clinic.treatment_id, task_id=task.id, used_by=None
        )
        assert again is not None
        assert again.used == 1
    assert len(await clinic.rows("select 1 from course_uses")) == 1


async def test_lines_are_courses_of_their_own_filled_in_order(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 1, 5, minimum=129_000)
    await pay(clinic, journey.id, 129_000)
    await pay(clinic, journey.id, COURSE)
    rows = await clinic.rows("select points, sessions, tier_spend_satang from point_lots where source = 'payment'")
    assert sorted(tuple(row) for row in rows) == [(51, 1, 129_000), (220, 5, COURSE)]
    assert [each.sessions_total for each in await courses_of(clinic, journey.id)] in ([1, 5], [5, 1])
    async with clinic.at() as unit:
        assert await courses.sessions_left(unit, journey.id) == 6


async def test_what_is_paid_after_a_session_releases_that_sessions_share_at_once(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 5, minimum=110_000)
    await pay(clinic, journey.id, 110_000)  # 44 points
    await treat(clinic, journey.id)  # of which 8 are usable
    assert (await assert_books_agree(clinic, customer)).pending == 36
    await pay(clinic, journey.id, 440_000)  # 176 points, 35 of them for the session that was had
    shown = await assert_books_agree(clinic, customer)
    assert (shown.usable, shown.pending) == (200 + 8 + 35, 36 + 141)
    assert await spend(clinic) == COURSE // 5
    for _ in range(4):
        await treat(clinic, journey.id)
    shown = await assert_books_agree(clinic, customer)
    assert (shown.usable, shown.pending, await spend(clinic)) == (200 + 220, 0, COURSE)


async def test_what_is_paid_when_all_was_had_is_usable_at_once(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 1, minimum=29_000)
    await pay(clinic, journey.id, 29_000)
    await treat(clinic, journey.id)
    await pay(clinic, journey.id, 100_000)
    shown = await assert_books_agree(clinic, customer)
    assert (shown.usable, shown.pending, await spend(clinic)) == (200 + 51, 0, 129_000)


async def test_a_cancelled_course_takes_back_what_waits_and_leaves_what_was_earned(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 5)
    await pay(clinic, journey.id, COURSE)
    await clinic.rule("later", days=1)
    await treat(clinic, journey.id)
    await clinic.change("update workflow_states set stage = 'payment_confirmed' where id = :id", id=journey.id)
    async with clinic.at(NOON, staff("manager", clinic.manager)) as unit:
        now = await workflow.journey_view(unit, journey.id)
        await workflow.cancel(unit, journey.id, version=now.version, reason="moved", money="refund")
    shown = await assert_books_agree(clinic, customer)
    assert (shown.usable, shown.pending) == (244, 0)
    assert await courses_of(clinic, journey.id) == []
    [planned_before] = await clinic.rows("select state from followup_executions")
    assert planned_before.state == "cancelled"
    [row] = await clinic.rows("select points, facts from point_transactions where kind = 'cancel_pending'")
    assert (row.points, row.facts) == (-176, {"points": 176})


async def test_a_void_takes_back_what_sessions_released_and_the_course_goes_on_when_paid_again(
    clinic: SmallClinic,
) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 5)
    bonus = 200  # the welcome and the first badge
    for had in (1, 2):
        await pay(clinic, journey.id, COURSE)
        await treat(clinic, journey.id, NOON + timedelta(days=had))
        shown = await assert_books_agree(clinic, customer)
        assert (shown.usable, shown.pending, shown.debt) == (bonus + 44 * had, 220 - 44 * had, 0)
        assert await spend(clinic) == COURSE // 5 * had
        assert [each.left for each in await courses_of(clinic, journey.id)] == [5 - had]
        await set_next(clinic, journey.id, NOON + timedelta(days=had, hours=2))
        await void(clinic, journey.id)
        shown = await assert_books_agree(clinic, customer)
        assert (shown.usable, shown.pending, shown.debt, await spend(clinic)) == (bonus, 0, 0, 0)
        assert await courses_of(clinic, journey.id) == []


async def test_points_of_a_session_that_were_spent_before_the_void_are_owed(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 5)
    await pay(clinic, journey.id, COURSE)
    await treat(clinic, journey.id)
    async with clinic.at() as unit:
        await loyalty.adjust(unit, customer.id, -230, "adj:t", "spent")
    await set_next(clinic, journey.id, NOON + timedelta(hours=2))
    await void(clinic, journey.id)
    shown = await assert_books_agree(clinic, customer)
    assert (shown.usable, shown.pending, shown.debt) == (0, 0, 44 - 14)


async def test_sessions_left_keep_a_journey_open_and_its_treatment_taken(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 5)
    await pay(clinic, journey.id, COURSE)
    await treat(clinic, journey.id)
    sales = staff("sales", clinic.sales)
    async with refused("open_journey", journey_id=str(journey.id)):
        await planned(clinic, customer, 1)
    async with clinic.at(NOON, sales) as unit:
        assert [each.id for each in await workflow.open_journeys_of_phone(unit, "0812345678")] == [journey.id]
    await clinic.change("update workflow_states set stage = 'follow_up'")
    async with refused("sessions_left", left=4), clinic.at(NOON, sales) as unit:
        await workflow.close(unit, journey.id)
    async with clinic.at(NOON + timedelta(days=400), sales) as unit:  # the course is over
        assert await courses.usable(unit, journey.id) == []
        assert (await workflow.close(unit, journey.id)).stage is Stage.CLOSED


async def test_the_customer_has_a_receipt_of_each_session_of_a_course(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await planned(clinic, customer, 5)
    await pay(clinic, journey.id, COURSE)
    await treat(clinic, journey.id)
    [row] = await clinic.rows("select person_id, content from outbox where notice_kind = 'session.used'")
    assert row.person_id == customer.person_id
    assert (row.content["used"], row.content["sessions_total"], row.content["by"]) == (1, 5, "beautician")


async def test_a_course_is_opened_once(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey, line = await clinic.journey(customer), uuid4()
    sale = Sale(line, clinic.treatment_id, 5, COURSE)
    for _ in range(2):
        async with clinic.at() as unit:
            await courses.open_courses(unit, journey_id=journey, customer_id=customer.id, sales=[sale])
    assert len(await courses_of(clinic, journey)) == 1


async def courses_of(clinic: SmallClinic, journey_id: UUID) -> list[Any]:
    async with clinic.at() as unit:
        return await courses.of_journey(unit, journey_id)


# Rules


@pytest.mark.parametrize(
    ("opened", "end"),
    [
        (datetime(2026, 7, 17, 23, tzinfo=BANGKOK), datetime(2027, 7, 18, tzinfo=BANGKOK)),
        (datetime(2028, 2, 29, 9, tzinfo=BANGKOK), datetime(2029, 3, 1, tzinfo=BANGKOK)),
        (datetime(2026, 12, 31, tzinfo=BANGKOK), datetime(2028, 1, 1, tzinfo=BANGKOK)),
    ],
)
def test_a_course_lasts_a_year_to_the_end_of_the_day(opened: datetime, end: datetime) -> None:
    assert expires_at(opened, ZoneInfo("Asia/Bangkok")) == end


plans = st.lists(st.builds(Line, st.none(), st.integers(1, 10_000_000), st.integers(1, 10)), min_size=1, max_size=5)


@given(plans, st.lists(st.integers(1, 5_000_000), max_size=8), st.sampled_from([10_000, 11_000, 12_500, 20_000]))
def test_parts_add_up_to_the_whole_on_every_line(lines: list[Line], parts: list[int], multiplier: int) -> None:
    """However a plan is paid, each line has what one payment would have given it, and no satang is lost."""
    total = sum(line.price_satang for line in lines)
    paid, earned = 0, [0] * len(lines)
    for part in [*parts, total]:
        after = min(total, paid + part)
        for n, (low, high) in enumerate(zip(spread(lines, paid), spread(lines, after), strict=True)):
            earned[n] += earn_delta(paid_before=low, paid_after=high, tier_multiplier_bp=multiplier)
        assert sum(spread(lines, after)) == after
        paid = after
    assert spread(lines, total) == [line.price_satang for line in lines]
    assert earned == [points_for(line.price_satang, multiplier) for line in lines]


@given(st.integers(0, 10_000_000), st.integers(1, 12))
def test_shares_add_up_and_never_shrink_below_their_part(amount: int, sessions: int) -> None:
    shares = [activation_share(amount, sessions, nth) for nth in range(1, sessions + 1)]
    assert sum(shares) == amount
    assert all(share == amount // sessions for share in shares[:-1])


async def test_the_same_completion_asked_twice_releases_once(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey, line, completion = await clinic.journey(customer), uuid4(), uuid4()
    payment = await clinic.payment(customer, journey, COURSE)
    ids = {"journey_id": journey, "customer_id": customer.id}
    async with clinic.at() as unit:
        earned = await loyalty.earn_for_payment(
            unit,
            payment_id=payment,
            amount_satang=COURSE,
            paid_before_satang=0,
            lines=[Line(line, COURSE, 5)],
            **ids,
        )
        assert earned == 220
    for _ in range(2):
        async with clinic.at() as unit:
            released = await loyalty.activate_for_completion(unit, completion_id=completion, line_id=line, nth=1, **ids)
            assert released == 44
    assert (await assert_books_agree(clinic, customer)).pending == 176
