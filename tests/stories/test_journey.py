"""The one journey everything stands on: from a lead to the day after, on every channel, in both languages."""

from __future__ import annotations

import pytest

from tests.stories.world import Time, World

ROUTES = [("line", "th"), ("line", "en"), ("telegram", "th"), ("telegram", "en")]


@pytest.mark.parametrize(("channel", "language"), ROUTES)
async def test_a_customers_journey(world: World, time: Time, channel: str, language: str) -> None:
    """Nine steps, as the clinic lives them."""
    sales = await world.person("Jay", channel, language)
    await sales.says(f"/start {await world.invitation('sales', 'คุณเจ')}")
    print(await sales.unseen())
    await sales.taps("English" if language == "en" else "ไทย")
    mint = await world.person("Mint", channel, language)
    await mint.says(f"/start {await world.invitation('beautician', 'คุณมิ้นท์')}")
    await mint.taps("English" if language == "en" else "ไทย")
    for said in ("/lead", "Nat", "081-555 0199"):
        await sales.says(said)
        print(await sales.unseen()); sales.seen = len(await sales.messages())
    print(await sales.labels())
    await sales.says("FAC-HYD")
    print(await sales.unseen()); sales.seen = len(await sales.messages())
    await sales.says("walk-in")
    print(await sales.unseen()); sales.seen = len(await sales.messages())
    await sales.taps("Confirm")
    print(await sales.unseen()); sales.seen = len(await sales.messages())
    link = await sales.link("Open in LINE" if channel == "line" else "Open in Telegram")
    nat = await world.person("Nat", channel, language)
    await nat.opens(link)
    print(await nat.unseen())
    print(await sales.unseen())
    await nat.taps("English" if language == "en" else "ไทย")
    print(await nat.unseen())
    await nat.taps("I agree")
    await nat.taps("No")
    print(await nat.unseen()); nat.seen = len(await nat.messages())
    print(await sales.unseen())
    sales.seen = len(await sales.messages())
    await sales.says("/payments")
    print(await sales.unseen()); print(await sales.labels())
    await sales.taps("Nat")
    await sales.taps("Confirm payment")
    print(await sales.unseen()); print(await sales.labels())
    await sales.says("1290")
    await sales.taps("Cash")
    print(await sales.unseen()); print(await sales.labels())
    await sales.taps("Confirm payment")
    print(await sales.unseen()); print(await sales.labels())
    print(await nat.unseen())
    await sales.taps("Start now")
    print(await sales.unseen()); print(await mint.unseen())
    await mint.taps("Accept")
    await mint.taps("Start")
    await mint.taps("Complete")
    await mint.says("Skin calm, aftercare explained")
    await mint.taps("Complete")
    print(await mint.unseen())
    print(await nat.unseen())
    await time.moves_to_tomorrow("10:00")
    print(await nat.unseen())
    await nat.taps("Worried" if language == "en" else "กังวล")
    print(await nat.unseen())
    print(await sales.unseen())
    print(await mint.unseen())
    assert 0
