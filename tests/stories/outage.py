"""A database that is away for a while, as everybody but its owner sees it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import make_url

from tests.stories.world import World


@asynccontextmanager
async def database_away(world: World) -> AsyncIterator[None]:
    """Nobody can connect to the world's database, and who was connected is no more."""
    name = make_url(world.database.url).database
    connection = await asyncpg.connect(os.environ["AURA_TEST_SERVER"])
    try:
        await connection.execute(f'alter database "{name}" allow_connections false')
        await connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        yield
    finally:
        await connection.execute(f'alter database "{name}" allow_connections true')
        await connection.close()
        if world.owner is not None:
            await world.owner.close()
            world.owner = None
