"""The emulated Telegram: what people do reaches the program, in order, again when it failed."""

from __future__ import annotations

import asyncio
import base64
import json

from bots.channel import Refused
from bots.telegram import limits
from handlers.cards import Button, Card
from handlers.incoming import Arrived, Left, Other, Returned, Said, Tapped
from tests.channels.telegram_world import MARKUP, Platform, Program, account, keys, letter, png, sent


async def test_what_people_do_reaches_the_program(platform: Platform, program: Program) -> None:
    channel, us = platform.channel(), account()
    await channel.register(us, await program.start())
    nok = await platform.add_person()

    deliveries = (await platform.act(nok, "open", url="https://t.me/siam_bot?start=ABC_1"))["deliveries"]
    assert [d["status"] for d in deliveries] == [200]
    message = await sent(
        platform, nok, Card(text="?", buttons=(*keys("Yes"), Button("Map", url="https://maps.example.com")))
    )
    await platform.act(nok, "say", text=MARKUP)
    words = (await platform.messages(nok))[-1]["id"]
    await platform.act(nok, "tap", message=message, button=0)
    await platform.act(nok, "press", message=message, data="forged" * 30)
    await platform.act(nok, "photo", base64=base64.b64encode(png()).decode())
    await platform.act(nok, "sticker")
    await platform.act(nok, "block")
    await platform.act(nok, "unblock")

    arrivals = [arrival for body in program.bodies for arrival in channel.read(body)]
    assert [channel.understand(a.payload) for a in arrivals] == [
        Arrived("ABC_1"),
        Said(MARKUP, words),
        Tapped("do-Yes"),
        Tapped("forged" * 30),
        Other("photo"),
        Other("sticker"),
        Left(),
        Returned(),
    ]
    assert {a.lane for a in arrivals} == {nok}
    numbers = [int(a.event_id) for a in arrivals]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert arrivals[0].event_id == deliveries[0]["event"]
    assert all(channel.verify(us, h, b) for h, b in zip(program.headers, program.bodies, strict=True))
    named = await channel.profile(us, arrivals[0].payload)
    assert (named.name, named.language) == ("นก", "th")

    assert await platform.act(nok, "tap", message=message, button=1) == {
        "url": "https://maps.example.com",
        "deliveries": [],
    }
    assert len(program.bodies) == 8


async def test_a_block_stops_sends_until_the_person_returns(platform: Platform, program: Program, person: str) -> None:
    channel = platform.channel()
    await channel.register(account(), await program.start())
    old = await sent(platform, person, Card(text="x", buttons=keys("A")))
    await platform.act(person, "block")
    assert channel.understand(program.updates()[-1]) == Left()
    assert await platform.act(person, "block") == {"deliveries": []}
    for outcome in (
        await channel.send(account(), [Card(text="hi")], letter(person)),
        await channel.edit(account(), old, Card(text="hi"), letter(person)),
    ):
        assert outcome == Refused("blocked", "bot was blocked by the user")
    await platform.act(person, "say", expect=409, text="hello?")
    assert (await platform.control(f"accounts/{platform.account}/chats/{person}"))["blocked"] is True

    program.bodies.clear()
    assert len((await platform.act(person, "follow"))["deliveries"]) == 2
    assert {type(channel.understand(u)) for u in program.updates()} == {Returned, Arrived}
    await sent(platform, person, Card(text="welcome back"))


async def test_a_failed_delivery_is_repeated_and_holds_up_its_own_queue_only(
    platform: Platform, program: Program, person: str
) -> None:
    await platform.channel().register(account(), await program.start())
    await program.forget(1)
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    program.answers = [503]
    assert (await platform.act(person, "say", text="first"))["deliveries"][0]["status"] == 503
    await program.has(2)  # the first repetition comes at once
    assert program.updates()[0] == program.updates()[1]

    program.answers = [500, 500]
    await platform.act(person, "say", text="second")
    await program.has(4)
    assert (await platform.act(person, "say", text="behind"))["deliveries"][0]["status"] == 0
    assert (await platform.act(person, "tap", message=message, button=0))["deliveries"][0]["status"] == 200
    assert "callback_query" in program.updates()[-1]

    program.answers = []
    platform.clock.now += 1
    await platform.api("setWebhook", url=str(program.server and program.server.make_url("/hook")))
    await program.has(7)
    assert [u["message"]["text"] for u in program.updates()[-2:]] == ["second", "behind"]


