"""The program's pool outlives its connections: a server that closed one costs nobody's event anything."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from sqlalchemy import make_url, text

from domain.database.engine import async_url, plain_url
from domain.database.session import Engine


@pytest.mark.parametrize("name", ["sslmode", "ssl"])
def test_a_managed_databases_address_is_understood_by_every_part(name: str) -> None:
    """SQLAlchemy hands the address over as arguments, asyncpg reads it itself: they call the same thing differently."""
    address = f"postgresql://aura:p%40ss@db.example:5433/aura?{name}=require"
    assert make_url(async_url(address)).query == {"ssl": "require"}
    assert plain_url(address) == "postgresql://aura:p%40ss@db.example:5433/aura?sslmode=require"


async def test_a_connection_that_the_server_closed_is_replaced_before_use(
    engine: Engine, owner: asyncpg.Connection
) -> None:
    closed = asyncio.Event()
    async with engine.connect() as connection:
        pid = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()
        driver: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(lambda _: closed.set())
    assert await owner.fetchval("select pg_terminate_backend($1)", pid)
    await asyncio.wait_for(closed.wait(), 5)
    async with engine.connect() as connection:
        assert (await connection.execute(text("select pg_backend_pid()"))).scalar_one() != pid
