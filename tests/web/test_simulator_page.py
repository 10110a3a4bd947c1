"""The simulator's page on the real emulators: what it serves, hands on, streams and refuses."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bots.journal import Journal
from bots.line.emulator import LineEmulator
from bots.simulator import page
from bots.simulator.control import Fact, Phone, Points, Strip, Words
from bots.telegram.emulator import TelegramEmulator

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
NOON = datetime(2026, 7, 16, 5, 0, tzinfo=UTC)  # 12:00 in Bangkok
Client = TestClient[web.Request, web.Application]


@dataclass
class Control:
    """A clinic whose only fact is its clock."""

    shown: Strip = field(default_factory=lambda: Strip(NOON, "Asia/Bangkok"))
    moves: list[datetime] = field(default_factory=list)
    signals: list[asyncio.Queue[None]] = field(default_factory=list)

    async def strip(self) -> Strip:
        return self.shown

    async def move_clock(self, to: datetime) -> None:
        self.moves.append(to)
        self.show(now=to)

    async def changes(self) -> AsyncIterator[None]:
        signals: asyncio.Queue[None] = asyncio.Queue()
        self.signals.append(signals)
        while True:
            await signals.get()
            yield

    def show(self, **what: Any) -> None:
        self.shown = replace(self.shown, **what)
        for signals in self.signals:
            signals.put_nowait(None)


@dataclass
class World:
    """The page, its emulators, and one person with both apps."""

    client: Client
    platforms: TestServer
    control: Control
    phone: Phone

    def chat(self, channel: str) -> str:
        return f"/simulator/api/{channel}/accounts/{self.phone.accounts[channel]}/chats/{self.phone.people[channel]}"

    async def act(self, channel: str, what: str, **body: Any) -> dict[str, Any]:
        async with self.client.post(f"{self.chat(channel)}/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return dict(await answer.json())

    async def messages(self, channel: str) -> list[dict[str, Any]]:
        async with self.client.get(self.chat(channel)) as answer:
            return list((await answer.json())["messages"])


def platforms_app() -> web.Application:
    journal = Journal(None)
    app = web.Application(client_max_size=2**24)
    app.add_subapp("/line", LineEmulator(journal, answer_seconds=10.0).app())
    app.add_subapp("/telegram", TelegramEmulator(journal).app())
    return app


async def settle_in(platforms: TestServer) -> Phone:
    """An account and a person on each platform, as `aura demo` makes them."""
    secrets = {
        "line": {"channel_secret": "s" * 32, "access_token": "line-token"},
        "telegram": {"bot_token": "700:telegram-token"},
    }
    people, accounts = {}, {}
    async with aiohttp.ClientSession() as http:
        for channel, secret in secrets.items():
            base = platforms.make_url(f"/{channel}/control")
            async with http.post(f"{base}/accounts", json={"slug": "drg", "name": "Demo", **secret}) as answer:
                accounts[channel] = (await answer.json())["account"]
            async with http.post(f"{base}/people", json={"name": "นก", "language": "th"}) as answer:
                people[channel] = (await answer.json())["id"]
    return Phone("customer", Words("คุณนก", "Nok"), people, accounts, "th", Words("ดาวเรือง", "Daoruang"))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    platforms = TestServer(platforms_app(), host="127.0.0.1")
    await platforms.start_server(shutdown_timeout=0.1)
    phone, control = await settle_in(platforms), Control()
    app = web.Application()
    page.mount(app, [phone], str(platforms.make_url("/")), control)
    client: Client = TestClient(TestServer(app))
    try:
        await client.start_server()
        yield World(client, platforms, control, phone)
    finally:
        await client.close()
        await platforms.close()


class Stream:
    """The browser's end of `/simulator/events`."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._lines = answer.content

    async def next(self, *kinds: str) -> tuple[str, dict[str, Any]]:
        """The next event of one of these kinds."""
        async with asyncio.timeout(10):
            while True:
                kind, data = await self._event()
                if kind in kinds:
                    return kind, data

    async def _event(self) -> tuple[str, dict[str, Any]]:
        parts: dict[str, str] = {}
        while line := (await self._lines.readline()).decode():
            if line == "\r\n" and "data" in parts:
                return parts["event"], json.loads(parts["data"])
            name, _, value = line.rstrip("\r\n").partition(": ")
            parts[name] = value
        raise EOFError


@pytest.mark.parametrize(
    "url",
    ["https://api.line.me", "http://10.0.0.7:8080", "http://127.0.0.1.evil.example", "ftp://127.0.0.1", "", "http://["],
)
def test_the_page_refuses_platforms_that_are_not_of_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        page.mount(web.Application(), [], url, Control())


async def test_the_page_and_all_its_parts_are_served_and_name_no_other_address(world: World) -> None:
    async with world.client.get("/simulator") as answer:
        html = await answer.text()
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    for name in sorted(file.name for file in page.STATIC.iterdir()):
        if name == "index.html":
            continue
        async with world.client.get(f"/simulator/static/{name}") as answer:
            assert answer.status == 200
            text = await answer.text()
        assert "innerHTML" not in text
        assert not re.search(r"(src|href|url|import|from|fetch)\W{1,3}https?://", text)
    assert "://" not in html
    async with world.client.get("/simulator/font.ttf") as answer:
        assert (await answer.read())[:4] == b"\x00\x01\x00\x00"


@pytest.mark.parametrize("name", ["index.html", "..%2fpage.py", "absent.js", "phones.js.map"])
async def test_nothing_but_the_pages_own_files_is_served(world: World, name: str) -> None:
    async with world.client.get(f"/simulator/static/{name}") as answer:
        assert answer.status == 404


