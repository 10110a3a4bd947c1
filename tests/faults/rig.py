"""A world in which the program is a process of its own that can be killed at any commit, and comes back.

The database is reached through `CommitProxy`, the emulated platforms live in the test's process and bring again
whatever was not taken. `settles` waits, by looking at the truth, until everything that was set going has been done,
and starts the program again when it was killed. What a dead process leased is not waited for: the leases are made
to have run out, and now and then so are reply tokens, as if the machine had come back after a minute.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from sqlalchemy import make_url

from bots.app import build
from bots.journal import Entry, Journal
from bots.line.emulator import LineEmulator
from bots.settings import Settings
from bots.telegram.emulator import TelegramEmulator
from domain.database.clock import read_clock, set_clock
from domain.database.engine import create_engine
from tests.conftest import Database
from tests.faults.commit_proxy import CommitProxy, Trap
from tests.faults.program import Nursery, Served, until
from tests.stories.world import SECRET_KEY, World, platforms, settings_for

AGAIN_S = 0.2
"""The emulated platforms bring an event again after this long, for a minute."""

_QUIET = """
select not exists (select 1 from inbox where state = 'pending')
   and not exists (select 1 from outbox where state in ('pending', 'sending'))
   and not exists (select 1 from followup_executions, clock
                    where state = 'planned' and due_at <= clock_timestamp() + make_interval(secs => offset_seconds))
   and not exists (select 1 from timers, clock
                    where due_at <= clock_timestamp() + make_interval(secs => offset_seconds))
"""
_LEASES_RUN_OUT = """
update inbox set lease_until = clock_timestamp() - interval '1 s' where state = 'pending' and lease_until is not null;
update outbox set lease_until = clock_timestamp() - interval '1 s'
 where state in ('pending', 'sending') and lease_until is not null;
update channel_accounts set lease_until = clock_timestamp() - interval '1 s' where lease_until is not null;
"""
_A_MINUTE_PASSES = """
update inbox set received_at = received_at - interval '61 s' where state = 'pending';
update outbox set reply_until = reply_until - interval '61 s' where state in ('pending', 'sending');
"""


class Undelivered:
    """Events of the platforms that the program has not taken yet, followed in their journal."""

    def __init__(self, journal: Journal) -> None:
        self._news = journal.subscribe()
        self._open: set[tuple[object, object]] = set()

    def any(self) -> bool:
        """Whether a platform still has something to bring."""
        while not self._news.empty():
            self._read(self._news.get_nowait())
        return bool(self._open)

    def _read(self, entry: Entry) -> None:
        match entry:
            case {"channel": "line", "kind": "event"}:
                self._open.add(("line", entry["event"]["webhookEventId"]))
            case {"channel": "line", "kind": "delivered", "final": True}:
                self._open.discard(("line", entry["event"]))
            case {"channel": "telegram", "kind": "update", "queued": True}:
                self._open.add((entry["account"], entry["update"]["update_id"]))
            case {"channel": "telegram", "kind": "delivery", "done": True}:
                self._open.discard((entry["account"], entry["event"]))


class Drift:
    """The LINE platform's clock: real time and what the tests have let pass."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return time.time() + self.seconds


