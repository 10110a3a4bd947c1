"""Bringing a database up to date while the release before still serves."""

from __future__ import annotations

import asyncpg
import pytest

from domain.database import upgrade as upgrading
from domain.database.upgrade import schema, upgrade
from tests.conftest import Database


async def test_an_upgrade_gives_way_to_whoever_uses_a_table(
    database: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody would wait behind it, for as long as a backup takes, say."""
    monkeypatch.setattr(upgrading, "LOCK_SECONDS", 0.2, raising=False)
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
