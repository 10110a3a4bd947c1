"""Rewards and coupons through the phones: seeing, redeeming, showing at the counter, taking, giving back."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from tests.stories.forgery import data_of, post, press
from tests.stories.rewarding import CODE, MASK, SUNSCREEN, balance, member, opens_reward, redeems
from tests.stories.scenes import joins_team
from tests.stories.world import Time, World

CASES = [("line", "th"), ("telegram", "en")]


@pytest.mark.parametrize(("channel", "language"), CASES)
async def test_redeeming_and_using_at_the_counter(world: World, channel: str, language: str) -> None:
    """Points before and after, the coupon, its code typed at the counter, and the customer hears of it."""
    jay = await joins_team(world, "sales", "คุณเจ", "telegram" if channel == "line" else "line", language)
    nat = await member(world, jay, channel, language, 1_000)
    await nat.says("/rewards")
    (listed,) = await nat.reads()
    first, second = listed.index(MASK[language]), listed.index(SUNSCREEN[language])
    assert first < second  # what can be had now comes first
    assert "✅" in listed[first:second]
    assert nat.t("{count} points missing", count="500") in listed
    assert nat.t("from tier {tier}", tier="โกลด์" if language == "th" else "Gold") in listed
    await nat.taps(MASK[language])
    await nat.sees((MASK[language], f"{nat.t('You have')}: 1,100", f"{nat.t('Then you have')}: 200"))
    await nat.taps("Redeem")
    await nat.sees((nat.t("Redeem {reward}?", reward=MASK[language]), "200"))
    await nat.taps("Confirm")
    (text,) = await nat.reads()
    code = CODE.search(text)
    assert code
    assert nat.words.n("{count} day left", "{count} days left", 30) in text
    assert await balance(world) == (1_100, 900)

    await jay.says(code[0].replace("-", " ").lower())
    await jay.sees((MASK[language], "Nat", jay.t("Not used yet")))
    await jay.taps("Use coupon")
    await jay.sees("Take this coupon?")
    await jay.taps("Confirm")
    await jay.sees(jay.t("Used ✅ Please give {name} the reward.", name="Nat"))
    await nat.sees((code[0], MASK[language]))
    assert await balance(world) == (200, 0)

    await jay.says(code[0])
    used = jay.t("This coupon was used already: taken by {by}, {when}.", by="คุณเจ", when="|").split("|")[0]
    await jay.sees((used, MASK[language]))
    await nat.says("/coupons")
    await nat.sees("You have no coupons. See what your points can get:")
    await nat.says("/history")
    await nat.sees((f"{nat.t('Reward')}, {MASK[language]}", "−900"))


@pytest.mark.parametrize(("channel", "language"), CASES)
async def test_the_picture_works_for_a_minute(world: World, time: Time, channel: str, language: str) -> None:
    """Scanned with the phone's camera in time, it opens the coupon; later it asks for a new one."""
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", channel, language)
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")
    nat = await member(world, jay, channel, language, 1_000)
    await redeems(nat, MASK)
    await nat.taps("Show at the counter")
    await nat.sees("LINE", "Telegram")
    assert (await nat.picture("Telegram")).startswith(b"\x89PNG")
    old = await payload(world)
    await mint.opens(await world.link(channel, old))
    scanned = (await mint.reads())[-1]  # on LINE the link adds the account first, which is greeted
    assert MASK[language] in scanned
    assert "Nat" in scanned
    await time.moves_to(await time.now() + timedelta(seconds=62))
    await mint.opens(await world.link(channel, old))
    await mint.sees("This picture is more than a minute old. Let the customer press New code, and scan again.")
    await nat.taps("New code")
    await nat.sees("LINE", "Telegram")
    new = await payload(world)
    assert new[:11] == old[:11]
    assert new != old
    await nat.opens(await world.link(channel, new))
    assert (await nat.reads())[-1] == nat.t("This picture is for our staff at the counter. Please show it to them.")
    await mint.opens(await world.link(channel, new))
    await mint.sees((MASK[language], "Nat"))


async def payload(world: World) -> str:
    """What the newest picture for the counter holds."""
    rows = await world.truth(
        "select content -> 'card' -> 'picture' -> 'facts' ->> 'url' as url from outbox"
        " where content -> 'card' -> 'picture' ->> 'noun' = 'coupon' order by seq desc limit 1"
    )
    return str(re.split(r"start(?:=|%20)", rows[0]["url"])[1])


@pytest.mark.parametrize(("channel", "language"), CASES)
async def test_giving_a_coupon_up(world: World, channel: str, language: str) -> None:
    """The points are usable again, and the coupon is no good any more."""
    jay = await joins_team(world, "sales", "คุณเจ", "line", language)
    nat = await member(world, jay, channel, language, 1_000)
    code = await redeems(nat, MASK)
    await nat.taps("Cancel coupon")
    await nat.sees(("Cancel this coupon?", "900"))
    await nat.taps("Confirm")
    await nat.sees(nat.t("The coupon for {reward} is cancelled. Its points are back.", reward=MASK[language]))
    assert await balance(world) == (1_100, 0)
    await jay.says(code)
    await jay.sees("Cancelled, points given back")
    assert jay.t("Use coupon") not in await jay.labels()


