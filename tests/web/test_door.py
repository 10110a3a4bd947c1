"""A stop, as a proxy sees it: whoever was let in is answered, nobody keeps the process from leaving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection, socket

import pytest
from aiohttp import web

from bots.web import door as door_module
from bots.web.door import Door
from bots.web.health import Readiness
from domain.database.engine import create_engine
from domain.database.upgrade import Schema
from tests.faults.program import until

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


class House:
    """A server whose handler gives back what it was sent."""

    def __init__(self) -> None:
        app = web.Application()
        app.add_routes([web.post("/", self._echo), web.get("/ends-never", self._stream)])
        self.door = Door(
            app, Readiness(create_engine("postgresql://nobody@127.0.0.1:9/nowhere"), Schema("1", frozenset()))
        )
        self.port = 0

    async def opens(self) -> House:
        self.port = await self.door.open("127.0.0.1", 0)
        return self

    async def _echo(self, request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"begun")
        await asyncio.Event().wait()
        return response

    def knocks(self) -> socket:
        """Somebody connects, while the program does something else: the system keeps them until it looks."""
        return create_connection(("127.0.0.1", self.port), timeout=10)

    async def is_closed(self) -> bool:
        """Nobody is let in."""
        try:
            self.knocks().close()
        except ConnectionRefusedError:
            return True
        return False


@pytest.fixture
async def house() -> House:
    return await House().opens()


@contextmanager
def at_once() -> Iterator[None]:
    begun = time.perf_counter()
    yield
    assert time.perf_counter() - begun < 1


async def says(visitor: socket, what: bytes, answer: bytes) -> None:
    """A request, and its answer until this came."""
    visitor.sendall(what)
    said = b""
    while answer not in said:
        said += await asyncio.to_thread(visitor.recv, 4096)


async def reads(visitor: socket) -> bytes:
    """All that comes until the connection ends."""

    def to_the_end() -> bytes:
        return b"".join(iter(lambda: visitor.recv(4096), b""))

    with visitor:
        return await asyncio.to_thread(to_the_end)


async def test_who_came_at_the_last_moment_is_answered(house: House) -> None:
    """Not even accepted yet: to close the door would reset them."""
    visitors = [house.knocks() for _ in range(20)]
    for visitor in visitors:
        visitor.sendall(HEAD + b"word")
    with at_once():
        await house.door.close(0)
    for visitor in visitors:
        said = await reads(visitor)
        assert said.startswith(b"HTTP/1.1 200"), said
        assert said.endswith(b"word"), said
        assert b"Connection: close" in said


async def test_who_slips_in_while_the_door_closes_is_answered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accepted, and asyncio has not come to tell aiohttp yet."""
    stop, slipped = web.TCPSite.stop, list[socket]()

    async def last_moment(site: web.TCPSite) -> None:
        slipped.append(house.knocks())
        slipped[0].sendall(HEAD + b"word")
        for _ in range(3):
            await asyncio.sleep(0)
        await stop(site)

    monkeypatch.setattr(web.TCPSite, "stop", last_moment)
    await house.door.close(0)
    assert (await reads(slipped[0])).endswith(b"word")


@pytest.mark.parametrize(
    ("before", "part"), [(b"", b""), (b"", HEAD[:10]), (b"", HEAD), (b"", HEAD + b"wo"), (HEAD + b"done", HEAD + b"wo")]
)
async def test_who_has_not_said_everything_may_finish(house: House, before: bytes, part: bytes) -> None:
    """Also with a connection that was used before, once its next request is there."""
    visitor = house.knocks()
    if before:
        await says(visitor, before, b"done")
    visitor.sendall(part)
    stop = asyncio.create_task(house.door.close(0))
    await until(house.is_closed, "nobody to be let in any more")
    visitor.sendall((HEAD + b"word")[len(part) :])
    assert (await reads(visitor)).endswith(b"word")
    with at_once():
        await stop


async def test_who_never_says_anything_holds_a_stop_up_for_a_moment_only(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "ARRIVE_SECONDS", 0.1)
    visitor = house.knocks()
    with at_once():
        await house.door.close(0)
    assert await reads(visitor) == b""


async def test_quiet_connections_and_answers_without_an_end_hold_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "ANSWER_SECONDS", 0.1)
    house = await House().opens()
    quiet, follower = house.knocks(), house.knocks()
    await says(quiet, HEAD + b"word", b"word")
    await says(follower, b"GET /ends-never HTTP/1.1\r\nHost: x\r\n\r\n", b"begun")
    with at_once():
        await house.door.close(0)
    quiet.close()
    follower.close()
