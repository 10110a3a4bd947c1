"""Telegram without a public address: the same conversations, fetched instead of brought."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bots import polling
from bots.channel import Account, AccountError, Contested, Fetched, Outcome
from bots.telegram import TelegramChannel, emulator_polling
from bots.telegram.inbound import ALLOWED_UPDATES, SECRET_HEADER
from tests.faults.program import until
from tests.stories.forgery import post, press
from tests.stories.polling import calls, fetched, logged, quick, switch, waiting
from tests.stories.scenes import joins_team, new_member, reaches_payment
from tests.stories.world import World

TOKEN = "100001:token-DRG"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    monkeypatch.setattr(emulator_polling, "CONFLICT_SECONDS", 0.05)


async def test_a_whole_conversation_over_polling(world: World) -> None:
    await switch(world, to_polling=True)
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay)
    await reaches_payment(jay, "Nat")
    await jay.taps("Confirm payment")
    await jay.sees("✅")
    await nat.sees("is confirmed ✅")
    await nat.blocks()
    await nat.unblocks()
    assert await world.one_truth("select count(*) from inbox where state <> 'done'") == 0
    assert await world.one_truth("select count(*) from inbox") == len(world.telegram._state.updates)
    asked = await calls(world)
    assert {call["status"] for call in asked} == {200}
    assert {call["body"]["allowed_updates"] for call in asked} == {json.dumps(ALLOWED_UPDATES)}


async def test_a_weekend_of_trouble_is_over_when_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a bot could not be polled, it is tried again; and one whose polling died is polled anew."""
    await switch(world, to_polling=True)
    jay = await joins_team(world, "sales", "คุณเจ")
    monkeypatch.setattr(polling, "LONGEST_WAIT", 0.0)
    poller = world.program.poller
    [(poll, task)] = poller._polls.values()
    poll.failures = 100_000
    await poller._rest(poll, polling.Trouble("failed", "no answer"))
    task.cancel()
    await asyncio.wait([task])
    await jay.says("/help")
    await jay.sees("What you can do here")


async def test_switching_amid_messages_loses_and_repeats_nothing(world: World) -> None:
    """Unreachable webhook, polling, webhook, polling: each word is answered once, in the order it was said."""
    nid = await world.person("Nid", "telegram", "en")
    said: list[str] = []

    async def says(*words: str) -> None:
        for word in words:
            said.append(word)
            await world.control("telegram", f"{nid._chat}/say", text=word)

    async def talks_on() -> None:
        while not done.is_set():
            await says(f"word {len(said)}")
            await asyncio.sleep(0.01)

    done = asyncio.Event()
    await switch(world, to_polling=False, webhook="http://127.0.0.1:9/nobody/listens")
    await says("one", "two", "three")
    assert waiting(world) == 3
    with logged() as logs:
        talking = asyncio.create_task(talks_on())
        for to_polling in (True, False, True):
            await switch(world, to_polling=to_polling)
            await until(partial(_have_grown_to, said, len(said) + 5), "some more words")
        done.set()
        await talking
        await fetched(world)
    assert logs == [], "nobody else polls"
    assert {call["body"]["drop_pending_updates"] for call in await calls(world, "deleteWebhook")} == {"false"}
    kept = await world.truth("select payload -> 'message' ->> 'text' as said, state from inbox order by seq")
    assert [row["said"] for row in kept] == said
    assert {row["state"] for row in kept} == {"done"}
    assert len(await nid.reads()) == len(said)


async def _have_grown_to(said: list[str], count: int) -> bool:
    return len(said) >= count


