"""Coupons on the real database: taken, cancelled or ended once, and their points given back with their dates."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from domain.database.session import Engine
from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.rewards import service as rewards
from domain.rewards import store
from domain.rewards.model import CouponView, State
from domain.unit import Unit
from tests.domain.clinic_factory import overtaken
from tests.domain.reward_scenes import all_at_once, as_customer, as_staff, balance, codes, member, redeem, reward, use
from tests.domain.small_clinic import NOON, Person, SmallClinic, small_clinic


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine)


async def hold(clinic: SmallClinic, customer: Person, redemption_id: UUID, points: int) -> None:
    async with clinic.at() as unit:
        account = await loyalty.enrol(unit, customer.id)
        await loyalty.hold(unit, account, redemption_id, points, {"th": "มาส์ก", "en": "Mask"})


async def test_two_counters_take_a_coupon_once(clinic: SmallClinic) -> None:
    customer, mask = await member(clinic), await reward(clinic)
    coupon = await redeem(clinic, customer, mask)
    staff = [as_staff(clinic.sales), as_staff(clinic.manager, "manager"), as_staff(clinic.beautician, "beautician")]
    results = await all_at_once(*[use(clinic, coupon, by=person) for person in staff * 2])
    assert codes(results) == ["coupon_used"] * 5 + ["done"]
    assert (await balance(clinic, customer)).usable == 700


async def test_the_unique_use_stands_behind_the_lock(clinic: SmallClinic) -> None:
    customer, mask = await member(clinic), await reward(clinic)
    coupon = await redeem(clinic, customer, mask)
    async with clinic.at() as unit:
        assert await store.add_use(unit.db, clinic.id, coupon.id, user_id=clinic.sales.id, at=NOON)
        assert not await store.add_use(unit.db, clinic.id, coupon.id, user_id=clinic.manager.id, at=NOON)
    with pytest.raises(DomainError, match="coupon_used"):
        await use(clinic, coupon)
    assert (await balance(clinic, customer)).held == 300


async def test_using_and_cancelling_at_once(clinic: SmallClinic) -> None:
    """The customer gives the coupon up while staff take it: one of the two happens."""
    customer, mask = await member(clinic), await reward(clinic)
    coupon = await redeem(clinic, customer, mask)

    async def take(unit: Unit) -> CouponView:
        return await rewards.use(unit, coupon.id)

    async def give_up(unit: Unit) -> CouponView:
        return await rewards.cancel(unit, coupon.id)

    mine, theirs = as_customer(customer), as_staff(clinic.sales)
    won, late = await overtaken(clinic.engine, clinic.at(NOON, theirs), clinic.at(NOON, mine), take, give_up)
    assert won.state is State.USED
    assert isinstance(late, DomainError)
    assert late.code == "coupon_used"
    assert (await balance(clinic, customer)).usable == 700


async def test_a_coupon_cancelled_by_its_customer_gives_points_back_with_their_dates(clinic: SmallClinic) -> None:
    customer, mask = await member(clinic), await reward(clinic, valid_days=500)
    before = await balance(clinic, customer)
    coupon = await redeem(clinic, customer, mask)
    async with clinic.at(NOON, as_customer(customer)) as unit:
        assert (await rewards.cancel(unit, coupon.id)).state is State.CANCELLED
    assert await balance(clinic, customer) == before
    late = await redeem(clinic, customer, mask, 2)
    then = NOON + timedelta(days=400)  # the points' own date has passed
    async with clinic.at(then, as_customer(customer)) as unit:
        await rewards.cancel(unit, late.id)
    assert (await balance(clinic, customer, then)).usable == 0


async def test_points_set_aside_in_time_can_be_spent_after_their_date(clinic: SmallClinic) -> None:
    customer, mask = await member(clinic), await reward(clinic, valid_days=500)
    coupon = await redeem(clinic, customer, mask)
    then = NOON + timedelta(days=400)
    assert (await balance(clinic, customer, then)).held == 300
    await use(clinic, coupon, then)
    shown = await balance(clinic, customer, then)
    assert (shown.usable, shown.held) == (0, 0)


@pytest.mark.parametrize("used", [True, False])
async def test_a_coupon_taken_back_gives_points_for_thirty_days_at_least(clinic: SmallClinic, used: bool) -> None:
    customer, mask = await member(clinic), await reward(clinic, valid_days=500)
    coupon = await redeem(clinic, customer, mask)
    then = NOON + timedelta(days=400)
    if used:
        await use(clinic, coupon)
    async with clinic.at(then, as_staff(clinic.manager, "manager")) as unit:
        assert (await rewards.take_back(unit, coupon.id)).state is State.CANCELLED
    shown = await balance(clinic, customer, then)
    assert (shown.usable, shown.held, shown.expiring_at) == (300, 0, then + timedelta(days=30))
    with pytest.raises(DomainError, match="coupon_cancelled"):
        async with clinic.at(then, as_staff(clinic.manager, "manager")) as unit:
            await rewards.take_back(unit, coupon.id)
    with pytest.raises(DomainError, match="not_your_role"):
        async with clinic.at(then, as_staff(clinic.sales)) as unit:
            await rewards.take_back(unit, coupon.id)


async def test_points_taken_back_soon_keep_their_own_dates(clinic: SmallClinic) -> None:
    customer, mask = await member(clinic), await reward(clinic)
    before = await balance(clinic, customer)
    coupon = await redeem(clinic, customer, mask)
    await use(clinic, coupon)
    async with clinic.at(NOON, as_staff(clinic.manager, "manager")) as unit:
        await rewards.take_back(unit, coupon.id)
    assert await balance(clinic, customer) == before


@pytest.mark.parametrize(("refundable", "usable"), [(True, 1_000), (False, 700)])
async def test_a_coupon_ends_by_the_clock(clinic: SmallClinic, refundable: bool, usable: int) -> None:
    customer, mask = await member(clinic), await reward(clinic, refundable=refundable)
    coupon = await redeem(clinic, customer, mask)
    end = coupon.expires_at
    async with clinic.at(end - timedelta(seconds=1)) as unit:
        await rewards.expire(unit, coupon.id)  # too early: nothing happens
    for _ in range(2):
        with pytest.raises(DomainError, match="coupon_expired"):
            await use(clinic, coupon, end)
        async with clinic.at(end) as unit:
            await rewards.expire(unit, coupon.id)
    shown = await balance(clinic, customer, end)
    assert (shown.usable, shown.held) == (usable, 0)


async def test_what_cannot_be_given_back_cannot_be_cancelled(clinic: SmallClinic) -> None:
    customer, mask = await member(clinic), await reward(clinic, refundable=False)
    coupon = await redeem(clinic, customer, mask)
    with pytest.raises(DomainError, match="coupon_final"):
        async with clinic.at(NOON, as_customer(customer)) as unit:
            await rewards.cancel(unit, coupon.id)


async def test_a_coupon_is_nobody_elses(clinic: SmallClinic) -> None:
    customer, other, mask = await member(clinic), await member(clinic), await reward(clinic)
    coupon = await redeem(clinic, customer, mask)
    for act in (rewards.coupon, rewards.cancel, rewards.counter_code):
        with pytest.raises(DomainError, match="no_such_coupon"):
            async with clinic.at(NOON, as_customer(other)) as unit:
                await act(unit, coupon.id)
    own = replace(as_staff(clinic.manager, "manager"), customer_id=customer.id)
    own_acts: tuple[Callable[[Unit, UUID], Awaitable[Any]], ...] = (rewards.use, rewards.take_back)
    for handle in own_acts:
        with pytest.raises(DomainError, match="own_coupon"):
            async with clinic.at(NOON, own) as unit:
                await handle(unit, coupon.id)


async def test_a_reward_of_one_branch_is_taken_there(clinic: SmallClinic) -> None:
    for code in ("ARI", "NIM"):
        await clinic.change(
            "insert into branches (clinic_id, code, name_th, name_en) values (:clinic, :code, :code, :code)",
            clinic=clinic.id,
            code=code,
        )
    at = "update users set branch_id = (select id from branches where code = :code) where id = :id"
    await clinic.change(at, code="NIM", id=clinic.sales.id)
    await clinic.change(at, code="ARI", id=clinic.beautician.id)
    customer, mask = await member(clinic), await reward(clinic, branches=["ARI"])
    coupon = await redeem(clinic, customer, mask)
    with pytest.raises(DomainError, match="coupon_wrong_branch") as refused:
        await use(clinic, coupon)
    assert refused.value.facts["branches"] == [{"th": "ARI", "en": "ARI"}]
    used = await use(clinic, coupon, by=as_staff(clinic.beautician, "beautician"))
    assert used.branch == {"th": "ARI", "en": "ARI"}


async def test_a_cancelled_redemption_counts_no_more(clinic: SmallClinic) -> None:
    """Stock and limit are open again; a used one keeps its place until the next period."""
    customer, mask = await member(clinic), await reward(clinic, stock=1, stock_period="month", person_limit=1)
    coupon = await redeem(clinic, customer, mask)
    async with clinic.at(NOON, as_customer(customer)) as unit:
        assert [offer.blocked.code for offer in await rewards.offers(unit) if offer.blocked] == ["reward_gone"]
        await rewards.cancel(unit, coupon.id)
        assert [offer.blocked for offer in await rewards.offers(unit)] == [None]
    await use(clinic, await redeem(clinic, customer, mask, 2))
    other = await member(clinic, now=NOON)
    with pytest.raises(DomainError, match="reward_gone"):
        await redeem(clinic, other, mask)
    await redeem(clinic, other, mask, now=NOON + timedelta(days=20))  # August
    with pytest.raises(DomainError, match="reward_limit"):
        await redeem(clinic, customer, mask, 3, NOON + timedelta(days=50))  # September


async def test_a_key_of_the_books_stands_for_one_deed(clinic: SmallClinic) -> None:
    customer = await member(clinic)
    redemption = UUID(int=5)
    for _ in range(2):
        await hold(clinic, customer, redemption, 300)
    with pytest.raises(DomainError, match="key_conflict"):
        await hold(clinic, customer, redemption, 301)
    for _ in range(2):
        async with clinic.at() as unit:
            await loyalty.redeem(unit, await loyalty.enrol(unit, customer.id), redemption)
    for _ in range(2):
        async with clinic.at() as unit:
            await loyalty.restore(unit, await loyalty.enrol(unit, customer.id), redemption, by_clinic=False)
    with pytest.raises(DomainError, match="key_conflict"):
        async with clinic.at() as unit:
            await loyalty.restore(unit, await loyalty.enrol(unit, customer.id), redemption, by_clinic=True)
    assert (await balance(clinic, customer)).usable == 1_000


async def test_who_owes_points_redeems_nothing(clinic: SmallClinic) -> None:
    customer = await member(clinic)
    await clinic.change("update loyalty_profiles set debt_points = 5 where customer_id = :c", c=customer.id)
    with pytest.raises(DomainError, match="points_owed"):
        await hold(clinic, customer, UUID(int=5), 10)


async def test_no_lot_holds_more_than_it_has(clinic: SmallClinic) -> None:
    await member(clinic)
    with pytest.raises(IntegrityError, match="ck_point_lots_held"):
        await clinic.change("update point_lots set held = remaining + 1")


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_sequence_the_books_say_what_the_cache_says(clinic: SmallClinic, seed: int) -> None:
    """Redeeming, using, giving back, taking back, pausing and waiting, in any order."""
    dice, now = random.Random(seed), NOON  # noqa: S311 - reproducible, not secret
    customer = await member(clinic, 2_000)
    mask, number, coupons = await reward(clinic, valid_days=200), 1, list[CouponView]()
    manager, mine = as_staff(clinic.manager, "manager"), as_customer(customer)
    for step in range(40):
        chosen = dice.choice(coupons) if coupons else None
        try:
            match dice.choice(("redeem", "redeem", "use", "cancel", "back", "expire", "award", "wait", "pause", "end")):
                case "redeem":
                    coupons.append(await redeem(clinic, customer, mask, number, now))
                    number += 1
                case "use" if chosen:
                    await use(clinic, chosen, now)
                case "cancel" if chosen:
                    async with clinic.at(now, mine) as unit:
                        await rewards.cancel(unit, chosen.id)
                case "back" if chosen:
                    async with clinic.at(now, manager) as unit:
                        await rewards.take_back(unit, chosen.id)
                case "expire" if chosen:
                    async with clinic.at(now) as unit:
                        await rewards.expire(unit, chosen.id)
                case "award":
                    async with clinic.at(now) as unit:
                        await loyalty.award(unit, customer.id, dice.randint(1, 600), f"adj:{step}", "kindness")
                case "pause":
                    async with clinic.at(now) as unit:
                        until = now.date() + timedelta(days=dice.randint(1, 200))
                        await loyalty.pause(unit, customer.id, "illness", until)
                case "end":
                    async with clinic.at(now) as unit:
                        await loyalty.end_pause(unit, customer.id)
                case "wait":
                    now += timedelta(days=dice.randint(0, 90), hours=dice.randint(0, 23))
        except DomainError:
            pass  # refused: nothing has changed, which is what is checked
        shown = await balance(clinic, customer, now)
        async with clinic.at(now) as unit:
            parts = await loyalty.expiry_schedule(unit, customer.id)
        assert sum(part.points for part in parts) == shown.usable