async def test_a_coupon_that_ends_unused_gives_its_points_back(world: World, time: Time) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", "line", "en")
    nat = await member(world, jay, "telegram", "en", 1_000)
    code = await redeems(nat, MASK)
    await time.moves_to(await time.now() + timedelta(days=32))
    assert await world.one_truth("select state from loyalty_redemptions") == "expired"
    assert await balance(world) == (1_100, 0)
    await jay.says(code)
    await jay.sees(("This coupon could be used until", "Ended unused"))
    await nat.says("/coupons")
    await nat.sees("You have no coupons. See what your points can get:")


async def test_refusals_at_the_counter(world: World) -> None:
    """Mistyped, and another clinic's; and a code is one whatever form is open."""
    jay = await joins_team(world, "sales", "คุณเจ", "line", "en")
    nat = await member(world, jay, "telegram", "en", 2_000)
    code = await redeems(nat, MASK)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    await jay.says(wrong)
    await jay.sees("We cannot find this coupon. Please check the code, or scan it again.")
    await world.opens("BUA")
    keng = await joins_team(world, "sales", "คุณเก่ง", "telegram", "en", "BUA")
    await keng.says(code)
    await keng.sees("This coupon is from another clinic. It can only be used there.")
    await world.truth(
        "update customers set person_id = (select person_id from users where name = 'คุณพลอย') where false"
    )
    fon = await joins_team(world, "sales", "คุณฝน", "telegram", "en")
    await fon.says("/lead")
    await fon.sees("What is the customer's name?")
    await fon.says(code)  # a coupon is one whatever form is open, and the form goes on
    await fon.sees("Coupon", "What is the customer's name?")


async def test_a_manager_takes_a_use_back(world: World) -> None:
    """The customer has the points again and is told; the coupon stays ended."""
    jay = await joins_team(world, "sales", "คุณเจ", "line", "en")
    ploy = await joins_team(world, "manager", "คุณพลอย", "telegram", "th")
    nat = await member(world, jay, "telegram", "en", 1_000)
    code = await redeems(nat, MASK)
    await jay.says(code)
    await jay.sees("Coupon")
    assert jay.t("Take back") not in await jay.labels()
    await jay.taps("Use coupon")
    await jay.sees("Take this coupon?")
    await jay.taps("Confirm")
    await jay.sees("Used ✅")
    await nat.sees("used")
    await ploy.says(code)
    await ploy.sees("ใช้แล้ว")
    await ploy.taps("Take back")
    await ploy.sees("Take this coupon back?")
    await ploy.taps("Confirm")
    await ploy.sees(ploy.t("Taken back. {name} has been told.", name="Nat"))
    await nat.sees("Its points are yours again.")
    assert await balance(world) == (1_100, 0)


async def test_a_second_press_redeems_nothing_more(world: World) -> None:
    """Twice from one finger, then again with an old button: one coupon."""
    jay = await joins_team(world, "sales", "คุณเจ", "line", "en")
    nat = await member(world, jay, "telegram", "en", 5_000)
    await opens_reward(nat, SUNSCREEN)
    await nat.taps("Redeem")
    await nat.sees("Redeem Sunscreen 30 g?")
    data = await data_of(nat, "Confirm")
    await asyncio.gather(*(post(world, press(world, nat, data)) for _ in range(3)))
    await world.settles()
    heard = await nat.reads()
    assert sorted("Redeemed ✅" in text for text in heard) == [False, False, True]
    assert sum("You have redeemed this already" in text for text in heard) == 2
    assert await world.one_truth("select count(*) from customer_coupons") == 1
    assert await balance(world) == (5_100, 1_600)


async def test_two_counters_at_once_take_a_coupon_once(world: World) -> None:
    """On both channels at the same moment: one gives the reward, the other learns who did."""
    jay = await joins_team(world, "sales", "คุณเจ", "line", "en")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "telegram", "en")
    nat = await member(world, jay, "telegram", "en", 1_000)
    code = await redeems(nat, MASK)
    for person in (jay, mint):
        await person.says(code)
        await person.sees("Coupon")
        await person.taps("Use coupon")
        await person.sees("Take this coupon?")
    presses = [press(world, person, await data_of(person, "Confirm")) for person in (jay, mint)]
    await asyncio.gather(*(post(world, event) for event in presses))
    await world.settles()
    by = await world.one_truth("select u.name from coupon_uses c join users u on u.id = c.user_id")
    first, second = (jay, mint) if by == "คุณเจ" else (mint, jay)
    await first.sees("Used ✅")
    await second.sees(f"This coupon was used already: taken by {by}")
    await nat.sees("used")
    assert await balance(world) == (200, 0)
    assert await world.one_truth("select count(*) from point_transactions where kind = 'redeem'") == 1