async def test_updates_expire_as_on_the_platform(platform: Platform, program: Program, person: str) -> None:
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    await platform.act(person, "tap", message=message, button=0)
    await platform.act(person, "say", text="still there")
    platform.clock.now += limits.PRESS_SECONDS + 1
    await platform.channel().register(account(), await program.start())
    await program.has(2)
    assert [u["message"]["text"] for u in program.updates()] == ["/start", "still there"]
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 0


async def test_an_event_can_be_delivered_again(platform: Platform, program: Program, person: str) -> None:
    await platform.channel().register(account(), await program.start())
    (delivery,) = (await platform.act(person, "say", text="once"))["deliveries"]
    again = await platform.control(f"accounts/{platform.account}/redeliver", {"event": delivery["event"]})
    assert again == {"deliveries": [delivery]}
    assert program.bodies[-1] == program.bodies[-2]
    await platform.control(f"accounts/{platform.account}/redeliver", {"event": "1"}, expect=404)


async def test_updates_that_were_not_asked_for_are_never_queued(
    platform: Platform, program: Program, person: str
) -> None:
    url = await program.start()
    await platform.api("setWebhook", url=url, allowed_updates=["callback_query"])
    await program.forget(1)  # what was queued before stays queued
    assert (await platform.act(person, "say", text="unheard"))["deliveries"][0]["status"] == 0
    assert (await platform.messages(person))[-1]["text"] == "unheard"
    assert program.bodies == []


async def test_acknowledging_a_press_and_its_age(platform: Platform, program: Program, person: str) -> None:
    channel = platform.channel()
    await channel.register(account(), await program.start())
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    await platform.act(person, "tap", message=message, button=0)
    press = program.updates()[-1]
    await channel.acknowledge(account(), press)
    platform.clock.now += limits.PRESS_SECONDS + 1
    await channel.acknowledge(account(), press)
    calls = [e for e in await platform.control("journal") if e.get("method") == "answerCallbackQuery"]
    assert [call["status"] for call in calls] == [200, 400]
    assert "query is too old" in calls[1]["description"]


async def test_only_buttons_that_are_there_can_be_tapped(platform: Platform, person: str) -> None:
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    await platform.act(person, "tap", expect=404, message=message, button=1)
    await platform.act(person, "tap", expect=404, message="999", button=0)
    await platform.act(person, "tap", expect=400, message=message, quick=0)
    await platform.channel().edit(account(), message, Card(text="done"), letter(person))
    await platform.act(person, "tap", expect=404, message=message, button=0)
    await platform.act(person, "fly", expect=404)
    await platform.act("1", "say", expect=404, text="x")
    await platform.act(person, "say", expect=400, text="x" * (limits.TEXT_UNITS + 1))
    await platform.act(person, "open", expect=400, url="https://t.me/other_bot?start=x")
    await platform.act(person, "photo", expect=400, base64=base64.b64encode(b"no picture").decode())


async def test_accounts_and_people_are_made_once(platform: Platform) -> None:
    assert await platform.add_bot() == platform.account
    other = await platform.add_bot("55:another_key", slug="other-clinic")
    assert other == "55"
    nok = await platform.add_person()
    assert (await platform.control("people", {"name": "x", "language": "en", "id": nok}))["id"] == nok
    named = {"slug": "x", "name": "x", "bot_token": "66:third_key_x", "username": "siam_bot"}
    await platform.control("accounts", named, expect=409)


async def test_what_is_live_is_told(platform: Platform, person: str) -> None:
    async with platform.session.get(f"{platform.url}/control/events") as stream, asyncio.timeout(5):
        await sent(platform, person, Card(text="hi"))
        line = await stream.content.readuntil(b"}")
        assert json.loads(line.removeprefix(b"data: ")) == {"account": platform.account, "person": person}
