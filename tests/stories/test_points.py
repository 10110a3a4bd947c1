"""The points card and what lies behind it: the tier and what keeps it, when points end, and a doctor's pause."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.loyalty import service as loyalty
from tests.stories.scenes import accepts, joins_team, new_member, sets_time, takes_payment, treats
from tests.stories.world import Time, World

CASES = [("line", "th"), ("telegram", "en")]


@pytest.mark.parametrize(("channel", "language"), CASES)
async def test_four_numbers_the_tier_and_the_dates(world: World, channel: str, language: str) -> None:
    """Usable, pending and for which treatment, next to expire, owed; the dates add up to what is usable."""
    jay = await joins_team(world, "sales", "คุณเจ")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, jay, "Nat", channel, language)
    await takes_payment(jay, nat)
    facial = nat.words.pick({"th": "ทรีตเมนต์เติมน้ำผิว", "en": "Hydrating facial"})
    pending = nat.t("{count}, usable after: {treatments}", count=51, treatments=facial)
    await nat.says("/points")
    await nat.sees((f"{nat.t('Usable points')}: 100", f"{nat.t('Pending')}: {pending}"))
    await sets_time(jay, mint)
    await accepts(mint)
    await treats(mint, nat)
    await nat.taps("Expiry")
    (dates,) = await nat.reads()
    assert f"{nat.t('Together')}: 251" in dates
    await nat.says("/points")
    await nat.sees(f"{nat.t('Usable points')}: 251")
    await nat.taps("Tier")
    silver = nat.words.pick({"th": "ซิลเวอร์", "en": "Silver"})
    await nat.sees(("Your tier", nat.t("{amount} more to {tier}", amount=nat.words.money(1_871_000), tier=silver)))


async def test_gold_and_what_keeps_it(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, jay, "Nat", "line", "th")
    await world.truth("update loyalty_tiers set enter_satang = 100000, keep_satang = 80000 where code = 'gold'")
    await takes_payment(jay, nat)
    await sets_time(jay, mint)
    await accepts(mint)
    await treats(mint, nat)
    until = await world.one_truth("select tier_valid_until from loyalty_profiles")
    await nat.taps("Tier")
    day = nat.words.date(until - timedelta(microseconds=1))
    await nat.sees(f"การรักษาระดับ: โกลด์ ถึง {day} อีก 800 บาท เพื่อรักษาระดับ")


@pytest.mark.parametrize(("channel", "language"), CASES)
async def test_a_doctor_pauses_the_clock(world: World, time: Time, channel: str, language: str) -> None:
    """From a task's card: reason and months, changed dates for the customer without a reason, and an early end."""
    jay = await joins_team(world, "sales", "คุณเจ")
    dee = await joins_team(world, "doctor", "พญ.สาธิต ใจดี", channel, language)
    nat = await new_member(world, jay, "Nat", "telegram", "en")
    await world.truth("update treatments set roles = '{doctor}' where code = 'FAC-HYD'")
    await takes_payment(jay, nat)
    await sets_time(jay, dee)
    await accepts(dee)
    before = await world.one_truth("select expires_at from point_lots where source = 'welcome'")
    await dee.taps("Pause loyalty clock")
    await dee.sees(dee.t("{name}'s loyalty clock", name="Nat"))
    await dee.taps("Pause the clock")
    await dee.sees(dee.t("Why is {name}'s clock to be paused? Only doctors see this.", name="Nat"))
    await dee.taps("Pregnancy")
    await dee.sees("For how long?")
    await dee.says(dee.words.n("{count} month", "{count} months", 3))
    await dee.sees((dee.t("Pause {name}'s loyalty clock?", name="Nat"), dee.t("Pregnancy")))
    await dee.taps("Confirm")
    await dee.sees((dee.t("The clock is paused. {name} sees it on the points card.", name="Nat"), dee.t("Pregnancy")))
    await nat.says("/points")
    (card,) = await nat.reads()
    assert "neither tier nor points run out" in card
    assert "regnan" not in card
    after = await world.one_truth("select expires_at from point_lots where source = 'welcome'")
    assert timedelta(days=88) < after - before < timedelta(days=94)
    await time.moves_to_tomorrow("11:00")
    await dee.taps("End the pause")
    await dee.sees(dee.t("Let {name}'s clock run again?", name="Nat"))
    await dee.taps("Confirm")
    await dee.sees("The clock runs again from tomorrow.")
    ended = await world.one_truth("select expires_at from point_lots where source = 'welcome'")
    assert ended - before == timedelta(days=2)
    await nat.says("/history")
    await nat.sees("dates moved by")


async def test_a_pause_ends_by_itself(world: World, time: Time) -> None:
    """The demo's Mei is paused from the start, before she has joined; at its end her clock runs on."""
    customer = await world.one_truth("select id from customers where name = 'เมย์'")
    async with world.unit() as unit:
        assert await loyalty.pause_of(unit, customer) is not None
    await time.moves_to(await time.now() + timedelta(days=185))
    async with world.unit() as unit:
        assert await loyalty.pause_of(unit, customer) is None
    assert await world.one_truth("select count(*) from loyalty_pauses where ended_at is null") == 0
