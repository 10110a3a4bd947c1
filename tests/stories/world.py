"""The world a story happens in: the real program, the emulated platforms, and people with phones.

Everything goes through real HTTP: a person's tap reaches the emulator, the emulator signs and posts the
webhook, the program answers through the real SDKs. A person must see each new message exactly once:
`sees` takes them in order, and a story that leaves anything unseen, a changed card included, fails.
"""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
from aiohttp import web
from pydantic import SecretStr

from bots.accounts import SecretBox
from bots.app import Program, build, running
from bots.connect import connect
from bots.journal import Journal
from bots.line.emulator import LineEmulator
from bots.settings import Settings
from bots.telegram.emulator import TelegramEmulator
from domain.catalogue import add_clinic, demo_clinic, load_demo
from domain.database.clock import read_clock, set_clock
from domain.database.engine import create_engine
from domain.people import service as people
from domain.unit import Unit
from handlers.words import Words
from tests.conftest import Database

SECRET_KEY = "a key for tests only; never use it anywhere else"
CHANNELS = ("line", "telegram")
_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{10}\b")


@dataclass(slots=True)
class World:
    """One program on one database, both platforms, one or more clinics."""

    program: Program
    database: Database
    http: aiohttp.ClientSession
    platforms: str
    clinic_ids: dict[str, UUID] = field(default_factory=dict)
    accounts: dict[tuple[str, str], str] = field(default_factory=dict)
    everybody: list[Person] = field(default_factory=list)

    async def opens(self, slug: str) -> None:
        """A demo clinic opens: its catalogue, its people, and an account on each channel."""
        data = demo_clinic(slug)
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
            made = await self.control(channel, "accounts", slug=slug, name=data["name_th"], **secrets)
            self.accounts[slug, channel] = made["account"]
            await connect(
                self.program.units,
                box,
                self.program.channels[channel],
                (clinic_id, slug),
                secrets,
                f"{self.program.settings.address}/webhooks/{channel}/{slug}",
            )
        await self.program.accounts.refresh()

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
        connection = await asyncpg.connect(self.database.admin_url)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

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
class Person:
    """Somebody with a phone."""

    world: World
    slug: str
    name: str
    channel: str
    language: str
    id: str
    seen: int = 0
    edits_seen: dict[str, str] = field(default_factory=dict)

    @property
    def _chat(self) -> str:
        return f"accounts/{self.world.accounts[self.slug, self.channel]}/chats/{self.id}"

    def t(self, message: str, **fields: Any) -> str:
        """The message in this person's language."""
        return Words(self.language).t(message, **fields)

    async def adds_the_account(self) -> None:
        """Adds the account as a friend (LINE) or presses START (Telegram)."""
        await self._do("follow")

    async def says(self, text: str) -> None:
        """Types a text."""
        await self._do("say", text=text)

    async def opens(self, link: str) -> None:
        """Opens a deep link."""
        await self._do("open", url=link)

    async def blocks(self) -> None:
        """Blocks the account."""
        await self._do("block")

    async def unblocks(self) -> None:
        """Unblocks the account."""
        await self._do("unblock")

    async def sends_sticker(self) -> None:
        """Sends a sticker."""
        await self._do("sticker")

    async def unsends(self) -> None:
        """Takes the newest own message back (LINE)."""
        mine = [message["id"] for message in await self._all_messages() if message["from"] == "person"]
        await self._do("unsend", message=mine[-1])

    async def taps(self, label: str, **fields: Any) -> None:
        """Presses the newest button with this label."""
        await self.taps_on(await self.button(label, **fields))

    async def taps_on(self, found: dict[str, Any]) -> None:
        """Presses a button found earlier (`button`), however old its card is by now."""
        await self._do("tap", **found)

    async def presses(self, message: str, data: str) -> None:
        """A client of their own making sends any data."""
        await self._do("press", message=message, data=data)

    async def button(self, label: str, **fields: Any) -> dict[str, Any]:
        """The newest button (or quick reply) whose label is, or begins with, this one."""
        wanted = self.t(label, **fields)
        for message in reversed(await self.messages()):
            for kind, key in (("quick", "quick"), ("buttons", "button")):
                for button in message[kind]:
                    if button["label"] == wanted or button["label"].startswith(wanted):
                        return {"message": message["id"], key: button["index"]}
        raise AssertionError(f"{self.name} has no button {wanted!r}; there are {await self.labels()}")

    async def labels(self) -> list[str]:
        """Every button this person could press now, newest message last."""
        return [b["label"] for m in await self.messages() for b in (*m["buttons"], *m["quick"])]

    async def link(self, label: str) -> str:
        """The address behind the newest button with this label."""
        for message in reversed(await self.messages()):
            for button in message["buttons"]:
                if button["label"].startswith(self.t(label)) and button["url"]:
                    return str(button["url"])
        raise AssertionError(f"{self.name} has no link {label!r}")

    async def code(self) -> str:
        """The newest invitation code that can be read in this chat."""
        for message in reversed(await self.messages()):
            if found := _CODE.search(visible(message)):
                return found[0]
        raise AssertionError(f"{self.name} has been shown no code")

    async def messages(self) -> list[dict[str, Any]]:
        """Everything the bot has sent to this person, oldest first."""
        return [message for message in await self._all_messages() if message["from"] == "bot"]

    async def _all_messages(self) -> list[dict[str, Any]]:
        chat = await self.world.look(self.channel, self._chat)
        return list(chat["messages"])

    async def unseen(self) -> list[str]:
        """What this person has not looked at yet, as text."""
        return [visible(message) for message in (await self.messages())[self.seen :]]

    async def sees(self, *expected: str | tuple[str, ...]) -> None:
        """Looks at the new messages: exactly these, in this order; a tuple's parts are all in one message."""
        new = await self.unseen()
        assert len(new) == len(expected), f"{self.name} expected {len(expected)} messages, got {len(new)}: {new}"
        for text, parts in zip(new, expected, strict=True):
            for part in (parts,) if isinstance(parts, str) else parts:
                assert self.t(part) in text, f"{self.name} expected {self.t(part)!r} in {text!r}"
        self.seen += len(new)

    async def sees_nothing(self) -> None:
        """Has no new message."""
        await self.sees()

    async def changed(self) -> dict[str, str]:
        """Cards that changed since this person last looked, by message id."""
        now = {message["id"]: visible(message) for message in await self.messages() if message["edited"]}
        return {number: text for number, text in now.items() if self.edits_seen.get(number) != text}

    async def sees_changed(self, *parts: str) -> None:
        """One older card says this now and has no button left, where the channel can change cards; else none did."""
        changed = await self.changed()
        assert len(changed) == self.world.program.channels[self.channel].edits, f"{self.name} sees changed: {changed}"
        self.edits_seen.update(changed)
        for text in changed.values():
            assert all(self.t(part) in text for part in parts), f"{parts} not in {text!r}"
        left = [button["label"] for m in await self.messages() if m["id"] in changed for button in m["buttons"]]
        assert not left, f"a card of the past still has buttons: {left}"

    async def picture(self, said: str = "") -> bytes:
        """The newest picture (on a message that says this), as the phone loads it."""
        for message in reversed(await self.messages()):
            if message["picture"] and self.t(said or " ").strip() in visible(message):
                url = message["picture"]
                url = url if url.startswith("http") else f"{self.world.platforms}{url}"
                async with self.world.http.get(url) as answer:
                    assert answer.status == 200, answer.status
                    return await answer.read()
        raise AssertionError(f"{self.name} has no picture {said!r}")

    async def _do(self, what: str, **body: Any) -> None:
        done = await self.world.control(self.channel, f"{self._chat}/{what}", **body)
        for delivery in done.get("deliveries", ()):
            assert delivery["status"] == 200, done
        await self.world.settles()


