"""The connection is lost at a COMMIT and the program lives: it cannot know whether it was carried out."""

from __future__ import annotations

import pytest

from tests.faults.commit_proxy import CUTS
from tests.faults.effects import effects
from tests.faults.messages import check_messages
from tests.faults.playing import drawn, plays
from tests.faults.registry import Trial, fault

CHANNELS = ("line", "telegram")


@fault("F2", "the reply to a COMMIT is lost, or the COMMIT itself, in every step of a story")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_commit_of_unknown_fate_in_every_step_changes_nothing(trial: Trial, channel: str) -> None:
    async with trial.rig() as world:
        world.impatient, world.forgets_s = True, 1.0
        commits = await plays(world, "calm", channel, {})
        calm = await effects(world, "calm")
        cuts = drawn(world, commits, CUTS)
        print(cuts)  # noqa: T201 - pytest shows it with a failure
        await plays(world, "storm", channel, cuts)
        assert trial.injected.total() > len(cuts) * 3 / 4, "most steps should have had their fault"
        assert world.served.starts == 2, "it lives"
        assert await effects(world, "storm") == calm
        for slug in ("calm", "storm"):
            await check_messages(world, slug, channel)
