"""More people at once than events are worked on at a time, in one process: each is answered, and nobody by a poll."""

from __future__ import annotations

import asyncio

import pytest

from bots.intake import WORKERS
from bots.waiting import Waker
from domain.database.session import work_left
from tests.stories.scenes import CHOOSE_LANGUAGE
from tests.stories.world import CHANNELS, World


async def test_what_waits_for_its_turn_is_begun_when_the_turn_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half wait for a worker, and everybody's second message for their own first one."""

    async def until_rung(waker: Waker, seconds: float) -> None:
        await waker._event.wait()

    monkeypatch.setattr(Waker, "wait", until_rung)
    people = [await world.person(f"Pim {n}", CHANNELS[n % 2], "en") for n in range(2 * WORKERS)]
    for said in ("hello", "is anybody there?"):
        await asyncio.gather(
            *(world.control(one.channel, f"{one._chat}/say", text=said) for one in people),
        )
    async with asyncio.timeout(60):
        while await work_left(world.program.engine):
            continue
    await world.settles()
    for one in people:
        await one.sees(CHOOSE_LANGUAGE, CHOOSE_LANGUAGE)
