"""Two releases on one database: the previous one serves while the new one migrates, starts, is taken back, takes over.

The previous release is run from the code that it was. It sets everything up by its own commands, so that nothing of
this tree touches its schema before `aura db upgrade` does. Both channels are busy all the while: colleagues make
leads and take payments through the front door, one after the other, until the last process has been replaced.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bots.intake import LEASE_SECONDS
from tests.conftest import copy_of
from tests.faults.crowd import Visitor
from tests.faults.effects import effects
from tests.faults.messages import check_messages
from tests.faults.program import ROOT, Nursery, until
from tests.faults.registry import LONG, Trial, fault, times
from tests.faults.releases import NoHistory, earlier, revisions
from tests.faults.rig import Rig
from tests.faults.served import Served
from tests.stories.world import CHANNELS, SECRET_KEY

SLUG = "calm"
PATIENCE_S = LEASE_SECONDS + 15.0
"""The release before may leave a lease behind when it is stopped."""
UNNOTICED_S = 5.0
"""A webhook is taken in milliseconds; so long only on a machine that is very busy. Behind a lock it would take ten."""
SECRETS = {
    "line": {"channel_secret": f"secret-{SLUG}", "access_token": f"token-{SLUG}"},
    "telegram": {"bot_token": f"100001:token-{SLUG}", "webhook_secret": f"hook-{SLUG}"},
}


@dataclass(slots=True)
class Colleague(Visitor):
    """A salesperson at a desk of their own.

    `done` counts the customers they found and took a payment from, `heard` the answers they waited for.
    """

    desk: int = 0
    invited: str = ""
    done: int = 0
    heard: int = 0

    async def works(self, over: asyncio.Event) -> None:
        """Join with the code they were given; then one customer after the other, until it is over."""
        await self.says(f"/start {self.invited}")
        await self.presses_next("English")
        await self.hears()
        while not over.is_set():
            name = f"{self.name} {self.done:03}"
            for text in ("/lead", name, f"0815{self.desk:02}{self.done:04}", "FAC-HYD", "walk-in"):
                await self.asks(text)
            await self.presses_next("Confirm")
            await self.hears()
            await self.asks("/payments")
            await self.presses_next(name)
            await self.hears()
            await self.asks("1290")
            for label in ("Cash", "Confirm payment"):
                await self.presses_next(label)
            await self.hears()
            self.done += 1

    async def asks(self, text: str) -> None:
        """Type something, and wait for what comes back."""
        await self.says(text)
        await self.hears()

    async def hears(self) -> None:
        """Wait for the next message."""

        async def heard() -> bool:
            return bool(await self.messages())

        await until(heard, f"an answer for {self.name} on {self.channel}", PATIENCE_S)
        self.heard += 1

    async def presses_next(self, label: str) -> None:
        """Press a button that has come, or is about to."""
        found = await self.finds(label, PATIENCE_S)
        assert found, f"{self.name} on {self.channel} never got the button {label!r}"
        await self.taps_on(found)


@dataclass(slots=True)
class Staff:
    """Everybody at work, until it is `over`."""

    world: Rig
    team: list[Colleague]
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def gets_on(self, work: asyncio.Future[list[None]]) -> None:
        """Everybody has heard a few answers more."""
        wanted = [colleague.heard + times(2, 60) for colleague in self.team]

        async def condition() -> bool:
            if work.done():
                work.result()  # raises what stopped them
            if self.world.impatient:
                await self.world.leases_are_forgotten()
            return all(one.heard >= count for one, count in zip(self.team, wanted, strict=True))

        await until(condition, "people to get on with their work", times(60, 300))


@pytest.fixture
async def before(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Nursery]:
    """Where the previous release's programs are born."""
    tree = tmp_path / "release"
    tree.mkdir()
    try:
        await asyncio.to_thread(earlier, request.param, tree)
    except NoHistory as error:
        pytest.skip(f"the previous release is not to be had: {error}")
    made = Nursery(tree)
    await made.open()
    yield made
    await made.close()


BEHIND = range(1, min(3, len(revisions(ROOT)) - 1) + 1)
"""A release may bring several revisions: so many, and in the long form fewer too."""


@fault("F35", "the release before serves on while the new one migrates, starts, is taken back and takes over")
@pytest.mark.parametrize("before", BEHIND if LONG else BEHIND[-1:], indirect=True)
async def test_a_release_is_rolled_out_and_back_unnoticed(trial: Trial, before: Nursery, tmp_path: Path) -> None:
    async with copy_of("template0") as database:
        owner = {"AURA_DATABASE_URL": database.url, "AURA_DATABASE_ADMIN_URL": database.admin_url}
        await _upgraded(before, owner, tmp_path)
        async with trial.rig(("all", "all"), database=database) as world:
            old, new = world.programs
            old.nursery, new.wanted = before, False
            staff = Staff(world, await _opened(world, times(2, 6)))
            await old.start()
            work = asyncio.gather(*(colleague.works(staff.over) for colleague in staff.team))
            await staff.gets_on(work)
            await _upgraded(trial.nursery, owner, tmp_path)
            trial.injected["migration under load"] += 1
            await staff.gets_on(work)
            await new.start()
            await staff.gets_on(work)
            await _leaves(world, new)
            await staff.gets_on(work)
            await new.start()
            world.door.replicas = [old, new]
            await staff.gets_on(work)
            await _leaves(world, old)
            await staff.gets_on(work)
            staff.over.set()
            await work
            await world.settles()
            assert set(world.door.statuses) == {200}, world.door.statuses
            assert max(world.door.waits) < UNNOTICED_S
            here = await effects(world, SLUG)
            done = sum(colleague.done for colleague in staff.team)
            assert here["payments"].total() == here["customers"].total() == here["journeys"].total() == done
            assert {attempts for _, attempts in here["events"]} == {0}
            for channel in CHANNELS:
                await check_messages(world, SLUG, channel)


async def _leaves(world: Rig, program: Served) -> None:
    """The proxy sends it nothing more, then it is told to stop. What it leaves leased is not waited for (`rig.py`)."""
    world.door.replicas = [other for other in world.programs if other is not program]
    await program.stop()
    world.impatient = not LONG


async def _upgraded(release: Nursery, owner: dict[str, str], directory: Path) -> None:
    """`aura db upgrade` of a release, which brings the database to its newest revision."""
    environment = {**owner, "AURA_SECRET_KEY": SECRET_KEY}
    said = json.loads(await release.runs("db", "upgrade", "--json", env=environment, cwd=directory))
    assert said["revision"] == said["newest"] == revisions(release.tree)[-1][:4], said


async def _opened(world: Rig, count: int) -> list[Colleague]:
    """A clinic with an account on each channel and a team, by the commands of the release that serves."""
    release = world.served
    await release.runs("clinic", "add", SLUG, "--name", "คลินิก", "--name-en", "Clinic")
    world.clinic_ids[SLUG] = await world.one_truth("select id from clinics where slug = $1", SLUG)
    for channel, secrets in SECRETS.items():
        await world._has_account(channel, SLUG, "Clinic", secrets)
        options = (f"--{name.replace('_', '-')}={value}" for name, value in secrets.items())
        await release.runs("channel", "set", SLUG, channel, *options)
    team = []
    for desk in range(count):
        name, channel = f"Jay {desk}", CHANNELS[desk % len(CHANNELS)]
        said = json.loads(await release.runs("staff", "invite", SLUG, "--role=sales", f"--name={name}", "--json"))
        made = await world.person(name, channel, "en", SLUG)
        team.append(Colleague(world, SLUG, name, channel, "en", made.id, desk=desk, invited=said["code"]))
    return team
