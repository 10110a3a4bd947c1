"""Bringing a database up to date: roles, extensions, Alembic. Runs as the owner (the admin URL)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import AsyncRetrying, RetryError, retry_if_exception, stop_after_delay, wait_random

from domain.database.engine import async_url
from domain.database.errors import TRANSIENT, sqlstate
from domain.database.session import single

# Any number works, as long as no other part of the program takes the same one.
UPGRADE_LOCK = 0x41555241
# How long a revision waits for a lock, in ms, before it gives way and begins again: so long, everybody waits behind it
# (a backup keeps its locks for as long as it takes). Less than the second after which PostgreSQL ends one of two that
# wait for each other, which may be either
# (https://www.postgresql.org/docs/current/runtime-config-locks.html#GUC-DEADLOCK-TIMEOUT).
LOCK_WAIT = 500
# Seconds after which a database is too busy, or somebody holds a lock for good.
PATIENCE = 60

ROLES = """
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'aura_app') then
    create role aura_app nologin nosuperuser nobypassrls;
  end if;
  if not exists (select 1 from pg_roles where rolname = 'aura_dispatch') then
    create role aura_dispatch nologin nosuperuser nobypassrls;
  end if;
end $$
"""
LOGIN = """
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'aura_program') then
    create role aura_program login nosuperuser nobypassrls in role aura_app;
  end if;
end $$
"""
DIRECTORY = Path(__file__).resolve().parents[2] / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(DIRECTORY).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _run(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


async def upgrade(admin_url: str, *, create_login: bool) -> None:
    """Create the roles and run every missing revision, each in its own transaction, behind a lock that replicas share.

    `create_login` also makes the login role `aura_program` without a password; only for the embedded
    server, whose socket no other operating-system user can open. Programs that serve meanwhile go first: where their
    locks are in the way the revision begins again. TimeoutError when it did so for `PATIENCE`: the revisions before it
    stay, and the release that serves lives with them.
    """
    # Closed after each try, which is what ends the lock of a session.
    engine = create_async_engine(async_url(admin_url), hide_parameters=True, poolclass=NullPool)
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_is_in_the_way),
            stop=stop_after_delay(PATIENCE),
            wait=wait_random(0.1, 1),
        ):
            with attempt:
                await _upgrade(engine, create_login)
    except RetryError:
        raise TimeoutError("a table stays in use (by a backup?); what serves goes on, try again") from None
    finally:
        await engine.dispose()


async def _upgrade(engine: AsyncEngine, create_login: bool) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("select pg_advisory_lock(:key)"), {"key": UPGRADE_LOCK})
        await connection.execute(text(f"set lock_timeout = {LOCK_WAIT}"))
        await connection.execute(text(ROLES))
        if create_login:
            await connection.execute(text(LOGIN))
        await connection.commit()
        await connection.run_sync(_run)


def _is_in_the_way(error: BaseException) -> bool:
    # A revision's SQL files go past SQLAlchemy: what breaks in them is the driver's own error.
    return (sqlstate(error) or getattr(error, "sqlstate", None)) in TRANSIENT


@dataclass(frozen=True, slots=True)
class Schema:
    """The revisions that this release knows: its newest, and all."""

    head: str | None
    known: frozenset[str]

    def lacks(self, current: str | None) -> bool:
        """Whether a database at this revision is older than the release. One that is newer will do: a migration
        runs while the release before it still serves."""
        return current != self.head and (current is None or current in self.known)

    async def current(self, engine: AsyncEngine) -> str | None:
        """The database's revision, as the program's role reads it."""
        async with single(engine) as connection:
            found: str | None = (await connection.execute(text("select version_num from alembic_version"))).scalar()
        return found


@cache
def schema() -> Schema:
    """What this release needs."""
    script = ScriptDirectory.from_config(_config())
    return Schema(script.get_current_head(), frozenset(revision.revision for revision in script.walk_revisions()))


async def ensure_login(admin_url: str, program_url: str) -> bool:
    """Create the login that `program_url` names, with its password and in `aura_app`; False when it exists already."""
    wanted = make_url(program_url)
    values = {"name": wanted.username, "password": str(wanted.password or "")}
    engine = create_async_engine(async_url(admin_url), hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            if (await connection.execute(text("select 1 from pg_roles where rolname = :name"), values)).scalar():
                return False
            create = text(
                "select format('create role %I login nosuperuser nobypassrls password %L in role aura_app',"
                " cast(:name as text), cast(:password as text))"
            )
            await connection.exec_driver_sql((await connection.execute(create, values)).scalar_one())
            return True
    finally:
        await engine.dispose()


def knows(revision: str) -> bool:
    """Whether this release has (or comes after) a revision."""
    return revision in schema().known


async def versions(url: str) -> tuple[str | None, str | None]:
    """(the database's revision, the newest revision this release knows)."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    engine = create_async_engine(async_url(url))
    try:
        async with engine.connect() as connection:
            current = await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
    finally:
        await engine.dispose()
    return current, head


async def ensure_database(server_url: str, name: str) -> None:
    """Create database `name` on a server we own, unless it exists."""
    engine = create_async_engine(async_url(server_url), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            exists = await connection.execute(text("select 1 from pg_database where datname = :name"), {"name": name})
            if exists.scalar() is None:
                await connection.execute(text(f'create database "{name}"'))
    finally:
        await engine.dispose()
