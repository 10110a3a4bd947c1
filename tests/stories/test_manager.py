"""The manager's numbers and rules, and putting right what is over."""

from __future__ import annotations

import pytest

from tests.stories.scenes import accepts, joins_team, new_member, sets_time, takes_payment, treats
from tests.stories.world import World

PAIRS = [("line", "th"), ("telegram", "en")]


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_the_week_in_one_picture(world: World, channel: str, language: str) -> None:
    """An empty clinic has a picture too; then one treatment shows in money, clock and funnel."""
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    await ploy.says("สถิติ")
    await ploy.sees(("The last 7 days", ploy.words.money(0), "none yet"))
    assert (await ploy.picture()).startswith(b"\x89PNG")
    nat = await new_member(world, ploy)
    await takes_payment(ploy, nat)
    await sets_time(ploy, mint)
    await accepts(mint)
    await treats(mint, nat)
    await ploy.says("/stats")
    await ploy.sees(("The last 7 days", ploy.words.money(129_000), f"{ploy.t('Treatments done')}: 1"))


async def test_a_rule_is_off_until_a_manager_switches_it_on(world: World) -> None:
    await world.truth(
        'update automation_rules set conditions = \'[{"field": "amount_satang", "op": "gte", "value": 50000}]\''
        " where key = 'LARGE-PAYMENT'"
    )
    ploy = await joins_team(world, "manager", "คุณพลอย")
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat, 500)
    await ploy.sees_nothing()
    await ploy.says("/automation")
    await ploy.sees(("Automation", "Payment of THB 50,000 or more"))
    await ploy.taps("Payment of THB 50,000 or more")
    await ploy.sees(("Payment confirmed", "Tell the managers", "off"))
    await ploy.taps("Switch on")
    await ploy.sees(("The rule is on now.", "คุณพลอย"))
    await takes_payment(jay, nat, 790)
    await ploy.sees(("Payment of THB 50,000 or more", "A customer has made a large payment.", "THB 790"))


async def test_a_manager_puts_points_right_but_not_their_own_nor_too_many(world: World) -> None:
    """After the treatment: a note and points, in the customer's history; nothing of the treatment changes."""
    ploy = await joins_team(world, "manager", "คุณพลอย")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, ploy)
    await takes_payment(ploy, nat)
    await sets_time(ploy, mint)
    await accepts(mint)
    await treats(mint, nat)
    await ploy.taps("History")
    await ploy.sees("History of Nat")
    await ploy.taps("Show customer")
    await ploy.sees(("Nat", "Treatment done"))
    await ploy.taps("History")
    await ploy.sees("History of Nat")
    await ploy.taps("Put right")
    await ploy.sees("What is to be put right for Nat?")
    await ploy.says("Birthday gift was forgotten")
    await ploy.sees("How many points do you give?")
    await ploy.says("5,000")
    await ploy.sees(("Write this down?", "+5,000"))
    await ploy.taps("Confirm")
    await ploy.sees("You can adjust 2,000 points a day", ("Write this down?", "+5,000"))
    await ploy.taps("Back")
    await ploy.sees("How many points do you give?")
    await ploy.says("-50")
    await ploy.sees(("Write this down?", "−50"))
    await ploy.taps("Confirm")
    await ploy.sees(("Nat", "Written down. It stays in the history with your name."))
    rows = await world.truth("select points, facts ->> 'why' as why from point_transactions where kind = 'adjust'")
    assert [tuple(row) for row in rows] == [(-50, "amend")]
    await nat.sees((nat.words.n("We have taken {count} point back.", "We have taken {count} points back.", 50), "201"))
    await nat.says("/history")
    await nat.sees("Correction by the clinic")
    await ploy.says("/team")
    await ploy.sees("Team")
    await ploy.taps("What was changed")
    await ploy.sees(("What was changed", "Put right", "Birthday gift was forgotten"))