def visible(message: dict[str, Any]) -> str:
    """A message as one text: all that can be read on it, button labels left out."""
    rows = "\n".join(f"{label}: {value}" for label, value in message["rows"])
    return "\n".join(filter(None, (message["title"], message["text"], rows, message["footnote"])))


@dataclass(slots=True)
class Time:
    """The clinic's clock."""

    world: World

    async def now(self) -> datetime:
        """The clinic's now."""
        return await read_clock(self.world.program.engine)

    async def moves_to(self, moment: datetime) -> None:
        """Time passes until `moment`; everything due on the way happens, in order."""
        admin = create_engine(self.world.database.admin_url, pool_size=1)
        program = self.world.program
        try:
            while True:
                due = await program.scheduler.next_due(await self.now())
                stop = min(due, moment) if due else moment
                await set_clock(admin, stop - datetime.now(stop.tzinfo))
                await program.scheduler.run_due(max(stop, await self.now()))
                await program.settle()
                if stop >= moment:
                    return
        finally:
            await admin.dispose()

    async def moves_to_tomorrow(self, clock: str) -> None:
        """Time passes until tomorrow at `HH:MM` in Bangkok."""
        zone = Words().zone
        hour, minute = map(int, clock.split(":"))
        local = (await self.now()).astimezone(zone) + timedelta(days=1)
        await self.moves_to(local.replace(hour=hour, minute=minute, second=0, microsecond=0))


@asynccontextmanager
async def world(database: Database) -> AsyncIterator[World]:
    """A running world with no clinic in it yet."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        journal = Journal(None)
        line, telegram = LineEmulator(journal), TelegramEmulator(journal)
        platform_app = web.Application(client_max_size=16 * 1024 * 1024)
        platform_app.add_subapp("/line", line.app())
        platform_app.add_subapp("/telegram", telegram.app())
        runner = web.AppRunner(platform_app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(telegram.close)
        stack.push_async_callback(line.close)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        platforms = f"http://127.0.0.1:{runner.addresses[0][1]}"
        port = free_port()
        settings = Settings(
            _env_file=None,
            secret_key=SecretStr(SECRET_KEY),
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            line_api_url=f"{platforms}/line",
            line_data_api_url=f"{platforms}/line",
            telegram_api_url=f"{platforms}/telegram",
        )
        program = await stack.enter_async_context(build(settings, database.url))
        await stack.enter_async_context(running(program))
        yield World(program, database, http, platforms)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
