"""What is read from the points ledger, who may read and change it, and books equal to the cache."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.achievements import service as achievements
from domain.database.session import Engine
from domain.loyalty import service as loyalty
from tests.domain.loyalty_scenes import assert_books_agree, buy_and_finish, finish, pay
from tests.domain.small_clinic import NOON, SmallClinic, small_clinic


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine)


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