@dataclass(slots=True)
class Rig(World):
    """The world with the program outside. `program` is this process's own desk: it opens clinics, runs nothing."""

    served: Served = field(kw_only=True)
    proxy: CommitProxy = field(kw_only=True)
    journal: Journal = field(kw_only=True)
    audit: asyncpg.Connection = field(kw_only=True)
    undelivered: Undelivered = field(kw_only=True)
    drift: Drift = field(kw_only=True)
    luck: random.Random = field(kw_only=True)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    dies: list[Trap] = field(default_factory=list)
    """Traps for the next act: set when it begins, gone when all has settled."""

    def delivered(self, deliveries: Iterable[dict[str, Any]]) -> None:
        """Whatever the program answered: what it did not take is brought again."""

    async def control(self, channel: str, path: str, **body: Any) -> dict[str, Any]:
        """The next act, with its traps."""
        self.proxy.traps, self.dies = self.dies, []
        return await World.control(self, channel, path, **body)

    async def settles(self) -> None:
        """Everything has been done, by as many lives of the program as it took."""
        await until(self._is_done, f"everything to be done; see {self.served.log}")
        self.proxy.traps.clear()

    async def meets(self, slug: str) -> None:
        """A clinic opens while the program is down, so that it knows the new addresses from its start.

        Its menus are installed (and swept) by then: a program that did so by itself would commit at any moment.
        """
        if self.served.lives:
            self.proxy.die()
            await self.served.gone()
        await self.opens(slug, like="DRG")
        for _ in ("installed", "swept"):
            await self.keeps_menus()
        await self.served.start()

    async def moves_to(self, moment: datetime) -> None:
        """The clinic's clock shows `moment`; the program's own ticker finds what that makes due."""
        self.proxy.traps, self.dies = self.dies, []
        engine = create_engine(self.database.admin_url, pool_size=1)
        try:
            await set_clock(engine, moment - datetime.now(moment.tzinfo))
        finally:
            await engine.dispose()
        await self.settles()

    async def now(self) -> datetime:
        """The clinic's now."""
        return await read_clock(self.program.engine)

    async def looks(self) -> str:
        """How things stand, for the report of a failure."""
        rows = await self.audit.fetch(
            "select row_kind, notice_kind, state, repeated, attempts, error from outbox"
            " where state <> 'sent' or repeated"
        )
        return f"messages in doubt: {[dict(row) for row in rows]}; the program's log: {self.served.log.read_text()}"

    async def _is_done(self) -> bool:
        async with self.turn:
            if not self.served.lives:
                await self._comes_back()
            return not self.undelivered.any() and bool(await self.audit.fetchval(_QUIET))

    async def _comes_back(self) -> None:
        await self.served.gone()
        await self.audit.execute(_LEASES_RUN_OUT)
        if self.luck.random() < 0.5:
            await self.audit.execute(_A_MINUTE_PASSES)
            self.drift.seconds += 61
        await self.served.start()


@asynccontextmanager
async def rig(nursery: Nursery, database: Database, seed: int) -> AsyncIterator[Rig]:
    """A running rig with no clinic in it. Everything it starts ends with it."""
    async with AsyncExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="aura-faults-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        journal, drift = Journal(None), Drift()
        line = LineEmulator(journal, clock=drift, redelivery_waits=(AGAIN_S,) * 300)
        telegram = TelegramEmulator(journal, wait=lambda failures: AGAIN_S)
        address = await stack.enter_async_context(platforms(line, telegram))
        settings = settings_for(address)
        desk = await stack.enter_async_context(build(settings, database.url))
        owner = await asyncpg.connect(database.admin_url)
        stack.push_async_callback(owner.close)
        served = Served(nursery, directory, _environment(settings, database, directory), settings.address, http)
        proxy = CommitProxy(directory, lambda: _connect(database), served.kill)
        stack.push_async_callback(proxy.close)
        await proxy.start()
        stack.callback(served.kill)
        yield Rig(
            program=desk,
            database=database,
            owner=owner,
            audit=owner,
            http=http,
            platforms=address,
            line=line,
            telegram=telegram,
            served=served,
            proxy=proxy,
            journal=journal,
            undelivered=Undelivered(journal),
            drift=drift,
            luck=random.Random(seed),  # noqa: S311 - reproducible on purpose
        )


def _environment(settings: Settings, database: Database, directory: Path) -> dict[str, str]:
    url = make_url(database.url).set(host=None, port=None).set(query={"host": str(directory), "port": "5432"})
    return {
        "AURA_DATABASE_URL": url.render_as_string(hide_password=False),
        "AURA_DATA_DIR": str(directory),
        "AURA_SECRET_KEY": SECRET_KEY,
        "AURA_PORT": str(settings.port),
        "AURA_PUBLIC_URL": settings.public_url,
        "AURA_LINE_API_URL": settings.line_api_url,
        "AURA_LINE_DATA_API_URL": settings.line_data_api_url,
        "AURA_TELEGRAM_API_URL": settings.telegram_api_url,
        "AURA_LOG_LEVEL": "WARNING",
    }


async def _connect(database: Database) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the server itself, by socket directory or by name."""
    url = make_url(database.url)
    host, port = str(url.query.get("host") or url.host or "localhost"), url.query.get("port") or url.port or 5432
    if host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, int(str(port)))
