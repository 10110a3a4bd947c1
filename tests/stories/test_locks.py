"""Somebody holds a table for long (a migration, an operator's hand): who waits for it is put off, and loses nothing."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from bots import work
from bots.web import webhooks
from domain.database.engine import SESSION
from tests.faults.program import until
from tests.stories.forgery import post, press
from tests.stories.scenes import joins_team
from tests.stories.world import World


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program waits for a lock for 50 ms, and parks an event that our own bug broke once."""
    monkeypatch.setitem(SESSION, "lock_timeout", "50")
    monkeypatch.setattr(work, "MOST_ATTEMPTS", 1)


async def test_an_event_waits_for_a_table_in_use(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    holder = await asyncpg.connect(world.database.admin_url)
    try:
        async with holder.transaction():
            await holder.execute("lock table customer_conversations in access exclusive mode")
            saying = asyncio.create_task(jay.says("/help"))

            async def put_off() -> bool:
                return bool(
                    await world.one_truth("select exists (select 1 from inbox where state <> 'done' and lease > 1)")
                )

            await until(put_off, "the event to be taken up again", 10)
    finally:
        await holder.close()
    await saying
    await jay.sees("What you can do here")
    assert await world.one_truth("select count(*) from inbox where state <> 'done' or attempts > 0") == 0


async def test_a_webhook_does_not_wait_for_it_and_its_event_is_taken_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform is put off before it gives up, and what it brings again is known by then."""
    monkeypatch.setattr(webhooks, "ANSWER_SECONDS", 0.2)
    monkeypatch.setitem(SESSION, "lock_timeout", "5000")
    jay = await joins_team(world, "sales", "คุณเจ")
    await world.program.engine.dispose()  # its connections have the shorter one
    request = press(world, jay, "no such button")
    before = await world.one_truth("select count(*) from inbox")
    holder = await asyncpg.connect(world.database.admin_url)
    try:
        async with holder.transaction():
            await holder.execute("lock table inbox in exclusive mode")
            assert (await post(world, request))[0] == 503
    finally:
        await holder.close()

    async def taken() -> bool:
        return bool(await world.one_truth("select count(*) from inbox") == before + 1)

    await until(taken, "the insert that had begun to end", 10)
    assert (await post(world, request))[0] == 200
    assert await taken()
