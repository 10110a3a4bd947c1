"""Requests that no platform sends: too large, packed, malformed, endless, slow. Everybody else is served as before."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest

from bots.app import build, running
from bots.web import door, reading
from tests.stories.forgery import Request, post, signed
from tests.stories.hostility import MALFORMED, MEGABYTE, ODD, PATH, head, line_body, open_line, status
from tests.stories.world import World, settings_for


async def test_a_body_too_large_is_refused_before_it_is_read(world: World) -> None:
    async with open_line(world.program.settings.address, head("Content-Length: 10000000000")) as (reader, _):
        assert await status(reader) == 413


async def test_an_endless_body_is_refused_where_the_limit_is(world: World) -> None:
    async with open_line(world.program.settings.address, head("Transfer-Encoding: chunked")) as (reader, writer):
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        for _ in range(MEGABYTE // 0x10000 + 1):
            writer.write(chunk)
        assert await status(reader) == 413


async def test_a_packed_body_is_not_unpacked(world: World) -> None:
    bomb = gzip.compress(b" " * 50 * MEGABYTE)
    true = signed(world, "DRG", bomb)
    packed = Request(true.url, {**true.headers, "Content-Encoding": "gzip"}, bomb)
    assert await post(world, packed) == (415, '{"error": "packed"}')


@pytest.mark.parametrize(
    "body",
    MALFORMED,
    ids=lambda body: body[:16],
)
async def test_a_signed_body_that_makes_no_sense_is_a_400(world: World, body: bytes) -> None:
    assert await post(world, signed(world, "DRG", body)) == (400, '{"error": "malformed"}')


@pytest.mark.parametrize(
    "odd",
    ODD,
)
async def test_an_odd_event_is_taken_in_and_holds_up_nobody(world: World, odd: str) -> None:
    assert (await post(world, signed(world, "DRG", line_body(odd))))[0] == 200
    await world.settles()
    states = await world.truth("select state, error from inbox")
    assert {row["state"] for row in states} <= {"done"}, [dict(row) for row in states]


async def test_the_slow_are_let_go_and_nobody_waits_for_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred connections each that say nothing, stop in their headers or in their body."""
    monkeypatch.setattr(reading, "SECONDS", 1.0)
    monkeypatch.setattr(door, "IDLE_SECONDS", 1.0)
    async with (
        build(settings_for(world.platforms), world.database.url) as program,
        running(program, "web", menus=False),
    ):
        address, starts = program.settings.address, (b"", head()[:30], head("Content-Length: 100") + b"{")
        lines = [open_line(address, start) for start in starts for _ in range(200)]
        opened = await asyncio.gather(*(line.__aenter__() for line in lines))
        ping = json.dumps({"destination": "U0", "events": []}).encode()
        true = signed(world, "DRG", ping).at(address + PATH)
        async with asyncio.timeout(1):  # while all of them are there
            assert (await post(world, true))[0] == 200
        assert set(await asyncio.gather(*(status(reader) for reader, _ in opened))) == {0, 408}
        for line in lines:
            await line.__aexit__(None, None, None)
