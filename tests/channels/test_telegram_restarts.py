"""The emulated Telegram: a restart forgets nothing."""

from __future__ import annotations

from handlers.cards import Card, Picture
from tests.channels.telegram_world import SECRET, Platform, Program, account, keys, letter, png, sent


async def test_a_restart_keeps_people_chats_ids_files_and_webhooks(
    platform: Platform, program: Program, person: str
) -> None:
    await platform.channel().register(account(), await program.start())
    await platform.api("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes"), picture=Picture("x", {}, "x")), png())
    await platform.channel().edit(account(), message, Card(text="!", buttons=keys("No")), letter(person))
    blocker = await platform.add_person("Anna", "en")
    await platform.act(blocker, "follow")
    await platform.act(blocker, "block")
    chats = f"accounts/{platform.account}/chats/"
    before = [await platform.control(chats + who) for who in (person, blocker)]
    highest = program.updates()[-1]["update_id"]

    await platform.stop()
    await platform.start()

    after = [await platform.control(chats + who) for who in (person, blocker)]
    shown = after[0]["messages"][-1]
    async with platform.session.get(shown.pop("picture")) as answer:
        assert await answer.read() == png()
    before[0]["messages"][-1].pop("picture")
    assert after == before
    assert await platform.add_bot() == platform.account
    assert await platform.add_person("New", "en") not in (person, blocker)
    assert int(await sent(platform, person, Card(text="next"))) > int(message)
    assert (await platform.act(person, "tap", message=message, button=0))["deliveries"] == [
        {"event": str(highest + 1), "status": 200}
    ]


async def test_undelivered_updates_survive_a_killed_process(platform: Platform, program: Program, person: str) -> None:
    await platform.channel().register(account(), await program.start())
    await program.has(1)
    assert program.server
    await program.server.close()
    assert (await platform.act(person, "say", text="while you were out"))["deliveries"][0]["status"] == 0
    await platform.stop()

    reborn = Program()
    platform.clock.now += 60
    url = await reborn.start()
    await platform.start()
    await platform.api("setWebhook", url=url, secret_token=SECRET)
    await reborn.has(1)
    assert reborn.updates()[0]["message"]["text"] == "while you were out"
    assert reborn.server
    await reborn.server.close()
