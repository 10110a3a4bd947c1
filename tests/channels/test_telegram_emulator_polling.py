"""The emulated Telegram's getUpdates, asked by plain HTTP and by another library than ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramConflictError

from bots.telegram import emulator_polling, limits
from tests.channels.telegram_world import SECRET, TOKEN, Platform, Program, account

ALL = ("message", "callback_query", "my_chat_member")


async def until(condition: Callable[[], bool]) -> None:
    deadline = asyncio.get_running_loop().time() + 5
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0)


async def poll(platform: Platform, **params: Any) -> asyncio.Task[tuple[int, Any]]:
    """A long poll that the platform has begun to hold."""
    before = set(platform.journal._watchers)
    task = asyncio.create_task(platform.api("getUpdates", timeout=50, **params))
    await until(lambda: bool(platform.journal._watchers - before) or task.done())
    return task


def numbers(updates: Any) -> list[int]:
    return [update["update_id"] for update in updates]


async def says(platform: Platform, person: str, *words: str) -> list[int]:
    """The numbers of the updates that come of it."""
    return [
        int(delivery["event"])
        for word in words
        for delivery in (await platform.act(person, "say", text=word))["deliveries"]
    ]


async def test_an_offset_confirms_and_a_limit_bounds(platform: Platform, person: str) -> None:
    one, two, three = await says(platform, person, "1", "2", "3")
    assert numbers((await platform.api("getUpdates"))[1]) == [one - 1, one, two, three]
    assert numbers((await platform.api("getUpdates", offset=one, limit=2))[1]) == [one, two]
    assert numbers((await platform.api("getUpdates", offset=0, limit=999))[1]) == [one, two, three]
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 3
    assert numbers((await platform.api("getUpdates", offset=-1, limit=-5))[1]) == [three]
    assert numbers((await platform.api("getUpdates", offset="no number"))[1]) == [three]
    far = three + emulator_polling.FUTURE
    assert numbers((await platform.api("getUpdates", offset=far + 2))[1]) == [three], "beyond all reason: none"
    assert (await platform.api("getUpdates", offset=far, timeout=-1)) == (200, [])
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 0


async def test_a_long_poll_is_answered_when_something_happens(platform: Platform, person: str) -> None:
    [known] = await says(platform, person, "known")
    waiting = await poll(platform, offset=known + 1)
    [new] = await says(platform, person, "new")
    status, updates = await waiting
    assert (status, numbers(updates), updates[0]["message"]["text"]) == (200, [new], "new")


async def test_a_poll_asks_for_types_that_stay_asked_for(platform: Platform, program: Program, person: str) -> None:
    [start] = numbers((await platform.api("getUpdates", allowed_updates=["callback_query"]))[1])
    await says(platform, person, "unheard")
    assert await platform.api("getUpdates", offset=start + 1) == (200, [])
    await platform.api("setWebhook", url=await program.start())
    assert (await platform.api("getWebhookInfo"))[1]["allowed_updates"] == ["callback_query"]
    await platform.api("deleteWebhook")
    await says(platform, person, "unheard still")
    assert await platform.api("getUpdates", allowed_updates="[]") == (200, [])
    heard = await says(platform, person, "heard")
    assert numbers((await platform.api("getUpdates", offset=1))[1]) == heard


async def test_webhook_and_polls_share_one_queue(platform: Platform, program: Program, person: str) -> None:
    program.answers = [500, 500]
    await platform.channel().register(account(), await program.start())
    await program.forget(2)
    assert await platform.api("getUpdates") == (409, f"Conflict: {emulator_polling.WEBHOOK_ACTIVE}")
    [behind] = await says(platform, person, "behind")
    await platform.api("deleteWebhook")
    assert numbers((await platform.api("getUpdates"))[1]) == [behind - 1, behind]
    await platform.api("getUpdates", offset=behind)
    platform.clock.now += 1
    assert program.server
    await platform.api("setWebhook", url=str(program.server.make_url("/hook")), secret_token=SECRET)
    await program.has(1)
    assert numbers(program.updates()) == [behind]
    await until(lambda: not platform_waits(platform))


def platform_waits(platform: Platform) -> list[dict[str, Any]]:
    """Updates that neither a webhook nor a poll has taken."""
    entries = platform.journal.entries()
    done = {entry["event"] for entry in entries if entry["kind"] == "delivery" and entry["done"]}
    return [e for e in entries if e["kind"] == "update" and e["update"]["update_id"] not in done]


async def test_a_second_poll_ends_the_first(platform: Platform, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_polling, "CONFLICT_SECONDS", 0.2)
    [known] = await says(platform, person, "known")
    polls = [await poll(platform, offset=known + 1) for _ in range(3)]
    loop = asyncio.get_running_loop()
    began = loop.time()
    for ended in polls[:2]:
        assert await ended == (409, f"Conflict: {emulator_polling.OTHER_POLL}")
    assert loop.time() - began >= 0.15, "the second conflict in a row is answered late"
    heard = await says(platform, person, "heard")
    assert numbers((await polls[2])[1]) == heard


async def test_setting_a_webhook_ends_a_poll(platform: Platform, program: Program, person: str) -> None:
    [known] = await says(platform, person, "known")
    waiting = await poll(platform, offset=known + 1)
    await platform.channel().register(account(), await program.start())
    assert await waiting == (409, f"Conflict: {emulator_polling.WEBHOOK_SET}")


async def test_what_waits_expires_as_for_webhooks(platform: Platform, person: str) -> None:
    [said] = await says(platform, person, "old")
    await platform.act(person, "block")
    platform.clock.now += limits.UPDATE_SECONDS - 1
    assert len((await platform.api("getUpdates"))[1]) == 3
    platform.clock.now += 2
    assert await platform.api("getUpdates", offset=1) == (200, [])
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 0
    expired = [e for e in platform.journal.entries() if e["kind"] == "delivery" and e["event"] == said]
    assert [(e["status"], e["done"]) for e in expired] == [(0, True)]


async def test_a_hasty_client_is_slowed_down(platform: Platform, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await says(platform, person, "1", "2")
    assert len((await platform.api("getUpdates"))[1]) == 3
    assert len((await platform.api("getUpdates"))[1]) == 1
    monkeypatch.setattr(emulator_polling, "HASTY_SECONDS", 0.2)
    [_, _, last] = numbers((await platform.api("getUpdates", offset=1))[1])
    loop = asyncio.get_running_loop()
    took = []
    for _ in range(2):
        began = loop.time()
        assert await platform.api("getUpdates", offset=last + 1) == (200, [])
        took.append(loop.time() - began)
    assert took[0] < 0.15 <= took[1]


async def test_a_restart_keeps_what_waits_and_ends_polls(platform: Platform, person: str) -> None:
    [known] = await says(platform, person, "known")
    await platform.api("getUpdates", allowed_updates=list(ALL))
    waiting = await poll(platform, offset=known)
    assert numbers((await waiting)[1]) == [known]
    waiting = await poll(platform, offset=known + 1)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await platform.stop()
    assert loop.time() - began < 2, "a stop does not wait for the poll's end"
    assert await waiting == (200, [])
    await platform.start()
    assert await platform.api("getUpdates") == (200, [])
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 0


async def test_aiogram_polls(platform: Platform, program: Program, person: str) -> None:
    async with Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(platform.url))) as bot:
        [start] = await bot.get_updates(allowed_updates=list(ALL))
        assert start.message
        assert (start.message.text, str(start.message.chat.id)) == ("/start", person)
        await says(platform, person, "hello")
        [hello] = await bot.get_updates(offset=start.update_id + 1, timeout=20, limit=100)
        assert hello.message
        assert hello.message.text == "hello"
        await platform.channel().register(account(), await program.start())
        with pytest.raises(TelegramConflictError, match="while webhook is active"):
            await bot.get_updates()
        await program.has(1)
        assert numbers(program.updates()) == [hello.update_id]
        await bot.delete_webhook(drop_pending_updates=False)
        assert await bot.get_updates(offset=hello.update_id + 1) == []
