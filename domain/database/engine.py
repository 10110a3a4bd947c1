"""The program's connection to PostgreSQL: one engine a process, with timeouts and a safety check of its role."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# Nothing this program does should take long (in ms); what does must fail rather than hold a customer's row. A statement
# that waits for others is ended first: that is no bug of ours, and it is tried again.
SESSION = {
    "statement_timeout": "15000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "30000",
    "jit": "off",
    "timezone": "UTC",
    "application_name": "aura",
}


class UnsafeRole(RuntimeError):
    """The program was given a login that row-level security does not bind."""


def async_url(url: str) -> str:
    """`postgresql://...` as SQLAlchemy wants it for asyncpg; any libpq-style address is accepted."""
    return _renamed(url, "postgresql+asyncpg", "sslmode", "ssl")


def plain_url(url: str) -> str:
    """The same address as asyncpg itself wants it."""
    return _renamed(url, "postgresql", "ssl", "sslmode")


def _renamed(url: str, driver: str, name: str, other: str) -> str:
    parsed = make_url(url)
    query = {other if key == name else key: value for key, value in parsed.query.items()}
    return parsed.set(drivername=driver, query=query).render_as_string(hide_password=False)


def create_engine(url: str, *, pool_size: int = 16) -> AsyncEngine:
    """The engine for the program's role. A connection that died is replaced before use.

    Its socket says so, which costs nothing; SQLAlchemy's own ping is three statements before each unit's first.
    """
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=5,
        hide_parameters=True,  # or a failing statement would log what a person wrote
        connect_args={"server_settings": SESSION, "timeout": 10, "command_timeout": 20},
    )
    event.listen(engine.sync_engine, "checkout", _replace_dead)
    return engine


def _replace_dead(connection: Any, record: object, proxy: object) -> None:
    """Make the pool open another connection when the server has closed this one."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


async def refuse_unsafe_role(engine: AsyncEngine) -> None:
    """Raise UnsafeRole unless the login is a plain member of `aura_app` that owns no table.

    A superuser, a role with BYPASSRLS or the owner would see every clinic's rows.
    """
    async with engine.connect() as connection:
        row = (
            await connection.execute(
                text(
                    "select r.rolsuper or r.rolbypassrls as bypasses,"
                    " exists (select 1 from pg_class c where c.relowner = r.oid and c.relkind = 'r') as owns,"
                    " pg_has_role(r.oid, 'aura_app', 'member') as member,"
                    " pg_has_role(r.oid, 'aura_dispatch', 'member') as sees_all"
                    " from pg_roles r where r.rolname = current_user"
                )
            )
        ).one()
    if row.bypasses or row.owns or row.sees_all or not row.member:
        raise UnsafeRole(
            "AURA_DATABASE_URL must log in as a member of role aura_app that is no superuser, has no"
            " BYPASSRLS and owns no table; otherwise clinics could see each other's data."
        )
