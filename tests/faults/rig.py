"""A world in which the program is one or more processes that can be killed at any commit, and come back.

Each reaches the database through a `CommitProxy`, the platforms reach them by one address (`FrontDoor`), live in the
test's process and bring again whatever was not taken. `settles` waits, by the auditor's eyes, until everything that
was set going has been done, and starts what was killed again, as a supervisor does. What a dead process leased is not
waited for: the leases are made to have run out, and now and then so are reply tokens, as if a minute had passed.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from sqlalchemy import make_url

from bots.app import build
from bots.intake import LEASE_SECONDS as EVENT_LEASE
from bots.journal import Journal
from bots.line.emulator import LineEmulator
from bots.polling import LEASE_SECONDS as POLL_LEASE
from bots.sending import LEASE_SECONDS as MESSAGE_LEASE
from bots.settings import Settings
from bots.telegram.emulator import TelegramEmulator
from domain.database.clock import read_clock, set_clock
from domain.database.engine import create_engine
from tests.conftest import Database
from tests.faults.auditor import AWAY, Auditor, auditing
from tests.faults.commit_proxy import CommitProxy, Trap
from tests.faults.front_door import FrontDoor, front_door
from tests.faults.program import Nursery, until
from tests.faults.served import Served
from tests.faults.taken import Undelivered, check_taken
from tests.stories.world import SECRET_KEY, UNHURRIED, World, platforms, settings_for

AGAIN_S = 0.2
"""The emulated platforms bring an event again after this long, for a minute."""

FORGOTTEN_S = 3.0
"""A lease that nobody has renewed or ended for so long is a dead one's, where tests are impatient."""
LOOKS_S = 0.2
"""How often such leases are looked for."""

_LEASES_RUN_OUT = """
update inbox set lease_until = clock_timestamp() - interval '1 s' where state = 'pending' and lease_until is not null;
update outbox set lease_until = clock_timestamp() - interval '1 s'
 where state in ('pending', 'sending') and lease_until is not null;
update channel_accounts set lease_until = clock_timestamp() - interval '1 s' where lease_until is not null;
update channel_accounts set poll_until = clock_timestamp() - interval '1 s' where poll_until is not null;
"""
_FORGOTTEN = f"""
update inbox set lease_until = clock_timestamp() - interval '1 s'
 where state = 'pending' and lease_until < clock_timestamp() + interval '{EVENT_LEASE} s' - interval '%(age)s s';
update outbox set lease_until = clock_timestamp() - interval '1 s' where state in ('pending', 'sending')
   and lease_until < clock_timestamp() + interval '{MESSAGE_LEASE} s' - interval '%(age)s s';
update channel_accounts set lease_until = clock_timestamp() - interval '1 s'
 where lease_until < clock_timestamp() + interval '{MESSAGE_LEASE} s' - interval '%(age)s s';
update channel_accounts set poll_until = clock_timestamp() - interval '1 s'
 where poll_until < clock_timestamp() + interval '{POLL_LEASE} s' - interval '%(age)s s';
"""  # noqa: S608 - the numbers are our own
_A_MINUTE_PASSES = """
update inbox set received_at = received_at - interval '61 s' where state = 'pending';
update outbox set reply_until = reply_until - interval '61 s' where state in ('pending', 'sending');
"""


