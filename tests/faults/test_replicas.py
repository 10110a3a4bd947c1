"""Replicas on one database: any of them is killed or frozen at any moment, and what falls due is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from handlers.words import Words
from tests.faults.commit_proxy import Trap
from tests.faults.crowd import Crowd
from tests.faults.effects import effects
from tests.faults.messages import check_messages
from tests.faults.program import until
from tests.faults.registry import LONG, Trial, fault, times
from tests.faults.rig import Rig

CHANNELS = ("line", "telegram")
ROLES = ("web", "web", "worker", "worker")


@fault("R1", "two web and two worker processes, any of them killed at any time")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_any_replica_may_die_at_any_time(trial: Trial, channel: str) -> None:
    """While people join and a colleague hears of each; then while everybody is asked how they are."""
    async with trial.rig(ROLES) as world:
        world.impatient, world.patience = not LONG, 90.0
        await world.meets("calm")
        crowd = Crowd(world, "calm", channel)
        count = times(8, 60)
        await crowd.gathers(count, told=True)
        await _die_meanwhile(world, crowd.comes())
        await world.settles()
        await crowd.has_joined()
        await _asked(world)
        await world.clock_shows(await _ten_oclock(world, days=1))
        await _die_meanwhile(world, until(partial(_has_asked, world, count), "everybody to be asked", world.patience))
        await world.settles()
        here = await effects(world, "calm")
        assert here["follow-ups"].total() == here["messages meant"]["notice", "followup.ask", "care"] == count
        await check_messages(world, "calm", channel, in_doubt=2)


async def _die_meanwhile(world: Rig, work: Coroutine[Any, Any, None]) -> None:
    """One process after the other is killed and started again, until the work is done."""
    working = asyncio.create_task(work)
    while not working.done():
        await asyncio.wait([working], timeout=world.luck.uniform(0.2, 1.5))
        victim = world.luck.choice(world.programs)
        victim.die()
        await victim.gone()
        async with world.turn:  # who looks and who changes have one connection
            await world.leases_are_forgotten()
        await victim.start()
    await working


async def _has_asked(world: Rig, count: int) -> bool:
    asked = "select count(*) from outbox where notice_kind = 'followup.ask' and state in ('sent', 'unknown')"
    async with world.turn:
        return bool(await world.one_truth(asked) == count)


async def _ten_oclock(world: Rig, *, days: int) -> datetime:
    local = (await world.now()).astimezone(Words().zone) + timedelta(days=days)
    return local.replace(hour=10, minute=0, second=0, microsecond=0)


@fault("F18", "three workers at once: follow-ups, timers and days of the calendar")
@pytest.mark.parametrize("channel", CHANNELS if LONG else CHANNELS[:1])
async def test_what_falls_due_is_done_once_by_however_many_workers(trial: Trial, channel: str) -> None:
    async with trial.rig(("web", "worker", "worker", "worker")) as world:
        await world.meets("calm")
        crowd = Crowd(world, "calm", channel)
        count = times(8, 40)
        await crowd.gathers(count)
        await crowd.comes()
        await world.settles()
        before = await effects(world, "calm")
        await _asked(world)
        for days in (1, 61):
            await world.moves_to(await _ten_oclock(world, days=days))
        trial.injected["3 schedulers, 3 dispatchers"] += 1
        after = await effects(world, "calm")
        assert after["follow-ups"].total() == count
        assert (after["messages meant"] - before["messages meant"])["notice", "followup.ask", "care"] == count
        lost = [move for move in (after["moves"] - before["moves"]).elements() if move[0] == "mark_lost"]
        assert len(lost) == count, "each lead that nobody moved for 60 days is lost, once"
        ticks = await world.truth("select job, due_at, count(*) as runs from ticks group by job, due_at")
        assert ticks
        assert {row["runs"] for row in ticks} == {1}
        await check_messages(world, "calm", channel, in_doubt=0)


async def _asked(world: Rig) -> None:
    """Everybody is to be asked in an hour how they are."""
    await world.truth(
        "insert into followup_executions (clinic_id, rule_id, journey_id, customer_id, anchor_version, due_at)"
        " select w.clinic_id, r.id, w.id, w.customer_id, 1, clock_timestamp() + interval '1 h'"
        " from workflow_states w join followup_rules r on r.clinic_id = w.clinic_id and r.key = 'after_0h'"
    )


@fault("F19", "frozen at a commit until its leases have run out, then thawed")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_who_wakes_up_too_late_is_fenced_off(trial: Trial, channel: str) -> None:
    """The frozen one had claimed, worked, or was about to send; the other one does it; then both go on."""
    async with trial.rig(("all", "all")) as world:
        # Who was frozen in a transaction holds its locks until PostgreSQL ends it, after 30 s.
        world.impatient, world.forgets_s, world.patience = True, 1.0, 60.0
        await world.meets("calm")
        # Taken, claimed, worked on, written down: that is the sleeper's. What follows may be the other one's.
        sure, most = 4, 7
        moments = range(most) if LONG else (world.luck.randrange(sure), world.luck.randrange(sure, most))
        crowd = Crowd(world, "calm", channel)
        await crowd.gathers(len(moments))
        sleeper, other = world.programs
        for moment, (visitor, code) in zip(moments, crowd.visitors, strict=True):
            world.door.replicas = [sleeper]
            world.dies = [Trap(moment, "freeze")]
            saying = asyncio.create_task(visitor.says(f"/start {code}"))

            async def frozen(saying: asyncio.Task[None] = saying, already: int = trial.injected.total()) -> bool:
                return trial.injected.total() > already or (saying.done() and await world.auditor.calm())

            await until(frozen, "the program to freeze")
            world.door.replicas = [other]
            await world.settles()
            sleeper.thaw()
            await saying
            await world.settles()
            sleeper.proxy.traps.clear()
        here = await effects(world, "calm")
        assert trial.injected["SIGSTOP after COMMIT"] >= times(1, sure)
        assert here["invitations"][True, False] == here["ledger"]["earn", 100, "welcome"] == len(moments)
        await check_messages(world, "calm", channel)
