"""The world a story happens in: the real program, the emulated platforms, and people with phones.

Everything goes through real HTTP: a person's tap reaches the emulator, the emulator signs and posts the
webhook, the program answers through the real SDKs. A person must see each new message exactly once:
`sees` takes them in order, and a story that leaves anything unseen, a changed card included, fails.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
from aiohttp import web
from PIL import Image
from pydantic import SecretStr

from bots.accounts import SecretBox
from bots.app import Program, build, running
from bots.connect import connect
from bots.journal import Journal
from bots.line.emulator import LineEmulator
from bots.menus import Menus
from bots.settings import Settings
from bots.telegram.emulator import TelegramEmulator
from domain.catalogue import add_clinic, demo_clinic, load_demo
from domain.database.clock import read_clock, set_clock
from domain.database.engine import create_engine
from domain.database.session import Engine
from domain.people import service as people
from domain.unit import Unit
from handlers.words import Words
from tests.conftest import Database
from tests.stories.person import Person

SECRET_KEY = "a key for tests only; never use it anywhere else"
CHANNELS = ("line", "telegram")
# People of stories press as fast as a machine can, for which Telegram's limits would make them wait.
UNHURRIED = {"chat_burst": 10**6, "bot_burst": 10**6}


@dataclass(slots=True)
class World:
    """One program on one database, both platforms, one or more clinics."""

    program: Program
    database: Database
    http: aiohttp.ClientSession
    platforms: str
    line: LineEmulator
    telegram: TelegramEmulator
    clinic_ids: dict[str, UUID] = field(default_factory=dict)
    accounts: dict[tuple[str, str], str] = field(default_factory=dict)
    everybody: list[Person] = field(default_factory=list)
    owner: asyncpg.Connection | None = None
    admin: Engine | None = None
    menus: Menus | None = None

    async def opens(self, slug: str, like: str = "", gateway: str = "") -> None:
        """A demo clinic (or one like it) opens: its catalogue, its people, and an account on each channel.

        Webhooks go to the `gateway`, if there is one, instead of straight to the program.
        """
        data = demo_clinic(like or slug)
        assert data is not None
        clinic_id = await add_clinic(
            self.program.units,
            slug=slug,
            name_th=data["name_th"],
            name_en=data["name_en"],
            timezone=data["timezone"],
        )
        self.clinic_ids[slug] = clinic_id
        async with self.program.units.clinic(clinic_id) as unit:
            await load_demo(unit, data)
        box = SecretBox(self.program.settings.secret_keys())
        for channel, secrets in {
            "line": {"channel_secret": f"secret-{slug}", "access_token": f"token-{slug}"},
            "telegram": {"bot_token": f"{len(self.clinic_ids)}00001:token-{slug}", "webhook_secret": f"hook-{slug}"},
        }.items():
            await self._has_account(channel, slug, data["name_th"], secrets)
            await connect(
                self.program.units,
                box,
                self.program.channels[channel],
                (clinic_id, slug),
                secrets,
                f"{gateway or self.program.settings.address}/webhooks/{channel}/{slug}",
            )
        await self.program.accounts.refresh()

    async def finds_open(self, slug: str) -> None:
        """A demo clinic that was open when the database was copied: the platforms, which are new, hear of it."""
        data = demo_clinic(slug)
        assert data is not None
        for account in await self.program.accounts.of_clinic(slug):
            self.clinic_ids[slug] = account.clinic_id
            await self._has_account(account.channel, slug, data["name_th"], account.secrets)
            webhook = f"{self.program.settings.address}/webhooks/{account.channel}/{slug}"
            await self.program.channels[account.channel].register(account, webhook)

    async def _has_account(self, channel: str, slug: str, name: str, secrets: Mapping[str, str]) -> None:
        made = await self.control(channel, "accounts", slug=slug, name=name, **secrets)
        self.accounts[slug, channel] = made["account"]

    async def control(self, channel: str, path: str, **body: Any) -> dict[str, Any]:
        """Do something on the platform's side."""
        async with self.http.post(f"{self.platforms}/{channel}/control/{path}", json=body) as answer:
            assert answer.status == 200, (answer.status, path, await answer.text())
            result: dict[str, Any] = await answer.json()
            return result

    async def look(self, channel: str, path: str) -> Any:
        """Look at something on the platform's side."""
        async with self.http.get(f"{self.platforms}/{channel}/control/{path}") as answer:
            assert answer.status == 200, (answer.status, path)
            return await answer.json()

    async def person(self, name: str, channel: str, language: str, slug: str = "DRG") -> Person:
        """Somebody with a phone who has not met the clinic yet."""
        made = await self.control(channel, "people", name=name, language=language)
        person = Person(self, slug, name, channel, language, made["id"])
        self.everybody.append(person)
        return person

    async def invitation(self, role: str, name: str, slug: str = "DRG") -> str:
        """A code for a member of the clinic's staff, as `aura staff invite` makes it."""
        async with self.program.units.clinic(self.clinic_ids[slug]) as unit:
            known = [p for p in await people.staff_of_role(unit, [role]) if p.name == name]
            if known:
                return (await people.reinvite_staff(unit, known[0].user_id)).code
            return (await people.invite_staff(unit, role=role, name=name)).code

    def delivered(self, deliveries: Iterable[dict[str, Any]]) -> None:
        """The program took what the platform brought."""
        for delivery in deliveries:
            assert delivery["status"] == 200, delivery

    async def link(self, channel: str, code: str, slug: str = "DRG") -> str:
        """The deep link that carries a code, as `aura staff invite` prints it."""
        account = next(a for a in await self.program.accounts.of_clinic(slug) if a.channel == channel)
        return self.program.channels[channel].link(account, code)

    async def installs_menus(self) -> None:
        """The platforms get the menus, and every chat is shown its own."""
        await self.keeps_menus()
        await self.settles()

    async def keeps_menus(self) -> None:
        """What a worker sees to when it starts and once a minute, with blank pictures, which are quickly drawn."""
        await self.program.accounts.refresh()
        self.menus = self.menus or self.worker()
        await self.menus.look()

    def worker(self) -> Menus:
        """What looks after the menus in one more process."""
        return Menus(self.program.units, self.program.accounts, self.program.channels, blank)

    async def settles(self) -> None:
        """Everything that was set going has been done."""
        await self.program.settle()

    @asynccontextmanager
    async def unit(self, slug: str = "DRG") -> AsyncIterator[Unit]:
        """A unit of the clinic, to look at the truth."""
        async with self.program.units.clinic(self.clinic_ids[slug]) as unit:
            yield unit

    async def truth(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Rows of the database as its owner sees them, whatever the clinic."""
        if self.owner is None:
            self.owner = await asyncpg.connect(self.database.admin_url)
        return list(await self.owner.fetch(sql, *values))

    async def one_truth(self, sql: str, *values: Any) -> Any:
        """The single value of the single row that a query finds."""
        rows = await self.truth(sql, *values)
        assert len(rows) == 1, f"{len(rows)} rows: {sql}"
        return rows[0][0]

    async def nobody_sees_more(self) -> None:
        """Everybody has seen every message they got and every card that changed."""
        for person in self.everybody:
            assert not await person.unseen(), f"{person.name} got more than the story tells: {await person.unseen()}"
            assert not await person.changed(), f"a card of {person.name} changed unnoticed: {await person.changed()}"


@dataclass(slots=True)
class Time:
    """The clinic's clock."""

    world: World

    async def now(self) -> datetime:
        """The clinic's now."""
        return await read_clock(self.world.program.engine)

    async def moves_to(self, moment: datetime) -> None:
        """Time passes until `moment`; everything due on the way happens, in order."""
        program = self.world.program
        while True:
            due = await program.scheduler.next_due(await self.now())
            stop = min(due, moment) if due else moment
            await self.is_set_to(stop)
            await program.scheduler.run_due(max(stop, await self.now()))
            await program.settle()
            if stop >= moment:
                return

    async def is_set_to(self, moment: datetime) -> None:
        """It is `moment`, and nothing happened on the way."""
        if self.world.admin is None:
            self.world.admin = create_engine(self.world.database.admin_url, pool_size=1)
        await set_clock(self.world.admin, moment - datetime.now(moment.tzinfo))

    async def today_at(self, clock: str) -> datetime:
        """`HH:MM` of the clinic's day, in Bangkok."""
        hour, minute = map(int, clock.split(":"))
        local = (await self.now()).astimezone(Words().zone)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0)

    async def moves_to_tomorrow(self, clock: str) -> None:
        """Time passes until tomorrow at `HH:MM` in Bangkok."""
        await self.moves_to(await self.today_at(clock) + timedelta(days=1))