class Drift:
    """The LINE platform's clock: real time and what the tests have let pass."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return time.time() + self.seconds


@dataclass(slots=True)
class Rig(World):
    """The world with the programs outside. `program` is this process's own desk: it opens clinics, runs nothing."""

    programs: list[Served] = field(kw_only=True)
    door: FrontDoor = field(kw_only=True)
    journal: Journal = field(kw_only=True)
    auditor: Auditor = field(kw_only=True)
    undelivered: Undelivered = field(kw_only=True)
    drift: Drift = field(kw_only=True)
    luck: random.Random = field(kw_only=True)
    injected: Counter[str] = field(kw_only=True)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    dies: list[Trap] = field(default_factory=list)
    """Traps for the next act, in the first program: set when it begins, gone when all has settled."""
    impatient: bool = False
    """Leases that survivors would wait for, 20 and 30 s, run out after `forgets_s`."""
    forgets_s: float = FORGOTTEN_S
    looked: float = 0.0
    bugs: frozenset[str] = frozenset()
    """What the programs log as errors: bugs of ours that a test planted."""
    patience: float = 30.0
    """Within so many seconds everything has been done."""
    forgotten: set[str] = field(default_factory=set)
    """Ids of events that may have left the inbox."""

    @property
    def served(self) -> Served:
        """The first program, for worlds with one."""
        return self.programs[0]

    @property
    def proxy(self) -> CommitProxy:
        """The first program's way to the database."""
        return self.served.proxy

    def delivered(self, deliveries: Iterable[dict[str, Any]]) -> None:
        """Whatever the program answered: what it did not take is brought again."""

    async def control(self, channel: str, path: str, **body: Any) -> dict[str, Any]:
        """The next act, with its traps."""
        self.proxy.traps, self.dies = self.dies, []
        return await World.control(self, channel, path, **body)

    async def settles(self) -> None:
        """Everything has been done, by as many lives of the programs as it took."""
        try:
            await until(self._is_done, "everything to be done", self.patience)
        except AssertionError as error:
            error.add_note(await self.looks())
            raise
        for program in self.programs:
            program.proxy.traps.clear()

    async def verdict(self) -> None:
        """Safe at every look so far; everything settles by itself; then nothing is lost."""
        await self.settles()
        await self.auditor.sample()
        self.auditor.check()
        errors = [line for line in self._logged() if '"level": "error"' in line]
        assert {json.loads(line)["event"] for line in errors} == self.bugs, errors
        rows = await self.truth(
            "select i.clinic_id, a.channel, i.event_id from inbox i"
            " join channel_accounts a on a.clinic_id = i.clinic_id and a.id = i.account_id"
        )
        accounts = {(self.clinic_ids[slug], channel): made for (slug, channel), made in self.accounts.items()}
        inbox = {(accounts[row["clinic_id"], row["channel"]], row["event_id"]): row for row in rows}
        check_taken(self.journal.entries(), inbox, self.forgotten)

    async def meets(self, slug: str) -> None:
        """A clinic opens while the programs are down, so that they know the new addresses from their start.

        Its menus are installed (and swept) by then: a program that did so by itself would commit at any moment.
        """
        for program in self.programs:
            if program.lives:
                program.proxy.die()
                await program.gone()
        await self.opens(slug, like="DRG")
        for _ in ("installed", "swept"):
            await self.keeps_menus()
        await self.starts()

    async def starts(self) -> None:
        """Every program that is wanted and does not run starts."""
        await asyncio.gather(*(program.start() for program in self.programs if program.wanted and not program.lives))

    async def moves_to(self, moment: datetime) -> None:
        """The clinic's clock shows `moment`; the program's own ticker finds what that makes due."""
        self.proxy.traps, self.dies = self.dies, []
        await self.clock_shows(moment)
        await self.settles()

    async def clock_shows(self, moment: datetime) -> None:
        """It is `moment`, and nobody waits for what that makes due."""
        engine = create_engine(self.database.admin_url, pool_size=1)
        try:
            await set_clock(engine, moment - datetime.now(moment.tzinfo))
        finally:
            await engine.dispose()

    async def now(self) -> datetime:
        """The clinic's now."""
        return await read_clock(self.program.engine)

    async def looks(self) -> str:
        """How things stand, for the report of a failure."""
        rows = await self.truth(
            "select row_kind, notice_kind, state, repeated, attempts, error from outbox"
            " where state <> 'sent' or repeated"
        )
        logs = "\n".join(self._logged())[-12_000:]
        unsettled = await self.auditor.unsettled()
        return f"messages in doubt: {[dict(row) for row in rows]}; unsettled: {unsettled}; the programs' logs: {logs}"

    def _logged(self) -> list[str]:
        """What the programs have written so far, one after the other."""
        logs = [program.log for program in self.programs if program.log.exists()]
        return [line for log in logs for line in log.read_text(encoding="utf-8").splitlines()]

    async def _is_done(self) -> bool:
        async with self.turn:
            if dead := [program for program in self.programs if program.wanted and not program.lives]:
                await self._come_back(dead)
            if not self.undelivered.any() and await self.auditor.calm():
                return True
            if self.impatient and time.monotonic() - self.looked > LOOKS_S:
                self.looked = time.monotonic()
                await self.leases_are_forgotten()
            return False

    async def leases_are_forgotten(self) -> None:
        """Whatever nobody has worked on for `forgets_s` is free, as after the lease's full time."""
        await self._changes(_FORGOTTEN % {"age": self.forgets_s})

    async def truth(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Rows as the database's owner sees them, by a new connection after the server was restarted."""
        if self.owner is not None and self.owner.is_closed():
            self.owner = None
        return await World.truth(self, sql, *values)

    async def _changes(self, script: str) -> None:
        """Let time have passed, where the database is there."""
        with suppress(*AWAY):
            await self.truth("select 1")
            assert self.owner is not None
            await self.owner.execute(script)

    async def _come_back(self, dead: Sequence[Served]) -> None:
        for program in dead:
            await program.gone()
        if not any(program.lives for program in self.programs):
            await self._changes(_LEASES_RUN_OUT)
            if self.luck.random() < 0.5:
                await self._changes(_A_MINUTE_PASSES)
                self.drift.seconds += 61
        await asyncio.gather(*(program.start() for program in dead))


@asynccontextmanager
async def rig(
    nursery: Nursery, database: Database, luck: random.Random, injected: Counter[str], roles: Sequence[str] = ("all",)
) -> AsyncIterator[Rig]:
    """A rig with no clinic in it yet, and a program (not started) for each role. Everything it starts ends with it."""
    async with AsyncExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="aura-faults-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        journal, drift = Journal(None), Drift()
        line = LineEmulator(journal, clock=drift, redelivery_waits=(AGAIN_S,) * 300, answer_seconds=10.0)
        telegram = TelegramEmulator(journal, wait=lambda failures: AGAIN_S, limits=UNHURRIED)
        address = await stack.enter_async_context(platforms(line, telegram))
        settings = settings_for(address)
        door = await stack.enter_async_context(front_door(settings.port))
        desk = await stack.enter_async_context(build(settings, database.url))
        programs = [
            Served(
                nursery,
                directory / f"{number}",
                _environment(settings),
                role=role,
                connect=partial(_connect, database),
                database=partial(_through, database),
                http=http,
                injected=injected,
            )
            for number, role in enumerate(roles)
        ]
        door.replicas = [program for program in programs if program.role != "worker"]
        for program in programs:
            stack.push_async_callback(program.proxy.close)
            await program.proxy.start()
            stack.callback(program.kill)
        world = Rig(
            program=desk,
            database=database,
            owner=await asyncpg.connect(database.admin_url),
            http=http,
            platforms=address,
            line=line,
            telegram=telegram,
            programs=programs,
            door=door,
            journal=journal,
            auditor=await stack.enter_async_context(auditing(database)),
            undelivered=Undelivered(journal),
            drift=drift,
            luck=luck,
            injected=injected,
        )
        try:
            yield world
        finally:
            if world.owner is not None:
                await world.owner.close()


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "AURA_SECRET_KEY": SECRET_KEY,
        "AURA_PUBLIC_URL": settings.public_url,
        "AURA_LINE_API_URL": settings.line_api_url,
        "AURA_LINE_DATA_API_URL": settings.line_data_api_url,
        "AURA_TELEGRAM_API_URL": settings.telegram_api_url,
        "AURA_LOG_LEVEL": "WARNING",
    }


def _through(database: Database, directory: Path) -> str:
    """The database's address by the proxy that listens in a directory."""
    url = make_url(database.url).set(host=None, port=None).set(query={"host": str(directory), "port": "5432"})
    return url.render_as_string(hide_password=False)


async def _connect(database: Database) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the server itself, by socket directory or by name."""
    url = make_url(database.url)
    host, port = str(url.query.get("host") or url.host or "localhost"), url.query.get("port") or url.port or 5432
    if host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, int(str(port)))
