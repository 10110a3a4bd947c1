"""Clinics are kept apart by the database itself, on every table there is and on every one that will be.

Each test that needs rows puts one row of each of two clinics into every table, with made-up values and the checks
of their content taken away, so that a new table is tested the day it is made.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from domain.database import session
from domain.database.engine import UnsafeRole, async_url, create_engine, refuse_unsafe_role
from domain.schema import schema
from tests.conftest import Database

SHARED = {"alembic_version", "clock"}
"""Tables that say nothing about any clinic: the program may only read them."""
TABLES = sorted(table.name for table in schema().sorted_tables if table.name not in SHARED)
APPEND_ONLY = (
    "point_transactions",
    "point_allocations",
    "workflow_actions",
    "workflow_events",
    "task_notes",
    "task_lots",
    "customer_notes",
)
DISPATCH = {
    "list_channel_accounts": "TABLE(clinic_id uuid, account_id uuid, channel text, slug text, revision integer)",
    "find_clinic": "uuid",
    "list_clinics": "TABLE(clinic_id uuid, slug text, timezone text)",
    "claim_inbox": "TABLE(clinic_id uuid, account_id uuid, inbox_id uuid, lease bigint)",
    "claim_accounts": "TABLE(clinic_id uuid, account_id uuid)",
    "release_accounts": "void",
    "claim_polls": "TABLE(account_id uuid, seconds_left double precision)",
    "release_polls": "void",
    "clinics_with_due_followups": "TABLE(clinic_id uuid)",
    "next_followup_due": "timestamp with time zone",
    "clinics_with_due_timers": "TABLE(clinic_id uuid)",
    "next_timer_due": "timestamp with time zone",
    "work_left": "boolean",
}
"""All that may look across clinics, and what it may tell: ids, addresses, leases and moments, never content."""

FORBIDDEN = "42501"
KEY_BROKEN = "23503"


@dataclass(frozen=True, slots=True)
class Two:
    """Two clinics with one row in every table each. `program` is a connection as the program has it."""

    here: UUID
    there: UUID
    program: asyncpg.Connection
    owner: asyncpg.Connection


@pytest.fixture
async def two(database: Database, owner: asyncpg.Connection) -> AsyncIterator[Two]:
    """Both clinics, every table filled."""
    here, there = uuid4(), uuid4()
    await owner.execute("set session_replication_role = replica")  # foreign keys and triggers sleep
    for name in TABLES:
        for row in await owner.fetch(
            "select conname from pg_constraint where contype = 'c' and conrelid = $1::text::regclass", name
        ):
            await owner.execute(f'alter table {name} drop constraint "{row["conname"]}"')
        for clinic in (here, there):
            await _fill(owner, name, clinic)
    await owner.execute("set session_replication_role = origin")
    program = await asyncpg.connect(database.url)
    yield Two(here, there, program, owner)
    await program.close()


async def _fill(owner: asyncpg.Connection, table: str, clinic: UUID) -> None:
    """One row with a value of the right type in every column."""
    columns = await owner.fetch(
        "select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute"
        " where attrelid = $1::text::regclass and attnum > 0 and not attisdropped"
        " and attidentity = '' and attgenerated = ''",
        table,
    )
    values = {column["name"]: _value(column["type"]) for column in columns}
    values["id" if table == "clinics" else "clinic_id"] = f"'{clinic}'"
    await owner.execute(f"insert into {table} ({', '.join(values)}) values ({', '.join(values.values())})")  # noqa: S608


def _value(kind: str) -> str:
    made = {
        "uuid": "gen_random_uuid()",
        "text": "gen_random_uuid()::text",
        "jsonb": "'{}'",
        "bytea": "''",
        "boolean": "true",
        "text[]": "'{}'",
        "timestamp with time zone": "clock_timestamp()",
        "time without time zone": "'10:00'",
        "date": "'2026-01-01'",
    }
    return made.get(kind, "1")


async def refused(program: asyncpg.Connection, sql: str, *values: Any) -> str | None:
    """The error code of a statement that must not work, None when it did; leaves nothing behind."""
    attempt = program.transaction()
    await attempt.start()
    try:
        await program.execute(sql, *values)
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    finally:
        await attempt.rollback()
    return None


async def in_clinic(program: asyncpg.Connection, clinic: UUID) -> None:
    """Let the open transaction see one clinic, as the program does it."""
    await program.execute("select set_config('app.clinic_id', $1, true)", str(clinic))


# The catalogue


async def test_every_table_has_forced_row_security_and_a_policy(owner: asyncpg.Connection) -> None:
    tables = await owner.fetch(
        "select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced,"
        " (select count(*) from pg_policy p where p.polrelid = c.oid and (p.polroles = '{0}')) as policies"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'"
    )
    assert {table["relname"] for table in tables} == {*TABLES, "clock"}
    assert [table["relname"] for table in tables if not table["forced"] or table["policies"] != 1] == []


async def test_no_view_looks_past_the_policies(owner: asyncpg.Connection) -> None:
    views = await owner.fetch(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'"
        " and (c.relkind = 'm' or c.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}', false))"
    )
    assert views == []


async def test_only_the_dispatch_functions_look_across_clinics(owner: asyncpg.Connection) -> None:
    functions = await owner.fetch(
        "select p.proname, pg_get_function_result(p.oid) as result, r.rolname as owner, p.proconfig,"
        " has_function_privilege('aura_app', p.oid, 'execute') as ours,"
        " exists (select 1 from aclexplode(p.proacl) a where a.grantee = 0) as anybodys"
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner"
        " where n.nspname = 'public' and p.prosecdef"
    )
    assert {f["proname"]: f["result"] for f in functions} == DISPATCH
    for function in functions:
        assert (function["owner"], function["ours"], function["anybodys"]) == ("aura_dispatch", True, False)
        assert function["proconfig"] == ["search_path=public, pg_temp"]
    roles = await owner.fetch(
        "select rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname in ('aura_app', 'aura_dispatch')"
    )
    assert [tuple(role) for role in roles] == [(False, False, False)] * 2


async def test_every_key_begins_with_the_clinic(owner: asyncpg.Connection) -> None:
    keys = await owner.fetch(
        "select c.conname, c.conrelid::regclass::text as mine, c.confrelid::regclass::text as theirs,"
        " (select attname from pg_attribute where attrelid = c.conrelid and attnum = c.conkey[1]) as from_column,"
        " (select attname from pg_attribute where attrelid = c.confrelid and attnum = c.confkey[1]) as to_column"
        " from pg_constraint c where c.contype = 'f'"
    )
    assert len(keys) > len(TABLES)
    for key in keys:
        assert key["from_column"] == "clinic_id", key["conname"]
        assert key["to_column"] == ("id" if key["theirs"] == "clinics" else "clinic_id"), key["conname"]
    indexes = await owner.fetch(
        "select i.indexrelid::regclass::text as name,"
        " (select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0]) as first"
        " from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace"
        " where i.indisunique and n.nspname = 'public' and c.relname not in ('clinics', 'clock', 'alembic_version')"
    )
    assert [index["name"] for index in indexes if index["first"] != "clinic_id"] == []


async def test_the_migrations_make_what_the_code_declares(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), schema()))

    engine = create_async_engine(async_url(database.admin_url))
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()


# Rows


async def test_without_a_clinic_nothing_is_seen_and_nothing_is_written(two: Two) -> None:
    for table in TABLES:
        key = "id" if table == "clinics" else "clinic_id"
        assert await two.owner.fetchval(f"select count(*) from {table}") == 2, table  # noqa: S608
        assert await two.program.fetchval(f"select count(*) from {table}") == 0, table  # noqa: S608
        insert = f"insert into {table} ({key}) values ($1)"  # noqa: S608
        assert await refused(two.program, insert, two.here) == FORBIDDEN, table


async def test_another_clinics_rows_cannot_be_seen_changed_or_taken(two: Two) -> None:
    for table in TABLES:
        key = "id" if table == "clinics" else "clinic_id"
        async with two.program.transaction():
            await in_clinic(two.program, two.here)
            seen = await two.program.fetch(f"select {key} from {table}")  # noqa: S608
            assert [row[key] for row in seen] == [two.here], table
            insert = f"insert into {table} ({key}) values ($1)"  # noqa: S608
            assert await refused(two.program, insert, two.there) == FORBIDDEN, table
            if table in APPEND_ONLY:
                continue
            change = f"update {table} set {key} = {key} where {key} = $1"  # noqa: S608
            assert await two.program.execute(change, two.there) == "UPDATE 0", table
            assert await two.program.execute(change, two.here) == "UPDATE 1", table
            move = f"update {table} set {key} = $1 where {key} = $2"  # noqa: S608
            assert await refused(two.program, move, two.there, two.here) == FORBIDDEN, table


async def test_a_row_cannot_point_into_another_clinic(two: Two) -> None:
    """Foreign keys are checked past row-level security; only the clinic in the key holds them back."""
    theirs = await two.owner.fetchval("select id from workflow_states where clinic_id = $1", two.there)
    mine = await two.owner.fetchval("select id from workflow_states where clinic_id = $1", two.here)
    insert = "insert into task_queue (clinic_id, journey_id, kind, created_at) values ($1, $2, 'other', now())"
    async with two.program.transaction():
        await in_clinic(two.program, two.here)
        assert await refused(two.program, insert, two.here, mine) is None
        assert await refused(two.program, insert, two.here, theirs) == KEY_BROKEN


async def test_the_books_are_append_only(two: Two) -> None:
    for table in APPEND_ONLY:
        async with two.program.transaction():
            await in_clinic(two.program, two.here)
            for sql in (f"update {table} set clinic_id = clinic_id", f"delete from {table}"):  # noqa: S608
                assert await refused(two.program, sql) == FORBIDDEN, sql
    for sql in ("update clock set offset_seconds = 1", "insert into clock (one) values (1)", "delete from clock"):
        assert await refused(two.program, sql) == FORBIDDEN, sql


async def test_a_pooled_connection_forgets_its_clinic(two: Two, database: Database) -> None:
    engine = create_engine(database.url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await session.set_clinic(connection, two.here)
            assert (await connection.execute(text("select count(*) from customers"))).scalar_one() == 1
        async with engine.begin() as connection:
            assert (await connection.execute(text("select count(*) from customers"))).scalar_one() == 0
            assert (await connection.execute(text("select current_setting('app.clinic_id', true)"))).scalar() == ""
    finally:
        await engine.dispose()


# The login


@pytest.mark.parametrize(
    ("attributes", "is_safe"),
    [
        ("login in role aura_app", True),
        ("login superuser in role aura_app", False),
        ("login bypassrls in role aura_app", False),
        ("login", False),
    ],
)
async def test_the_program_refuses_a_login_that_policies_do_not_bind(
    database: Database, owner: asyncpg.Connection, attributes: str, is_safe: bool
) -> None:
    name = f"login_{uuid4().hex[:8]}"
    await owner.execute(f"create role {name} {attributes}")
    try:
        assert await _is_accepted(database, name) is is_safe
        if is_safe:  # who owns a table is not bound by its policies
            await owner.execute(f"create table owned_{name} ()")
            await owner.execute(f"alter table owned_{name} owner to {name}")
            assert await _is_accepted(database, name) is False
    finally:
        await owner.execute(f"drop owned by {name}")
        await owner.execute(f"drop role {name}")


async def _is_accepted(database: Database, login: str) -> bool:
    url = make_url(database.url).set(username=login)
    engine = create_engine(url.render_as_string(hide_password=False), pool_size=1)
    try:
        await refuse_unsafe_role(engine)
    except UnsafeRole:
        return False
    finally:
        await engine.dispose()
    return True