async def bot_replaced(world: World, slug: str) -> None:
    """The clinic's Telegram account becomes another bot."""
    secrets = {"bot_token": "900000001:another-bot", "webhook_secret": "another-hook"}
    made = await world.control("telegram", "accounts", slug=slug, name="Another", username="another_bot", **secrets)
    world.accounts[slug, "telegram"] = made["account"]
    program = world.program
    where = f"{program.settings.address}/webhooks/telegram/{slug}"
    telegram = program.channels["telegram"]
    await connect(program.units, program.box, telegram, (world.clinic_ids[slug], slug), secrets, where)
    await program.accounts.refresh()


def blank(facts: Mapping[str, Any]) -> bytes:
    """A menu's picture without anything on it."""
    content = BytesIO()
    Image.new("1", (facts["width"], facts["height"])).save(content, "PNG")
    return content.getvalue()


@asynccontextmanager
async def world(database: Database, secret_key: str = SECRET_KEY) -> AsyncIterator[World]:
    """A running world with no clinic in it yet."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        journal = Journal(None)
        line, telegram = LineEmulator(journal, answer_seconds=10.0), TelegramEmulator(journal, limits=UNHURRIED)
        address = await stack.enter_async_context(platforms(line, telegram))
        program = await stack.enter_async_context(build(settings_for(address, secret_key), database.url))
        await stack.enter_async_context(running(program, menus=False))
        made = World(program, database, http, address, line, telegram)
        try:
            yield made
        finally:  # also after a story that failed, whose connections would be found open in another one
            if made.owner is not None:
                await made.owner.close()
            if made.admin is not None:
                await made.admin.dispose()


@asynccontextmanager
async def platforms(line: LineEmulator, telegram: TelegramEmulator) -> AsyncIterator[str]:
    """Both platforms on one loopback address, which is yielded."""
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.add_subapp("/line", line.app())
    app.add_subapp("/telegram", telegram.app())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await line.close()
        await telegram.close()
        await runner.cleanup()


def settings_for(platforms: str, secret_key: str = SECRET_KEY) -> Settings:
    """The program's settings: a free port, and the emulated platforms instead of the real ones."""
    port = free_port()
    return Settings(
        _env_file=None,
        secret_key=SecretStr(secret_key),
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        line_api_url=f"{platforms}/line",
        line_data_api_url=f"{platforms}/line",
        telegram_api_url=f"{platforms}/telegram",
    )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