async def test_what_was_fetched_and_not_confirmed_is_brought_again_and_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The poller stops between the inbox and the call that confirms: the webhook brings it all once more."""
    fetch, stuck = TelegramChannel.fetch, asyncio.Event()

    async def only_first(
        self: TelegramChannel, account: Account, confirmed: int | None, seconds: float
    ) -> Fetched | Contested | Outcome:
        if confirmed is not None:
            stuck.set()
            await asyncio.Event().wait()
        return await fetch(self, account, confirmed, seconds)

    monkeypatch.setattr(TelegramChannel, "fetch", only_first)
    await switch(world, to_polling=True)
    nid = await world.person("Nid", "telegram", "en")
    await world.control("telegram", f"{nid._chat}/say", text="hello")
    async with asyncio.timeout(20):
        await stuck.wait()
    assert waiting(world) == 1
    await switch(world, to_polling=False)
    await fetched(world)
    brought = [e for e in await world.look("telegram", "journal") if e["kind"] == "delivery"]
    assert [entry["status"] for entry in brought] == [200], "the webhook took it"
    assert await world.one_truth("select count(*) from inbox") == 1
    assert len(await nid.reads()) == 1


async def test_what_the_inbox_did_not_take_is_not_confirmed(world: World) -> None:
    await world.truth("revoke insert on inbox from aura_app")
    await switch(world, to_polling=True)
    nid = await world.person("Nid", "telegram", "en")
    with logged() as logs:
        await world.control("telegram", f"{nid._chat}/say", text="hello")

        async def tried_twice() -> bool:
            return len(await calls(world)) >= 2

        await until(tried_twice, "the update to be fetched once more")
        assert waiting(world) == 1
        await world.truth("grant insert on inbox to aura_app")
        await fetched(world)
    assert len(await nid.reads()) == 1
    assert "polling.broke" in {entry["event"] for entry in logs}


async def test_a_switch_that_fails_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The webhook is removed before anything is written down: nobody may poll while there is one."""
    nid = await world.person("Nid", "telegram", "en")
    with monkeypatch.context() as patched:
        patched.setattr(TelegramChannel, "unregister", _fails)
        with pytest.raises(AccountError):
            await switch(world, to_polling=True)
    assert await world.one_truth("select polling from channel_accounts where channel = 'telegram'") is False
    await nid.says("hello")
    assert len(await nid.reads()) == 1
    assert await calls(world) == []


async def _fails(*_: Any) -> None:
    raise AccountError("Telegram could not be asked")


async def test_a_wrong_token_is_said_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "LONGEST_WAIT", 0.1)
    await switch(world, to_polling=True)
    nid = await world.person("Nid", "telegram", "en")
    await nid.says("hello")
    assert len(await nid.reads()) == 1
    with logged() as logs:
        world.telegram._state.bots[100001].token = "100001:revoked-and-reissued"
        asked = len(await calls(world))

        async def asked_again() -> bool:
            return len(await calls(world)) > asked + 3

        world.telegram._polling.close()
        await until(asked_again, "the refused token to be tried a few times")
    assert [entry["event"] for entry in logs] == ["polling.refused"]
    assert "aura channel set" in logs[0]["say"]


async def test_another_bot_begins_anew(world: World) -> None:
    """Its updates have numbers of their own: what was confirmed for the old one confirms none of them."""
    world.telegram._state.bots[
        100001
    ].next_update += 5  # near enough for an offset of the old one to be taken for one of the new
    await switch(world, to_polling=True)
    old = await world.person("Nid", "telegram", "en")
    await old.says("one")
    await old.says("two")
    assert len(await old.reads()) == 2
    secrets = {"bot_token": "200001:another-token", "webhook_secret": "another"}
    await world._has_account("telegram", "DRG", "DRG", {**secrets, "username": "drg2_bot"})
    new = await world.person("Nok", "telegram", "en")
    await world.control("telegram", f"{new._chat}/say", text="to the new bot")
    await switch(world, to_polling=True, secrets=secrets)
    async with world.http.get(f"{world.platforms}/telegram/bot{TOKEN}/getUpdates") as answer:
        assert answer.status == 200, "the last poll of the old bot ends with an error, and confirms nothing"
    await fetched(world)
    assert len(await new.reads()) == 1


async def test_a_webhook_request_for_a_polled_account_needs_the_secret_still(world: World) -> None:
    nid = await world.person("Nid", "telegram", "en")
    await nid.says("first")
    await nid.reads()
    await switch(world, to_polling=True)
    signed = press(world, nid, "forged")
    for secret in (None, "", "guess"):
        headers = {} if secret is None else {SECRET_HEADER: secret}
        assert (await post(world, replace(signed, headers=headers)))[0] == 401
    assert await world.one_truth("select count(*) from inbox") == 1
    assert (await post(world, signed))[0] == 200
    await fetched(world)
    assert await world.one_truth("select count(*) from inbox") == 2
    await nid.reads()
