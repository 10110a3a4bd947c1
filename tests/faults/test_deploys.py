"""SIGTERM while a crowd is being served: what is in hand is finished, and the platforms notice nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.commit_proxy import Trap
from tests.faults.crowd import Crowd
from tests.faults.erring import asks, err, is_told
from tests.faults.messages import check_messages
from tests.faults.program import until
from tests.faults.registry import Trial, fault, times
from tests.faults.rig import Rig
from tests.stories.person import Person

DRAIN_S = 10.0
SLOW_S = 1.0
HALF_DONE = """
select 'event' as what, id from inbox where state = 'pending' and lease_until > clock_timestamp()
 union all select 'message', id from outbox where state in ('pending', 'sending')
 union all select 'account', id from channel_accounts where lease_until > clock_timestamp()
"""
"""What somebody else would have to wait for, or to finish."""
CHANNELS = ("line", "telegram")


@fault("F4", "SIGTERM under load, a new process overlapping the old one")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_rolling_deploy_is_not_noticed(trial: Trial, channel: str) -> None:
    async with trial.rig(("all", "all")) as world:
        world.programs[1].wanted, world.patience = False, 60.0
        await world.meets("calm")
        crowd = Crowd(world, "calm", channel)
        await crowd.gathers(times(5, 40), told=True)
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


@fault("F4", "SIGTERM at each commit of an answer, and while the platform is slow to take a message")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_stop_leaves_nothing_half_done(trial: Trial, channel: str) -> None:
    """Whoever comes next finds no lease that has to run out first: all is done, or not begun."""
    async with trial.rig() as world:
        await world.meets("calm")
        jay = await world.person("Jay", channel, "en", "calm")
        await jay.says(f"/start {await world.invitation('sales', 'คุณเจ', 'calm')}")
        await jay.taps("English")
        before = world.proxy.commits
        await jay.says("/help")
        commits = world.proxy.commits - before
        assert commits == 4, "taken, claimed, worked on, written down"
        for moment in range(commits):
            had = len(await jay.messages())
            world.dies = [Trap(moment, "stop")]
            await asks(jay)
            await world.served.gone()
            await _comes_back(world, f"commit {moment}")
            assert len(await jay.messages()) == had + 1
        # An answer of several messages, the first of which is on its way; then news.
        for text in ("/lead", "Nat", "081-555 0199", "FAC-HYD", "walk-in"):
            await jay.says(text)
        confirm = await jay.button("Confirm")
        had = len(await jay.messages())
        await _slow(world, jay, "reply")
        await world.control(channel, f"{jay._chat}/tap", **confirm)
        await _stopped_while_slow(world, jay, 1)
        answer = await world.truth(
            "select 1 from outbox where inbox_id = (select id from inbox order by seq desc limit 1)"
        )
        assert len(answer) > 1
        assert len(await jay.messages()) == had + len(answer)
        await _slow(world, jay, "push")
        await is_told(world, jay)
        await _stopped_while_slow(world, jay, 2)
        assert len(await jay.messages()) == had + len(answer) + 1
        await check_messages(world, "calm", channel, in_doubt=0)


async def _slow(world: Rig, person: Person, kind: str) -> None:
    """The platform takes its time over the next message for this person."""
    call = {"line": f"/v2/bot/message/{kind}", "telegram": "sendMessage"}[person.channel]
    await err(world, person.channel, call=call, person=person.id, kind="slow", seconds=SLOW_S)


async def _stopped_while_slow(world: Rig, person: Person, nth: int) -> None:
    """The program is told to stop while the platform is slow, for the `nth` time."""

    async def is_slow() -> bool:
        return [entry["kind"] for entry in await world.look(person.channel, "journal")].count("fault") == nth

    await until(is_slow, "the platform to be slow")
    await world.served.stop()
    await _comes_back(world, "a slow platform")


async def _comes_back(world: Rig, moment: str) -> None:
    assert not await world.truth(HALF_DONE), f"stopped at {moment}: {await world.looks()}"
    await world.served.start()
    await world.settles()
