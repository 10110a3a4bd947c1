"""The points ledger on the real database: once under any key, nothing lost in races, books equal to the cache."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.achievements import service as achievements
from domain.database.session import Engine
from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.loyalty.model import Balance
from domain.loyalty.tiers import spend_since
from domain.unit import Unit
from tests.domain.small_clinic import BANGKOK, NOON, Person, SmallClinic, small_clinic

BAHT = 100


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine)


async def pay(clinic: SmallClinic, customer: Person, journey: UUID, satang: int, before: int = 0) -> dict[str, Any]:
    """What `earn_for_payment` is asked after this payment."""
    return {
        "payment_id": await clinic.payment(customer, journey, satang),
        "journey_id": journey,
        "customer_id": customer.id,
        "amount_satang": satang,
        "paid_before_satang": before,
    }


async def finish(unit: Unit, customer: Person, journey: UUID, completion: UUID | None = None) -> int:
    return await loyalty.activate_for_completion(
        unit, journey_id=journey, customer_id=customer.id, completion_id=completion or uuid4()
    )


async def buy_and_finish(clinic: SmallClinic, customer: Person, satang: int, now: datetime = NOON) -> UUID:
    """A paid and completed journey, the tier recomputed."""
    journey = await clinic.journey(customer)
    asked = await pay(clinic, customer, journey, satang)
    async with clinic.at(now) as unit:
        await loyalty.earn_for_payment(unit, **asked)
        await finish(unit, customer, journey)
        await loyalty.recompute_tier(unit, customer.id)
    return journey


async def cached(clinic: SmallClinic, customer: Person) -> tuple[int, int, int]:
    [row] = await clinic.rows(
        "select pending_points, active_points, debt_points from loyalty_profiles where customer_id = :c", c=customer.id
    )
    return row.pending_points, row.active_points, row.debt_points


async def assert_books_agree(clinic: SmallClinic, customer: Person, now: datetime = NOON) -> Balance:
    """Replay = lots = cache, and the signed rows sum up to what is there."""
    async with clinic.at(now) as unit:
        account = await loyalty.enrol(unit, customer.id)
        shown = await loyalty.balance(unit, customer.id)
        assert await loyalty.replay(unit, account) == shown
    pending, active, debt = await cached(clinic, customer)
    assert (shown.pending, shown.debt) == (pending, debt)
    [row] = await clinic.rows("select sum(points) as total from point_transactions where account_id = :a", a=account.id)
    assert row.total == pending + active - debt
    return shown


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


async def test_who_has_not_joined_sees_the_lowest_tier_and_no_points(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    async with clinic.at() as unit:
        card = await loyalty.card(unit, customer.id)
        assert (card.tier.code, card.balance.usable, card.fraction) == ("bronze", 0, 0.0)
        assert await loyalty.history(unit, customer.id) == []


async def test_history_tells_newest_first_what_points_were_about(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    async with clinic.at(NOON - timedelta(days=1)) as unit:
        await loyalty.enrol(unit, customer.id)
    journey = await clinic.journey(customer)
    asked = await pay(clinic, customer, journey, 129_000)
    async with clinic.at() as unit:
        await loyalty.earn_for_payment(unit, **asked)
    async with clinic.at(NOON + timedelta(hours=2)) as unit:
        await finish(unit, customer, journey)
        rows = await loyalty.history(unit, customer.id)
        assert await loyalty.history(unit, customer.id, limit=1, offset=2) == rows[2:]
    assert [(row.kind, row.points, row.reason) for row in rows] == [
        ("activate", 0, "treatment"),
        ("earn", 51, "payment"),
        ("earn", 100, "welcome"),
    ]
    assert rows[0].facts["points"] == 51
    assert rows[0].facts["treatment"] == {"th": "ทรีตเมนต์เติมน้ำผิว", "en": "Hydrating facial"}
    assert "treatment" not in rows[2].facts


async def test_the_books_cannot_be_changed_by_the_program(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    async with clinic.at() as unit:
        await loyalty.enrol(unit, customer.id)
    for statement in ("update point_transactions set points = 0", "delete from point_allocations"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await clinic.change(statement)


async def test_a_clinic_sees_no_points_of_another(clinic: SmallClinic, engine: Engine) -> None:
    other = await small_clinic(engine)
    customer = await clinic.customer()
    await buy_and_finish(clinic, customer, 129_000)
    async with other.at() as unit:
        assert (await loyalty.balance(unit, customer.id)).usable == 0
        assert (await unit.db.execute(text("select count(*) from point_lots"))).scalar_one() == 0


async def test_a_badge_is_given_once_however_often_it_is_looked_at(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    async with clinic.at() as unit:
        assert await achievements.check(unit, customer.id) == []
    journey = await clinic.journey(customer)
    await clinic.change(
        "insert into workflow_actions (clinic_id, journey_id, action, from_stage, to_stage, version, actor_role, at)"
        " values (:clinic, :journey, 'complete', 'treatment_started', 'treatment_completed', 6, 'beautician', :now)",
        clinic=clinic.id,
        journey=journey,
        now=NOON,
    )

    async def check() -> list[str]:
        async with clinic.at() as unit:
            return [award.code for award in await achievements.check(unit, customer.id)]

    assert sorted(await asyncio.gather(*[check() for _ in range(5)])) == [[], [], [], [], ["FIRST"]]
    assert (await assert_books_agree(clinic, customer)).usable == 200


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_sequence_the_books_say_what_the_cache_says(clinic: SmallClinic, seed: int) -> None:
    dice, now = random.Random(seed), NOON  # noqa: S311 - reproducible, not secret
    customer = await clinic.customer()
    journeys = [await clinic.journey(customer) for _ in range(3)]
    paid = dict.fromkeys(journeys, 0)
    for step in range(30):
        journey = dice.choice(journeys)
        match dice.choice(("pay", "pay", "finish", "award", "wait")):
            case "pay":
                satang = dice.randint(1, 600_000)
                asked = await pay(clinic, customer, journey, satang, paid[journey])
                paid[journey] += satang
                async with clinic.at(now) as unit:
                    await loyalty.earn_for_payment(unit, **asked)
            case "finish":
                async with clinic.at(now) as unit:
                    await finish(unit, customer, journey)
                    await loyalty.recompute_tier(unit, customer.id)
            case "award":
                async with clinic.at(now) as unit:
                    await loyalty.award(unit, customer.id, dice.randint(1, 300), f"adj:{step}", "kindness")
            case _:
                now += timedelta(days=dice.randint(0, 200))
    shown = await assert_books_agree(clinic, customer, now)
    assert shown.usable >= 0
