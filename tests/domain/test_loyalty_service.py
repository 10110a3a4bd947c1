"""The points ledger on the real database: once under any key, nothing lost in races, and the tier that follows."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.database.session import Engine
from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.loyalty.tiers import spend_since
from tests.domain.loyalty_scenes import BAHT, assert_books_agree, buy_and_finish, cached, finish, pay
from tests.domain.small_clinic import BANGKOK, NOON, SmallClinic, small_clinic


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine)


async def test_welcome_points_come_once_to_ten_enrolments_at_once(clinic: SmallClinic) -> None:
    customer = await clinic.customer()

    async def enrol() -> UUID:
        async with clinic.at() as unit:
            return (await loyalty.enrol(unit, customer.id)).id

    assert len(set(await asyncio.gather(*[enrol() for _ in range(10)]))) == 1
    assert (await assert_books_agree(clinic, customer)).usable == 100
    facts = await clinic.rows("select 1 from workflow_events where kind = 'member_enrolled'")
    assert len(facts) == 1


async def test_points_wait_for_the_treatment_and_then_exactly_they_become_usable(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey, other = await clinic.journey(customer), await clinic.journey(customer)
    asked, elsewhere = await pay(clinic, customer, journey, 899_000), await pay(clinic, customer, other, 129_000)
    async with clinic.at() as unit:
        assert await loyalty.earn_for_payment(unit, **asked) == 359
        assert await loyalty.earn_for_payment(unit, **elsewhere) == 51
        assert (await loyalty.balance(unit, customer.id)).usable == 100
    async with clinic.at(NOON + timedelta(days=3)) as unit:
        assert await finish(unit, customer, journey) == 359
        shown = await loyalty.balance(unit, customer.id)
    assert (shown.usable, shown.pending, shown.expiring_at) == (459, 51, datetime(2027, 8, 1, tzinfo=BANGKOK))
    await assert_books_agree(clinic, customer, NOON + timedelta(days=3))


async def test_the_same_key_answers_the_same_and_another_request_under_it_is_refused(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey, completion = await clinic.journey(customer), uuid4()
    asked = await pay(clinic, customer, journey, 129_000)
    for _ in range(2):
        async with clinic.at() as unit:
            assert await loyalty.earn_for_payment(unit, **asked) == 51
    for _ in range(2):
        async with clinic.at() as unit:
            assert await finish(unit, customer, journey, completion) == 51
            assert await loyalty.award(unit, customer.id, 7, "adj:1", "kindness", by="us") == 7
    with pytest.raises(DomainError, match="key_conflict"):
        async with clinic.at() as unit:
            await loyalty.earn_for_payment(unit, **{**asked, "amount_satang": 130_000})
    with pytest.raises(DomainError, match="key_conflict"):
        async with clinic.at() as unit:
            await loyalty.award(unit, customer.id, 8, "adj:1", "kindness", by="us")
    assert (await assert_books_agree(clinic, customer)).usable == 100 + 51 + 7


async def test_earnings_at_the_same_moment_all_count(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await clinic.journey(customer)
    payments = [await pay(clinic, customer, journey, 129_000, n * 129_000) for n in range(6)]

    async def earn(asked: dict[str, Any]) -> int:
        async with clinic.at() as unit:
            return await loyalty.earn_for_payment(unit, **asked)

    # Each is asked twice, all at once: parts never drift, so six parts earn what one payment would.
    earned = await asyncio.gather(*[earn(asked) for asked in payments * 2])
    assert sum(earned) == 2 * (6 * 129_000 // 2_500)
    assert (await assert_books_agree(clinic, customer)).pending == 6 * 129_000 // 2_500


async def test_what_is_owed_is_repaid_first(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    async with clinic.at() as unit:
        account = await loyalty.enrol(unit, customer.id)
    await clinic.change(
        "insert into point_transactions (clinic_id, account_id, kind, points, key, body_hash, reason, facts, at)"
        " values (:clinic, :account, 'clawback', -60, 'claw:1', '', 'refund', '{}', :now)",
        clinic=clinic.id,
        account=account.id,
        now=NOON,
    )
    await clinic.change("update loyalty_profiles set debt_points = 60 where id = :a", a=account.id)
    await buy_and_finish(clinic, customer, 129_000)
    assert (await cached(clinic, customer))[2] == 9
    async with clinic.at() as unit:
        await loyalty.award(unit, customer.id, 20, "adj:2", "kindness")
    shown = await assert_books_agree(clinic, customer)
    assert (shown.usable, shown.debt) == (100 + 20 - 9, 0)


async def test_the_tier_goes_up_on_completed_spend_alone_and_its_factor_counts_from_the_next_payment(
    clinic: SmallClinic,
) -> None:
    customer = await clinic.customer()
    await buy_and_finish(clinic, customer, 19_999 * BAHT)
    journey = await clinic.journey(customer)
    asked = await pay(clinic, customer, journey, 1 * BAHT)
    async with clinic.at() as unit:
        await loyalty.earn_for_payment(unit, **asked)
        await loyalty.award(unit, customer.id, 100_000, "adj:3", "kindness")
        assert await loyalty.recompute_tier(unit, customer.id) is None  # paid, but not treated; awards never count
        before = await loyalty.card(unit, customer.id)
        await finish(unit, customer, journey)
        change = await loyalty.recompute_tier(unit, customer.id)
        card = await loyalty.card(unit, customer.id)
    assert (before.tier.code, before.missing_satang, before.valid_until) == ("bronze", 1 * BAHT, None)
    assert change is not None
    assert (change.before.code, change.after.code) == ("bronze", "silver")
    assert (card.tier.code, card.multiplier, card.missing_satang) == ("silver", Decimal("1.1"), 30_000 * BAHT)
    assert card.valid_until == change.valid_until == datetime(2027, 8, 1, tzinfo=BANGKOK)
    assert card.next_tier is not None
    assert (card.next_tier.code, card.fraction) == ("gold", 0.4)
    more = await pay(clinic, customer, await clinic.journey(customer), 899_000)
    async with clinic.at() as unit:
        assert await loyalty.earn_for_payment(unit, **more) == 395


async def test_spend_of_more_than_a_year_ago_is_forgotten(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    await buy_and_finish(clinic, customer, 15_000 * BAHT)
    await buy_and_finish(clinic, customer, 15_000 * BAHT, NOON + timedelta(days=366))
    async with clinic.at(NOON + timedelta(days=366)) as unit:
        assert (await loyalty.card(unit, customer.id)).tier.code == "bronze"
    await buy_and_finish(clinic, customer, 6_000 * BAHT, NOON + timedelta(days=367))
    async with clinic.at(NOON + timedelta(days=367)) as unit:
        assert (await loyalty.card(unit, customer.id)).tier.code == "silver"


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (NOON, NOON.replace(year=2025)),
        (datetime(2028, 2, 29, 1, tzinfo=BANGKOK), datetime(2027, 2, 28, 1, tzinfo=BANGKOK)),
    ],
)
def test_the_rolling_year_begins_at_the_same_time_a_year_ago(now: datetime, since: datetime) -> None:
    assert spend_since(now, BANGKOK) == since
