"""PostgreSQL is restarted under a crowd, stopped or frozen for a while, and restarted when nothing happens."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from domain.database import embedded, embedded_process
from domain.database.embedded import EmbeddedServer
from domain.database.upgrade import ensure_database, upgrade
from tests.conftest import Database
from tests.faults.bodies import post, said
from tests.faults.crowd import Crowd
from tests.faults.messages import check_messages
from tests.faults.program import exists, until
from tests.faults.registry import Trial, fault, times
from tests.faults.rig import Rig
from tests.stories.person import Person

SETTINGS = {"max_connections": "100"}  # and fsync on: what was committed must survive
RECOVERY_S = 2.0
FAST_S = 1.0
PLATFORM_S = 2.0
"""How long LINE waits for an answer, and a load balancer too."""


@pytest.fixture
async def server() -> AsyncIterator[EmbeddedServer]:
    """A PostgreSQL of this test's own."""
    directory = Path(tempfile.mkdtemp(prefix="aura-restarted-"))
    made = await asyncio.to_thread(embedded.start, directory, settings=SETTINGS)
    yield made
    made.release()
    embedded.erase(directory)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def own(server: EmbeddedServer) -> Database:
    """The program's database on it."""
    await ensure_database(server.superuser_dsn(), "aura")
    found = Database(server.dsn("aura_program", "aura"), server.superuser_dsn("aura"))
    await upgrade(found.admin_url, create_login=True)
    return found


async def _ctl(server: EmbeddedServer, *command: str) -> None:
    """pg_ctl on the server, waiting until it has done so; a restart keeps the options of before."""
    log = ("-l", server.place.log.name)
    await asyncio.to_thread(server.place.run, "pg_ctl", "-D", server.place.cluster.name, *log, "-w", *command)


@fault("F12", "PostgreSQL restarted under load, in the middle of everything (-m immediate)")
async def test_a_restart_under_load_loses_nothing(trial: Trial, server: EmbeddedServer, own: Database) -> None:
    async with trial.rig(database=own) as world:
        world.impatient = True
        await world.meets("calm")
        crowd = Crowd(world, "calm", "line")
        await crowd.gathers(times(6, 30), told=True)
        coming = asyncio.create_task(crowd.comes())
        for _ in range(times(2, 10)):
            await asyncio.wait([coming], timeout=world.luck.uniform(0.5, 2))
            await _ctl(server, "-m", "immediate", "restart")
            trial.injected["PostgreSQL crashed and restarted"] += 1
            await _hears_again(world)
        await coming
        await world.settles()
        assert world.served.starts == 1, "the program lived through it"
        await crowd.has_joined()
        await check_messages(world, "calm", "line", in_doubt=2)


async def _hears_again(world: Rig) -> None:
    """Events are taken again, soon."""

    async def taken() -> bool:
        return await post(world, "calm", []) == 200 and await _ready(world) == 200

    await until(taken, "the program to have its database again", RECOVERY_S)


async def _ready(world: Rig) -> int:
    async with world.http.get(f"{world.served.address}/readyz") as answer:
        return answer.status


@fault("F14", "PostgreSQL away for a while: webhooks are refused at once, and nothing is lost")
async def test_without_its_database_the_program_refuses_fast_and_recovers_alone(
    trial: Trial, server: EmbeddedServer, own: Database
) -> None:
    async with trial.rig(database=own) as world:
        nat = await _somebody(world)
        loop = asyncio.get_running_loop()
        await _ctl(server, "-m", "fast", "stop")
        trial.injected["PostgreSQL stopped"] += 1
        ends = loop.time() + times(2, 60)
        asked = 0
        while loop.time() < ends:
            began = loop.time()
            assert await post(world, "calm", [said(nat.id, "hello")]) == 503
            assert loop.time() - began < FAST_S, "a platform waits two seconds at most"
            asked += 1
            await asyncio.sleep(0.05)
        trial.injected["webhook meanwhile"] += asked
        saying = asyncio.create_task(nat.says("hello"))  # the platform brings it again until it is taken
        await asyncio.to_thread(embedded_process.launch, server.place, SETTINGS)
        await _hears_again(world)
        await saying
        assert world.served.starts == 1
        assert "hello" in [m["text"] for m in await nat._all_messages() if m["from"] == "person"]
        await check_messages(world, "calm", "line", in_doubt=1)


