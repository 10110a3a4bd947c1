"""What load balancers ask: `/healthz` while the process lives, `/readyz` only while it can do its work."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from aiohttp import ClientConnectorError

from bots.app import Role, build, running
from bots.pictures.address import PictureAddress
from domain.database.upgrade import Schema, schema
from tests.faults.program import until
from tests.stories.outage import database_away
from tests.stories.world import SECRET_KEY, World, settings_for


async def asks(world: World, path: str, address: str = "") -> tuple[int, str]:
    async with world.http.get(f"{address or world.program.settings.address}{path}") as answer:
        return answer.status, (await answer.json())["status"]


async def test_a_process_that_works_is_ready(world: World) -> None:
    assert (await asks(world, "/healthz"), await asks(world, "/readyz")) == ((200, "ok"), (200, "ok"))


async def test_without_its_database_it_lives_but_is_not_ready(world: World) -> None:
    async with database_away(world):
        assert await asks(world, "/healthz") == (200, "ok")
        assert await asks(world, "/readyz") == (503, "database away")
    assert await asks(world, "/readyz") == (200, "ok")


async def test_a_picture_that_cannot_be_looked_up_is_to_be_asked_for_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    url = PictureAddress(world.program.settings.address, (SECRET_KEY,)).url(world.clinic_ids["DRG"], uuid4())
    async with database_away(world), world.http.get(url) as answer:
        assert (answer.status, "Retry-After" in answer.headers) == (503, True)
    async with world.http.get(url) as answer:
        assert answer.status == 404, "there is no such row"
    assert not [record for record in caplog.records if record.name == "aiohttp.server"]


async def test_with_every_connection_taken_it_says_so_within_a_second(world: World) -> None:
    async with AsyncExitStack() as stack:
        pool = world.program.engine.sync_engine.pool
        for _ in range(20):
            await stack.enter_async_context(world.program.engine.connect())
        assert "Overflow: 4" in pool.status()
        begun = time.perf_counter()
        assert await asks(world, "/readyz") == (503, "database away")
        assert time.perf_counter() - begun < 1
    assert await asks(world, "/readyz") == (200, "ok")


async def test_an_older_schema_is_not_good_enough_a_newer_one_is(world: World) -> None:
    newest = await world.one_truth("select version_num from alembic_version")
    for revision, status in (("0001", 503), ("9999", 200), (newest, 200)):
        await world.truth("update alembic_version set version_num = $1", revision)
        assert (await asks(world, "/readyz"))[0] == status, revision
    assert schema().head == newest
    assert [Schema("2", frozenset("12")).lacks(found) for found in (None, "1", "2", "3")] == [True, True, False, False]


async def test_a_process_that_stops_is_not_ready_first_and_still_serves(world: World) -> None:
    settings = settings_for(world.platforms).model_copy(update={"drain_seconds": 0.5})
    left = asyncio.Event()

    async with build(settings, world.database.url) as program:

        async def lives() -> None:
            async with running(program, "web"):
                assert await asks(world, "/readyz", settings.address) == (200, "ok")
            left.set()

        life = asyncio.create_task(lives())

        async def is_stopping() -> bool:
            return program.readiness.stopping

        await until(is_stopping, "the process to be told to stop")
        assert await asks(world, "/readyz", settings.address) == (503, "stopping")
        assert await asks(world, "/healthz", settings.address) == (200, "ok")
        assert not left.is_set()
        await life
        with pytest.raises(ClientConnectorError):
            await asks(world, "/healthz", settings.address)


@pytest.mark.parametrize("role", ["web", "worker"])
async def test_a_process_whose_database_is_away_stops_all_the_same(world: World, role: Role) -> None:
    """What it can no longer give back runs out by itself."""
    async with build(settings_for(world.platforms), world.database.url) as program, AsyncExitStack() as stack:
        await stack.enter_async_context(running(program, role, menus=False))
        async with database_away(world), asyncio.timeout(20):
            await stack.aclose()