async def test_the_browser_learns_who_holds_which_phone(world: World) -> None:
    async with world.client.get("/simulator/phones") as answer:
        [phone] = await answer.json()
    assert phone["people"] == world.phone.people
    assert phone["label"] == {"th": "คุณนก", "en": "Nok"}


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_what_a_person_says_on_the_page_stands_in_the_chat(world: World, channel: str) -> None:
    await world.act(channel, "follow")
    await world.act(channel, "say", text="สวัสดีค่ะ <b>&</b>")
    assert (await world.messages(channel))[-1]["text"] == "สวัสดีค่ะ <b>&</b>"


async def test_a_refusal_of_the_emulator_reaches_the_browser_as_it_is(world: World) -> None:
    async with world.client.post(f"{world.chat('line')}/tap", json={"message": "404", "button": 0}) as answer:
        assert answer.status == 404
        assert await answer.json() == {"message": "no such message in this chat"}


async def test_a_form_of_another_site_changes_nothing(world: World) -> None:
    for path in (f"{world.chat('line')}/follow", "/simulator/clock"):
        async with world.client.post(path, data='{"minutes": 60}', headers={"Content-Type": "text/plain"}) as answer:
            assert answer.status == 415
    assert world.control.moves == []


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_pictures_of_a_chat_come_through_the_page(world: World, channel: str) -> None:
    await world.act(channel, "follow")
    await world.act(channel, "photo", base64=base64.b64encode(PNG).decode())
    [shown] = [message for message in await world.messages(channel) if message["picture"]]
    async with world.client.get(f"/simulator/picture?url={quote(shown['picture'], safe='')}") as answer:
        assert answer.status == 200
        assert await answer.read() == PNG


@pytest.mark.parametrize("url", ["https://example.com/a.png", "file:///etc/passwd", "//example.com/a.png"])
async def test_pictures_of_elsewhere_are_refused(world: World, url: str) -> None:
    async with world.client.get(f"/simulator/picture?url={quote(url, safe='')}") as answer:
        assert answer.status == 403


async def test_a_picture_address_that_is_no_picture_is_not_shown(world: World) -> None:
    async with world.client.get("/simulator/picture?url=/line/control/journal") as answer:
        assert answer.status == 404


async def test_without_emulators_the_page_says_so(world: World) -> None:
    await world.platforms.close()
    async with world.client.get(world.chat("line")) as answer:
        assert answer.status == 502


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_changed_chat_is_told_live(world: World, channel: str) -> None:
    async with world.client.get("/simulator/events") as answer:
        stream = Stream(answer)
        connected = {(await stream.next("again"))[1]["channel"] for _ in range(2)}
        await world.act(channel, "follow")
        _, change = await stream.next("chat")
    assert connected == {"line", "telegram"}
    phone = world.phone
    assert change == {"channel": channel, "account": phone.accounts[channel], "person": phone.people[channel]}


async def test_the_strip_is_told_at_once_and_again_only_when_it_differs(world: World) -> None:
    async with world.client.get("/simulator/events") as answer:
        stream = Stream(answer)
        _, first = await stream.next("strip")
        world.control.show(now=NOON + timedelta(seconds=1))  # the clock runs in the browser by itself
        world.control.show(points=Points(100, 51, "bronze"))
        world.control.show(facts=(Fact(NOON, "points_earned", "คุณนก"),))
        _, second = await stream.next("strip")
    assert (first["points"], first["zone"]) == (None, "Asia/Bangkok")
    assert second["points"] == {"usable": 100, "pending": 51, "tier": "bronze"}


async def test_an_open_stream_ends_with_the_server_and_leaves_the_clinic_alone(world: World) -> None:
    async with world.client.get("/simulator/events") as answer:
        stream = Stream(answer)
        await stream.next("strip")
        async with asyncio.timeout(5):
            await world.client.server.close()
        with pytest.raises((EOFError, aiohttp.ClientPayloadError)):
            await stream.next("never")


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ({"minutes": 60}, NOON + timedelta(hours=1)),
        ({"tomorrow_10": True}, datetime(2026, 7, 17, 3, 0, tzinfo=UTC)),
        ({"to": "2026-07-20T09:30"}, datetime(2026, 7, 20, 2, 30, tzinfo=UTC)),
        ({"to": "2026-07-20T09:30:00+00:00"}, datetime(2026, 7, 20, 9, 30, tzinfo=UTC)),
    ],
)
async def test_the_clock_moves_where_the_clinic_means(world: World, wanted: dict[str, Any], to: datetime) -> None:
    async with world.client.post("/simulator/clock", json=wanted) as answer:
        assert answer.status == 200
        strip = await answer.json()
    assert world.control.moves == [to]
    assert datetime.fromisoformat(strip["now"]) == to


@pytest.mark.parametrize(("wanted", "why"), [({"minutes": -5}, "past"), ([], "not_a_time")])
async def test_a_time_the_clock_cannot_go_to_is_refused(world: World, wanted: object, why: str) -> None:
    async with world.client.post("/simulator/clock", json=wanted) as answer:
        assert answer.status == 400
        assert await answer.json() == {"error": why}
    assert world.control.moves == []


async def test_two_presses_of_the_hour_are_two_hours(world: World) -> None:
    presses = (world.client.post("/simulator/clock", json={"minutes": 60}) for _ in range(2))
    for answer in await asyncio.gather(*presses):
        answer.release()
    assert world.control.moves == [NOON + timedelta(hours=1), NOON + timedelta(hours=2)]
