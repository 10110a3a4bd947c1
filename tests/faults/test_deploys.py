"""SIGTERM while a crowd is being served: what is in hand is finished, and the platforms notice nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.crowd import Crowd
from tests.faults.messages import check_messages
from tests.faults.registry import Trial, fault, times
from tests.faults.rig import Rig

DRAIN_S = 10.0
CHANNELS = ("line", "telegram")


@fault("F4", "SIGTERM under load, a new process overlapping the old one")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_rolling_deploy_is_not_noticed(trial: Trial, channel: str) -> None:
    async with trial.rig(("all", "all")) as world:
        world.programs[1].wanted = False
        await world.meets("calm")
        crowd = Crowd(world, "calm", channel)
        await crowd.gathers(times(8, 40))
        coming = asyncio.create_task(crowd.comes())
        while not coming.done():
            await _replaced(world)
        await coming
        await world.settles()
        assert set(world.door.statuses) == {200}, world.door.statuses
        assert trial.injected["SIGTERM"] >= 2, "the crowd was too quick"
        assert not crowd.again
        await crowd.has_joined()
        await check_messages(world, "calm", channel, in_doubt=0)


async def _replaced(world: Rig) -> None:
    """One deploy: the process that rests starts, then the other one is told to stop."""
    [old, new] = sorted(world.programs, key=lambda program: not program.lives)
    await new.start()
    assert await old.stop() < DRAIN_S
