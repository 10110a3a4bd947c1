"""The medical pause: tier and points end later by its length, however it ends, and the books agree."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.database.session import Engine
from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.loyalty.model import Line, Pause
from domain.loyalty.tiers import keep_since, spend_since
from domain.unit import Actor
from tests.domain.loyalty_scenes import BAHT, assert_books_agree, buy_and_finish, pay
from tests.domain.small_clinic import BANGKOK, NOON, Person, SmallClinic, small_clinic

TODAY = NOON.date()
CUSTOMER = UUID(int=1)
ENDS = datetime(2027, 8, 1, tzinfo=BANGKOK)
"""What is usable or reached at NOON ends here."""


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine)


async def pause(clinic: SmallClinic, customer: Person, until: date, now: datetime = NOON) -> None:
    async with clinic.at(now) as unit:
        await loyalty.pause(unit, customer.id, "pregnancy", until)


async def ends(clinic: SmallClinic, customer: Person, now: datetime) -> tuple[datetime | None, datetime | None]:
    """(the end of the tier, the end of the points that go next)."""
    shown = await assert_books_agree(clinic, customer, now)
    async with clinic.at(now) as unit:
        return (await loyalty.card(unit, customer.id)).valid_until, shown.expiring_at


async def test_dates_move_by_the_length_of_the_pause(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    await buy_and_finish(clinic, customer, 20_000 * BAHT)
    await pause(clinic, customer, TODAY + timedelta(days=99))
    later = ENDS + timedelta(days=100)
    assert await ends(clinic, customer, NOON) == (later, later)
    over = datetime(2026, 10, 25, tzinfo=BANGKOK)
    for _ in range(2):
        async with clinic.at(over) as unit:
            await loyalty.pause_over(unit, customer.id)
    assert await ends(clinic, customer, over) == (later, later)
    with pytest.raises(DomainError, match="not_paused"):
        async with clinic.at(over) as unit:
            await loyalty.end_pause(unit, customer.id)


async def test_an_early_end_leaves_the_days_that_were_paused(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    await buy_and_finish(clinic, customer, 20_000 * BAHT)
    await pause(clinic, customer, TODAY + timedelta(days=200))
    after = NOON + timedelta(days=10)
    async with clinic.at(after) as unit:
        await loyalty.end_pause(unit, customer.id)
        assert await loyalty.pause_of(unit, customer.id) is None
    later = ENDS + timedelta(days=11)  # today counts
    assert await ends(clinic, customer, after) == (later, later)


async def test_nothing_runs_out_in_a_pause_and_what_had_stays_so(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    async with clinic.at() as unit:
        await loyalty.enrol(unit, customer.id)
    last_moment = ENDS - timedelta(minutes=1)
    await pause(clinic, customer, last_moment.date() + timedelta(days=30), last_moment)
    in_it = last_moment + timedelta(days=30)
    assert (await assert_books_agree(clinic, customer, in_it)).usable == 100
    async with clinic.at(in_it) as unit:
        await loyalty.end_pause(unit, customer.id)
    assert (await assert_books_agree(clinic, customer, in_it)).usable == 100
    gone = in_it + timedelta(days=2)
    assert (await assert_books_agree(clinic, customer, gone)).usable == 0
    await pause(clinic, customer, gone.date() + timedelta(days=30), gone)
    assert (await assert_books_agree(clinic, customer, gone)).usable == 0


async def test_what_comes_during_a_pause_is_paused_from_then_on(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    await pause(clinic, customer, TODAY + timedelta(days=99))  # before there is an account
    during = NOON + timedelta(days=10)
    await buy_and_finish(clinic, customer, 20_000 * BAHT, during)
    later = ENDS + timedelta(days=90)
    assert await ends(clinic, customer, during) == (later, later)
    async with clinic.at(during + timedelta(days=5)) as unit:
        await loyalty.end_pause(unit, customer.id)
    later = ENDS + timedelta(days=6)
    assert await ends(clinic, customer, during + timedelta(days=5)) == (later, later)


async def test_a_session_of_a_course_during_a_pause_is_paused_too(clinic: SmallClinic) -> None:
    """Its share is a lot of its own; an early end moved it back by days that it had never been given."""
    customer, line = await clinic.customer(), uuid4()
    journey = await clinic.journey(customer)
    asked = await pay(clinic, customer, journey, 10_000 * BAHT)
    during = NOON + timedelta(days=10)
    async with clinic.at() as unit:
        await loyalty.earn_for_payment(unit, **asked, lines=[Line(line, 10_000 * BAHT, 5)])
    await pause(clinic, customer, TODAY + timedelta(days=99))
    for now, paused in ((during, 90), (during + timedelta(days=5), 6)):
        async with clinic.at(now) as unit:
            if now == during:
                ids = {"journey_id": journey, "customer_id": customer.id, "completion_id": uuid4(), "line_id": line}
                await loyalty.activate_for_completion(unit, **ids, nth=1)
            else:
                await loyalty.end_pause(unit, customer.id)
        [share] = await clinic.rows("select expires_at from point_lots where parent_id is not null")
        assert share.expires_at == ENDS + timedelta(days=paused)


async def test_a_pause_can_be_made_longer_or_shorter_up_to_a_year(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    async with clinic.at() as unit:
        await loyalty.enrol(unit, customer.id)
    for days in (99, 199, 49):
        await pause(clinic, customer, TODAY + timedelta(days=days), NOON + timedelta(days=1))
    assert await ends(clinic, customer, NOON + timedelta(days=1)) == (None, ENDS + timedelta(days=49))
    [timer] = await clinic.rows("select due_at from timers where kind = 'loyalty.pause'")
    assert timer.due_at == datetime(2026, 9, 5, tzinfo=BANGKOK)
    with pytest.raises(DomainError, match="pause_too_long"):
        await pause(clinic, customer, TODAY + timedelta(days=370), NOON + timedelta(days=20))
    with pytest.raises(DomainError, match="in_the_past"):
        await pause(clinic, customer, TODAY - timedelta(days=1))


async def test_a_pause_after_a_pause_is_another_one(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    async with clinic.at() as unit:
        await loyalty.enrol(unit, customer.id)
    await pause(clinic, customer, TODAY)
    await pause(clinic, customer, TODAY + timedelta(days=5), NOON + timedelta(days=5))  # its timer has not run
    assert await ends(clinic, customer, NOON + timedelta(days=5)) == (None, ENDS + timedelta(days=2))
    assert len(await clinic.rows("select 1 from loyalty_pauses")) == 2


async def test_only_doctors_pause(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    sales = Actor("sales", clinic.sales.person_id, clinic.sales.id)
    with pytest.raises(DomainError, match="not_your_role"):
        async with clinic.at(NOON, sales) as unit:
            await loyalty.pause(unit, customer.id, "illness", TODAY)
    with pytest.raises(DomainError, match="not_your_role"):
        async with clinic.at(NOON, sales) as unit:
            await loyalty.end_pause(unit, customer.id)


async def test_what_keeps_the_tier_is_told_to_the_satang(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    await clinic.change("update loyalty_tiers set keep_satang = enter_satang * 4 / 5")
    await buy_and_finish(clinic, customer, 20_000 * BAHT)
    async with clinic.at() as unit:  # the first purchase will be more than a year old at the review
        assert (await loyalty.card(unit, customer.id)).keep_missing_satang == 16_000 * BAHT
    late = NOON + timedelta(days=369)
    for satang, missing in ((3_600 * BAHT, 12_400 * BAHT), (12_400 * BAHT, 0)):
        await buy_and_finish(clinic, customer, satang, late)
        async with clinic.at(late) as unit:
            assert (await loyalty.card(unit, customer.id)).keep_missing_satang == missing


def test_time_in_a_pause_does_not_count_at_the_review() -> None:
    end = datetime(2027, 8, 1, tzinfo=BANGKOK)
    day = timedelta(days=1)
    inside = Pause(CUSTOMER, CUSTOMER, "other", end - 50 * day, end - 20 * day)
    before = Pause(CUSTOMER, CUSTOMER, "other", end - 400 * day, end - 390 * day)
    since = spend_since(end, BANGKOK)
    assert keep_since(end, [], BANGKOK) == since
    assert keep_since(end, [inside], BANGKOK) == since - 30 * day
    assert keep_since(end, [inside, before], BANGKOK) == since - 30 * day - 5 * day
