"""`aura db upgrade` beside programs that serve: it gives way, and comes back."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from domain.database import upgrade as upgrading
from domain.database.upgrade import schema, upgrade
from tests.conftest import Database
from tests.faults.program import until

_WAITS = "select exists (select 1 from pg_locks where relation = 'alembic_version'::regclass and not granted)"


async def test_a_migration_gives_way_and_begins_again(database: Database) -> None:
    """Whoever queues behind a migration that waits would wait for as long: so it waits for less than a second."""
    busy = await asyncpg.connect(database.admin_url)
    looks = await asyncpg.connect(database.admin_url)
    try:
        async with busy.transaction():
            await busy.execute("lock table alembic_version in access exclusive mode")
            migrating = asyncio.create_task(upgrade(database.admin_url, create_login=False))
            for waits in (True, False, True):

                async def is_so(waits: bool = waits) -> bool:
                    assert not migrating.done(), migrating.exception()
                    return bool(await looks.fetchval(_WAITS)) == waits

                await until(is_so, "the migration to wait, to give way, and to wait again", 10)
        await migrating
    finally:
        await busy.close()
        await looks.close()


async def test_an_upgrade_gives_way_to_whoever_uses_a_table(
    database: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody would wait behind it, for as long as a backup takes, say."""
    monkeypatch.setattr(upgrading, "PATIENCE", 0.2)
    await owner.execute("drop index ix_inbox_lane; update alembic_version set version_num = '0013'")
    user = await asyncpg.connect(database.admin_url)
    try:
        async with user.transaction():
            await user.execute("lock table inbox in row exclusive mode")
            with pytest.raises(TimeoutError, match="in use"):
                await upgrade(database.admin_url, create_login=False)
    finally:
        await user.close()
    assert await owner.fetchval("select version_num from alembic_version") == "0013"
    await upgrade(database.admin_url, create_login=False)
    assert await owner.fetchval("select version_num from alembic_version") == schema().head


async def test_each_revision_commits_by_itself(owner: asyncpg.Connection) -> None:
    """What one locks is free while the next works: here, two that each made an index of one table."""
    made = "select count(distinct xmin::text) from pg_class where relname in ('ix_inbox_parked', 'ix_inbox_lane')"
    assert await owner.fetchval(made) == 2