@fault("F14", "PostgreSQL frozen for a while: it is there and says nothing; webhooks are refused in time all the same")
async def test_while_its_database_says_nothing_the_program_refuses_in_time(
    trial: Trial, server: EmbeddedServer, own: Database
) -> None:
    async with trial.rig(database=own) as world:
        nat = await _somebody(world)
        await world.settles()
        with _frozen(server):
            trial.injected["PostgreSQL frozen"] += 1
            for _ in range(times(2, 20)):
                true = [_timed(post(world, "calm", [said(nat.id, "hello")])) for _ in range(6)]
                forged = [_timed(post(world, "calm", [], secret="somebody else's")) for _ in range(6)]
                answers = await asyncio.gather(*true, *forged, _timed(_ready(world)))
                assert {status for status, _ in answers} == {503}
                assert max(seconds for _, seconds in answers) < PLATFORM_S, answers
                trial.injected["webhook meanwhile"] += 12
            saying = asyncio.create_task(nat.says("hello"))  # the platform brings it again until it is taken
            await until(lambda: _is_brought(world), "the platform to bring it")
        await saying
        await _hears_again(world)
        await world.settles()
        assert world.served.starts == 1
        assert "never retrieved" not in world.served.log.read_text()
        await check_messages(world, "calm", "line", in_doubt=1)


async def _is_brought(world: Rig) -> bool:
    return world.undelivered.any()


async def _timed(asked: Awaitable[int]) -> tuple[int, float]:
    """A status, and the seconds until it was there."""
    began = time.monotonic()
    return await asked, time.monotonic() - began


@contextmanager
def _frozen(server: EmbeddedServer) -> Iterator[None]:
    """SIGSTOP to each of the server's processes, which go on afterwards."""
    processes = embedded_process.processes(server.place)
    for process in processes:
        exists(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            exists(process, signal.SIGCONT)


async def _somebody(world: Rig) -> Person:
    """A new colleague, who has just opened their link."""
    world.impatient = True
    await world.meets("calm")
    nat = await world.person("Nat", "line", "en", "calm")
    await nat.opens(await world.link("line", await world.invitation("sales", "คุณเจ", "calm"), "calm"))
    return nat


@fault("F16", "PostgreSQL is read only for a while: webhooks are refused, and all goes on by itself afterwards")
async def test_a_database_that_can_only_be_read_is_waited_for(
    trial: Trial, server: EmbeddedServer, own: Database
) -> None:
    async with trial.rig(database=own) as world:
        nat = await _somebody(world)
        await world.settles()
        owner = await asyncpg.connect(server.superuser_dsn("aura"))
        for _ in range(times(1, 5)):
            await _reads_only(owner, "on")
            trial.injected["PostgreSQL read only"] += 1
            ends = time.monotonic() + times(3, 10)
            while time.monotonic() < ends:  # every loop of the program meets it
                assert await post(world, "calm", [said(nat.id, "hello")]) == 503
                await asyncio.sleep(0.1)
            await _reads_only(owner, "off")
            await _hears_again(world)
            await nat.says("hello")
            await world.settles()
        await owner.close()
        assert world.served.starts == 1
        await check_messages(world, "calm", "line", in_doubt=1)


async def _reads_only(owner: asyncpg.Connection, value: str) -> None:
    """For every transaction from now on, also of connections that are open."""
    await owner.execute(f"alter system set default_transaction_read_only = {value}")
    await owner.execute("select pg_reload_conf()")


@fault("F12", "PostgreSQL restarted while nothing happens (-m fast)")
async def test_an_idle_restart_costs_no_request(trial: Trial, server: EmbeddedServer, own: Database) -> None:
    async with trial.rig(database=own) as world:
        await world.meets("calm")
        for n in range(times(3, 10)):
            person = await world.control("line", "people", name=f"P{n}", language="en")
            world.line._state.chat(world.accounts["calm", "line"], person["id"]).friend = True
            assert await post(world, "calm", [said(person["id"], "hello")]) == 200
            await world.settles()
            await _ctl(server, "-m", "fast", "restart")
            trial.injected["idle restart"] += 1
            assert await post(world, "calm", [said(person["id"], "hello")]) == 200, "the first request after it"
        await world.settles()
        assert set(world.door.statuses) == {200}, world.door.statuses
        await check_messages(world, "calm", "line")
