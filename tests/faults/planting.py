"""Rows that the product could never write, for tests of the auditor: constraints gone, whatever is not said made up.

The database is the test's own, and whatever it planted is rolled back or ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg

_MADE_UP = {
    "uuid": "gen_random_uuid()",
    "text": "''",
    "ARRAY": "'{}'",
    "jsonb": "'{}'",
    "bytea": "''",
    "boolean": "false",
    "timestamp with time zone": "clock_timestamp()",
    "integer": "1",
    "smallint": "1",
    "bigint": "1",
}
_COLUMNS = """
select column_name, data_type from information_schema.columns where table_schema = 'public' and table_name = $1
   and is_nullable = 'NO' and column_default is null and is_identity = 'NO' and is_generated = 'NEVER'"""
_CONSTRAINTS = "select conname from pg_constraint where conrelid = $1::regclass and contype in ('u', 'c', 'x')"
_INDEXES = """
select indexrelid::regclass::text from pg_index where indrelid = $1::regclass and indisunique and not indisprimary"""


async def plant(owner: asyncpg.Connection, table: str, values: Mapping[str, Any]) -> None:
    """One row with these values (SQL expressions); every other column that needs one gets something."""
    async with owner.transaction():
        await owner.execute("set local session_replication_role = replica")  # no foreign keys, no triggers
        for found in await owner.fetch(_CONSTRAINTS, table):
            await owner.execute(f"alter table {table} drop constraint {found[0]} cascade")
        for found in await owner.fetch(_INDEXES, table):
            await owner.execute(f"drop index {found[0]}")
        needed = {row["column_name"]: _MADE_UP[row["data_type"]] for row in await owner.fetch(_COLUMNS, table)}
        whole = {**needed, **values}
        await owner.execute(f"insert into {table} ({', '.join(whole)}) values ({', '.join(map(str, whole.values()))})")  # noqa: S608
