"""Rewards on the real database: redeemed once, of points that are there, whoever else acts in the same moment."""

from __future__ import annotations

import pytest

from domain.database.session import Engine
from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.rewards.model import State
from tests.domain.reward_scenes import all_at_once, balance, codes, member, redeem, reward, use
from tests.domain.small_clinic import NOON, SmallClinic, small_clinic


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine)


async def test_points_are_set_aside_then_spent(clinic: SmallClinic) -> None:
    customer, mask = await member(clinic), await reward(clinic)
    coupon = await redeem(clinic, customer, mask)
    shown = await balance(clinic, customer)
    assert (coupon.state, shown.usable, shown.held) == (State.ISSUED, 700, 300)
    used = await use(clinic, coupon)
    shown = await balance(clinic, customer)
    assert (used.state, used.used_by, used.used_at, shown.usable, shown.held) == (State.USED, "sales", NOON, 700, 0)
    [told] = await clinic.rows("select notice_kind from outbox")
    assert told.notice_kind == "coupon.used"
    assert await clinic.rows("select 1 from timers where kind = 'coupon.expire'") == []
    async with clinic.at() as unit:
        history = await loyalty.history(unit, customer.id)
    assert {row.kind: row.points for row in history if row.reason == "reward"} == {"hold": 0, "redeem": -300}
    assert all(row.facts["name"]["en"] == "Mask" for row in history if row.reason == "reward")


async def test_a_press_counts_once_and_an_overtaken_one_not_at_all(clinic: SmallClinic) -> None:
    customer, mask = await member(clinic), await reward(clinic)
    other = await reward(clinic, code="ROTHER")
    presses = [redeem(clinic, customer, mask) for _ in range(5)] + [redeem(clinic, customer, other)]
    results = await all_at_once(*presses)
    assert codes(results).count("done") == 1
    assert set(codes(results)) <= {"done", "already_redeemed", "outdated"}
    assert (await balance(clinic, customer)).held == 300
    assert len(await clinic.rows("select 1 from customer_coupons")) == 1


async def test_the_last_one_goes_to_one_of_many(clinic: SmallClinic) -> None:
    customers = [await member(clinic) for _ in range(5)]
    mask = await reward(clinic, stock=1)
    results = await all_at_once(*[redeem(clinic, customer, mask) for customer in customers])
    assert codes(results) == ["done"] + ["reward_gone"] * 4


async def test_points_are_enough_only_once(clinic: SmallClinic) -> None:
    """The second redemption looks at what the first has left."""
    customer, mask = await member(clinic, 300), await reward(clinic)
    await redeem(clinic, customer, mask)
    with pytest.raises(DomainError, match="not_enough_points"):
        await redeem(clinic, customer, mask, 2)
    assert (await balance(clinic, customer)).usable == 100
