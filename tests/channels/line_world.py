"""The emulated LINE and the real channel over the real SDK, talking HTTP on loopback, with a program that listens.

A person acts through the control interface, the emulator calls the program's webhook, the program answers through
`LineChannel`: the whole loop that the demo and the stories rely on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.channel import Account, Arrival, Letter
from bots.journal import Journal
from bots.line import LineChannel
from bots.line.emulator import LineEmulator

SECRET, TOKEN = "5" * 32, "access-token-of-aura"


class Clock:
    """Seconds since 1970 that move only when told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Program:
    """What stands behind the webhook: it verifies, reads and keeps, and answers with the next of `statuses`.

    The next answer waits for `slow`; `asked` says that a webhook came.
    """

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.arrivals: list[Arrival] = []
        self.redelivered: list[bool] = []
        self.statuses: list[int] = []
        self.came = asyncio.Event()
        self.asked = asyncio.Event()
        self.slow: asyncio.Event | None = None
        self.channel: LineChannel
        self.account: Account

    async def webhook(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self.channel.verify(self.account, request.headers, body):
            return web.Response(status=401)
        self.bodies.append(json.loads(body))
        arrivals = self.channel.read(body)
        self.arrivals += arrivals
        self.redelivered += [arrival.payload["deliveryContext"]["isRedelivery"] for arrival in arrivals]
        self.asked.set()
        busy, self.slow = self.slow, None
        if busy:
            await busy.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.came.set()
        return web.Response(status=status)


class World:
    """One emulator with one account, one person and one program."""

    def __init__(self, http: aiohttp.ClientSession, url: str, program: Program, clock: Clock) -> None:
        self.http, self.url, self.program, self.clock = http, url, program, clock
        self.channel = LineChannel(http, url, url)
        self.account: Account
        self.person = ""
        self.webhook_url = ""

    async def control(self, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        async with self.http.post(f"{self.url}/control/{path}", json=body) as response:
            assert response.status == status, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    async def act(self, deed: str, status: int = 200, **body: Any) -> dict[str, Any]:
        return await self.control(f"accounts/{self.account.external_id}/chats/{self.person}/{deed}", status, **body)

    async def chat(self) -> dict[str, Any]:
        path = f"accounts/{self.account.external_id}/chats/{self.person}"
        async with self.http.get(f"{self.url}/control/{path}") as response:
            found: dict[str, Any] = await response.json()
            return found

    async def journal(self) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.url}/control/journal") as response:
            entries: list[dict[str, Any]] = await response.json()
            return entries

    async def call(self, path: str, token: str = TOKEN, **options: Any) -> tuple[int, dict[str, Any], Any]:
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        method = options.pop("method", "POST")
        async with self.http.request(method, f"{self.url}{path}", headers=headers, **options) as response:
            return response.status, await response.json(), response.headers

    async def deliver(self, what: str, status: int = 200, **body: Any) -> dict[str, Any]:
        """Hold the account's events back, release them, bring some of one's own, or repeat one."""
        return await self.control(f"accounts/{self.account.external_id}/{what}", status, **body)

    async def errs(self, name: str = "", **fault: Any) -> None:
        """Have the platform err."""
        await self.control("faults", **fault | ({"name": name} if name else {}))

    @property
    def token(self) -> str:
        token = self.channel.reply_token(self.program.arrivals[-1].payload)
        assert token is not None
        return token

    def letter(self, **changes: Any) -> Letter:
        fields: dict[str, Any] = {
            "to": self.person,
            "retry_key": uuid4(),
            "sign": lambda action: f"signed-{action.name}-{action.choice}",
            "picture_url": lambda index: f"https://clinic.example/{index}.png",
            "picture_bytes": lambda index: b"",
        }
        return Letter(**{**fields, **changes})


@asynccontextmanager
async def listening(program: Program) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/webhooks/line/aura", program.webhook)
    async with TestServer(app) as server:
        yield str(server.make_url("/webhooks/line/aura"))


@asynccontextmanager
async def world(
    journal: Journal,
    clock: Clock,
    *,
    before: World | None = None,
    waits: Sequence[float] = (0.0, 0.0),
    answer_seconds: float = 10.0,
) -> AsyncIterator[World]:
    """A world made from nothing, or the one `before`, whose platform starts again with nothing but its journal."""
    program = before.program if before else Program()
    emulator = LineEmulator(journal, clock=clock, redelivery_waits=waits, answer_seconds=answer_seconds)
    platforms = web.Application()
    platforms.add_subapp("/line", emulator.app())
    async with aiohttp.ClientSession() as http, TestServer(platforms) as platform, listening(program) as webhook_url:
        this = World(http, str(platform.make_url("/line")), program, clock)
        this.webhook_url = webhook_url
        if before is None:
            secrets = {"channel_secret": SECRET, "access_token": TOKEN}
            made = await this.control(
                "accounts", slug="aura", name="ออร่า คลินิก", channel_secret=SECRET, access_token=TOKEN
            )
            this.account = Account(uuid4(), uuid4(), "aura", "line", made["account"], made["handle"], secrets)
            this.person = (await this.control("people", id="U" + "a" * 32, name="นก", language="th"))["id"]
            await this.channel.register(this.account, webhook_url)
        else:
            this.account, this.person = before.account, before.person
        program.channel, program.account = this.channel, this.account
        yield this
        await this.channel.close()
        journal.close()
