"""The emulated Telegram on loopback and a program that listens, driven over HTTP as the simulator's page drives it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from bots.channel import Account, Letter, Sent
from bots.journal import Journal
from bots.telegram import TelegramChannel
from bots.telegram.emulator import TelegramEmulator
from handlers.cards import Action, Button, Card

TOKEN = "123456789:AAE-a_very_secret_key"
SECRET = "s3cret"
MARKUP = "a *b* _c_ <b>d</b> &amp; [e](f) `g` \\ ที่ 💎 || @h #i"


def png(width: int = 20, height: int = 10, colour: str = "gold") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Clock:
    """The platform's time, moved by hand."""

    now: float = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Program:
    """The receiving end of a webhook: keeps what arrives, answers as told (200 when nothing is).

    The next answer waits for `slow`.
    """

    answers: list[int | web.Response] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)
    server: TestServer | None = None
    slow: asyncio.Event | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self.server = TestServer(app)
        await self.server.start_server()
        return str(self.server.make_url("/hook"))

    async def _take(self, request: web.Request) -> web.Response:
        async with self.came:
            self.bodies.append(await request.read())
            self.headers.append(dict(request.headers))
            self.came.notify_all()
        busy, self.slow = self.slow, None
        if busy:
            await busy.wait()
        answer = self.answers.pop(0) if self.answers else 200
        return web.Response(status=answer) if isinstance(answer, int) else answer

    async def has(self, count: int) -> None:
        async with asyncio.timeout(5), self.came:
            await self.came.wait_for(lambda: len(self.bodies) >= count)

    async def forget(self, count: int) -> None:
        await self.has(count)
        self.bodies.clear()

    def updates(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


class Platform:
    """A running emulator, mounted as the simulator mounts it, and the hands on its control surface."""

    def __init__(self, journal: Path | None, clock: Clock) -> None:
        self._path = journal
        self.clock = clock
        self.account = ""
        self.session = aiohttp.ClientSession()
        self._server: TestServer | None = None
        self.waits: Callable[[int], float] = lambda failures: min(failures - 1, 1) * 60.0
        self.answer_seconds = 60.0

    async def start(self) -> None:
        self.journal = Journal(self._path)
        emulator = TelegramEmulator(
            self.journal,
            clock=self.clock,
            wait=lambda failures: self.waits(failures),
            answer_seconds=self.answer_seconds,
        )
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.add_subapp("/telegram", emulator.app())
        self._server = TestServer(app)
        await self._server.start_server()
        self.url = str(self._server.make_url("/telegram"))

    async def stop(self) -> None:
        assert self._server
        await self._server.close()
        self.journal.close()

    async def control(self, path: str, body: Any = None, expect: int = 200) -> Any:
        method = "GET" if body is None else "POST"
        async with self.session.request(method, f"{self.url}/control/{path}", json=body) as answer:
            assert answer.status == expect, await answer.text()
            return await answer.json()

    async def api(self, method: str, /, token: str = TOKEN, **params: Any) -> tuple[int, Any]:
        async with self.session.post(f"{self.url}/bot{token}/{method}", json=params) as answer:
            body = await answer.json()
            return answer.status, body["result"] if answer.status == 200 else body["description"]

    async def call(self, method: str, /, **params: Any) -> dict[str, Any]:
        """The whole body of an answer."""
        async with self.session.post(f"{self.url}/bot{TOKEN}/{method}", json=params) as answer:
            body: dict[str, Any] = await answer.json()
            return body

    async def on(self, path: str, body: Any = None, expect: int = 200) -> Any:
        """Something done to the bot's account, on the control surface."""
        return await self.control(f"accounts/{self.account}/{path}", {} if body is None else body, expect)

    async def add_bot(self, token: str = TOKEN, slug: str = "siam") -> str:
        asked = {"slug": slug, "name": "Siam Clinic", "bot_token": token}
        return str((await self.control("accounts", asked))["account"])

    async def add_person(self, name: str = "นก", language: str = "th") -> str:
        return str((await self.control("people", {"name": name, "language": language}))["id"])

    async def act(self, person: str, act: str, expect: int = 200, **body: Any) -> Any:
        return await self.control(f"accounts/{self.account}/chats/{person}/{act}", body, expect)

    async def messages(self, person: str) -> list[dict[str, Any]]:
        chat = await self.control(f"accounts/{self.account}/chats/{person}")
        return list(chat["messages"])

    def channel(self) -> TelegramChannel:
        return TelegramChannel(self.session, self.url)


def account(token: str = TOKEN) -> Account:
    secrets = {"bot_token": token, "webhook_secret": f"{SECRET} old"}
    return Account(uuid4(), uuid4(), "siam", "telegram", "123456789", "siam_bot", secrets)


def letter(to: str, picture: bytes = b"", mark: str = "") -> Letter:
    def sign(action: Action) -> str:
        return action.name

    return Letter(to, UUID(int=1), sign, lambda n: "", lambda n: picture, repeat_mark=mark)


def keys(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(label, Action(f"do-{label}"[:20])) for label in labels)


async def sent(platform: Platform, to: str, card: Card, picture: bytes = b"") -> str:
    outcome = await platform.channel().send(account(), [card], letter(to, picture))
    assert isinstance(outcome, Sent), outcome
    return outcome.message_ids[0]
