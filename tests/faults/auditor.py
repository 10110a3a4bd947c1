"""The auditor: a login of its own that sees every clinic and can write nothing, and looks all the time.

Every 200 ms it asks each invariant of `SAFE` in one snapshot and keeps what it found; `CALM` it is asked for when the
faults have stopped. While the database is away there is nothing to see, and it comes back by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import asyncpg
from sqlalchemy import make_url

from tests.conftest import Database
from tests.faults.invariants import CALM, SAFE

LOGIN = "aura_audit"
EVERY_S = 0.2
_UNSETTLED = f"select {' or '.join(f'exists ({sql})' for sql in CALM.values())}"
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
)


class Auditor:
    """Looks at one database. `samples` counts snapshots, `found` keeps each broken invariant's first rows."""

    def __init__(self, database: Database) -> None:
        self.samples = 0
        self.found: dict[str, str] = {}
        self.url = make_url(database.admin_url).set(username=LOGIN).render_as_string(hide_password=False)
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()

    async def watch(self) -> None:
        """Sample until cancelled."""
        while True:
            with suppress(*AWAY):
                await self.sample()
            await asyncio.sleep(EVERY_S)

    async def sample(self) -> None:
        """Ask every invariant that must always hold, in one snapshot."""
        for name, rows in (await self._ask(SAFE)).items():
            self.found.setdefault(name, rows)
        self.samples += 1

    async def unsettled(self) -> dict[str, str]:
        """The invariants of the calm that do not hold (yet), with their first rows."""
        return await self._ask(CALM)

    async def calm(self) -> bool:
        """Whether everything has settled, asked in one statement; False while the database is away."""
        with suppress(*AWAY):
            async with self._turn:
                return not await (await self._connected()).fetchval(_UNSETTLED)
        return False

    def check(self) -> None:
        """AssertionError when anything was ever found wrong, or nobody ever looked."""
        assert self.samples, "the auditor has seen nothing"
        assert not self.found, self.found

    async def close(self) -> None:
        """Leave the database."""
        if self._connection is not None:
            await self._connection.close()

    async def _ask(self, invariants: Mapping[str, str]) -> dict[str, str]:
        async with self._turn:
            return await broken(await self._connected(), invariants)

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            settings = {"default_transaction_read_only": "on", "jit": "off", "application_name": LOGIN}
            self._connection = await asyncpg.connect(self.url, server_settings=settings)
        return self._connection


async def broken(connection: asyncpg.Connection, invariants: Mapping[str, str]) -> dict[str, str]:
    """Which invariants do not hold in one snapshot of the database, each with its first rows."""
    wrong = {}
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for name, sql in invariants.items():
            if rows := await connection.fetch(sql):
                wrong[name] = f"{len(rows)} rows: {[dict(row) for row in rows[:3]]}"
    return wrong


@asynccontextmanager
async def auditing(database: Database) -> AsyncIterator[Auditor]:
    """An auditor at work, whose login is made where the server has none yet."""
    owner = await asyncpg.connect(database.admin_url)
    try:
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):  # another test's, just now
            await owner.execute(f"create role {LOGIN} login bypassrls in role pg_read_all_data")
    finally:
        await owner.close()
    auditor = Auditor(database)
    watch = asyncio.create_task(auditor.watch())
    try:
        yield auditor
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await auditor.close()
