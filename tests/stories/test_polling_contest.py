"""Polling among others: replicas of ours, programs of other people, webhooks that somebody sets."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import patch

import pytest

from bots import polling
from bots.app import Program
from bots.telegram import TelegramChannel, emulator_polling
from tests.faults.program import until
from tests.stories.polling import calls, fetched, logged, polled, quick, replica, switch, waiting
from tests.stories.world import World

TOKEN = "100001:token-DRG"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    monkeypatch.setattr(emulator_polling, "CONFLICT_SECONDS", 0.05)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many polls there were at the beginning of each, itself included."""
    fetch, running, counted = TelegramChannel.fetch, set[object](), list[int]()

    async def counting(self: TelegramChannel, *asked: Any) -> Any:
        running.add(me := object())
        counted.append(len(running))
        try:
            return await fetch(self, *asked)
        finally:
            running.discard(me)

    monkeypatch.setattr(TelegramChannel, "fetch", counting)
    return counted


async def test_of_two_replicas_one_polls_and_the_other_takes_over(world: World, at_once: list[int]) -> None:
    await switch(world, to_polling=True)
    nid = await world.person("Nid", "telegram", "en")
    await nid.says("first")
    ours = _pollers()
    async with replica(world) as other:
        others = _pollers() - ours
        await _looks(other)
        assert not other.poller._polls
        with patch.object(polling, "release_polls", _nothing):  # as a process that is killed
            await _ends(ours)
        await _looks(other)
        assert not other.poller._polls, "the lease has not run out"
        await world.control("telegram", f"{nid._chat}/say", text="second")
        await world.truth("update channel_accounts set poll_until = clock_timestamp() - interval '1 s'")
        await fetched(world)
        assert other.poller._polls
        async with replica(world) as third:
            await _looks(third)
            assert not third.poller._polls
            await _ends(others)  # this one says goodbye
            await nid.says("third")
            assert third.poller._polls
            stops_at = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - stops_at < 5, "a stop waits for no poll"
    assert set(at_once) == {1}
    assert len(await nid.reads()) == 3


async def _nothing(*_: Any) -> None:
    """A killed process says no goodbye."""


async def test_who_takes_events_in_polls_and_answers_at_once(world: World) -> None:
    """`web` alone is enough for a conversation; `worker` alone fetches nothing that it would not answer."""
    await switch(world, to_polling=True)
    nid = await world.person("Nid", "telegram", "en")
    await _ends(_parts("intake", "polling", "delivery"))
    async with replica(world, "worker"):
        assert not _parts("polling")
    async with replica(world, "web") as web:
        await world.control("telegram", f"{nid._chat}/say", text="hello")

        async def answered() -> bool:
            return len(await nid.messages()) == 1

        await until(answered, "the answer")
        assert web.poller._polls
    await nid.reads()


def _pollers() -> set[asyncio.Task[Any]]:
    """The part of each program that polls."""
    return _parts("polling")


def _parts(*names: str) -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task.get_name() in names}


async def _ends(pollers: set[asyncio.Task[Any]]) -> None:
    for task in pollers:
        task.cancel()
    await asyncio.gather(*pollers, return_exceptions=True)


async def _looks(program: Program) -> None:
    """The replica has looked for accounts to poll, and had the time to begin."""
    async with asyncio.timeout(20):
        for _ in range(2):
            await program.poller._looked.wait()


async def test_another_program_that_polls_is_told_of_and_outlasted(world: World) -> None:
    nid = await world.person("Nid", "telegram", "en")
    with logged() as logs:
        await switch(world, to_polling=True)
        foreign = asyncio.create_task(_polls_as_well(world))

        async def contested() -> bool:
            return any(entry["event"] == "polling.contested" for entry in logs)

        await until(contested, "the conflict to be logged")
        foreign.cancel()
        await asyncio.gather(foreign, return_exceptions=True)
        for word in ("hello", "again", "and again"):
            await nid.says(word)
    assert len(await nid.reads()) == 3
    assert [entry["event"] for entry in logs] == ["polling.contested", "polling.again"]
    assert "another program polls this bot" in logs[0]["say"]
    assert logs[0]["detail"] == f"Conflict: {emulator_polling.OTHER_POLL}"


async def _polls_as_well(world: World) -> None:
    """Somebody else's program: it begins again at once, and confirms nothing."""
    while True:
        async with world.http.get(
            f"{world.platforms}/telegram/bot{TOKEN}/getUpdates", params={"timeout": 50, "offset": 0}
        ) as answer:
            await answer.read()


async def test_a_webhook_that_somebody_sets_is_told_of(world: World) -> None:
    with logged() as logs:
        await switch(world, to_polling=True)

        await polled(world)
        url = f"{world.platforms}/telegram/bot{TOKEN}/setWebhook"
        async with world.http.post(url, json={"url": "https://elsewhere.example/hook"}) as answer:
            assert answer.status == 200

        async def told() -> bool:
            return any(entry["event"] == "polling.contested" for entry in logs)

        await until(told, "the conflict to be logged")
        await switch(world, to_polling=False)
    assert [entry["event"] for entry in logs] == ["polling.contested"]


async def test_a_webhook_that_we_set_is_no_contest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The poll that it ends is told of nobody: at the next look it is known that nobody is to poll."""
    with logged() as logs:
        await switch(world, to_polling=True)
        await polled(world)
        monkeypatch.setattr(polling, "LOOK_SECONDS", 0.5)
        await asyncio.wait_for(world.program.poller._looked.wait(), 20)
        await switch(world, to_polling=False)

        async def given_up() -> bool:
            return not world.program.poller._polls

        await until(given_up, "the account to be given up")
    assert [call["status"] for call in await calls(world)] == [409]
    assert logs == []


async def test_who_cannot_renew_the_lease_stops_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the database nobody knows who polls: as soon as the lease may have run out, this process does not."""
    monkeypatch.setattr(polling, "POLL_SECONDS", 1.0)
    monkeypatch.setattr(polling, "MARGIN_SECONDS", 0.2)
    monkeypatch.setattr(polling, "LEASE_SECONDS", 2)
    await switch(world, to_polling=True)
    nid = await world.person("Nid", "telegram", "en")
    await nid.says("hello")
    with monkeypatch.context() as patched:
        away = _Away()
        patched.setattr(polling, "claim_polls", away)
        [(poll, _)] = world.program.poller._polls.values()
        loop = asyncio.get_running_loop()

        async def over() -> bool:
            return loop.time() > poll.until and not world.telegram._polling._polls

        await until(over, "the lease to run out, and the last poll before")
        assert world.program.poller._polls, "it is not given up for a short while without the database"
        await world.control("telegram", f"{nid._chat}/say", text="while nobody knows who polls")
        looked = away.looks

        async def looked_again() -> bool:
            return away.looks >= looked + 6

        await until(looked_again, "it to look for its lease again and again")
        assert (waiting(world), world.telegram._polling._polls) == (1, {})
    await fetched(world)
    assert len(await nid.reads()) == 2


class _Away:
    """The database, which does not answer; `looks` is how often it was asked."""

    looks = 0

    async def __call__(self, *_: Any) -> None:
        self.looks += 1
        raise ConnectionRefusedError
