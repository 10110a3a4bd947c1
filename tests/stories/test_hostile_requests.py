"""Requests that no platform sends: too large, packed, malformed, endless, slow. Everybody else is served as before."""

from __future__ import annotations

import asyncio
import gzip
import json
from contextlib import AsyncExitStack

import pytest

from bots.app import build, running
from bots.line import inbound
from bots.web import door, reading
from tests.faults.program import until
from tests.stories.forgery import Request, post, signed
from tests.stories.hostility import CROWDED, MALFORMED, MEGABYTE, ODD, PATH, drip, head, line_body, open_line, status
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


async def test_as_many_events_as_no_platform_sends_are_refused_before_anybody_waits(world: World) -> None:
    assert await post(world, signed(world, "DRG", CROWDED)) == (413, '{"error": "too many events"}')
    most = line_body(",".join(json.dumps({"webhookEventId": str(n)}) for n in range(inbound.MOST_EVENTS)))
    assert (await post(world, signed(world, "DRG", most)))[0] == 200
    await world.settles()


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


@pytest.mark.parametrize("announced", ["Content-Length: 100", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("then", [b"", b"no number\r\n"])
async def test_a_body_that_breaks_off_is_no_error_of_ours(
    world: World, announced: str, then: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    def counted(status: str) -> float:
        labels = {"channel": "line", "status": status}
        return world.program.metrics.registry.get_sample_value("aura_webhook_seconds_count", labels) or 0

    async def ended() -> bool:
        return counted("400") + counted("500") > before

    before = counted("400") + counted("500")
    address = world.program.settings.address
    async with open_line(address, head(announced) + b"1\r\n{\r\n") as (_, writer):
        for more in (then, b""):  # and then nothing: the connection ends
            async with world.http.get(f"{address}/healthz"):
                writer.write(more)  # what came before has been read
    await until(ended, "the request to end")
    assert not counted("500")
    assert not caplog.records


async def test_the_slow_are_let_go_and_nobody_waits_for_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred connections each that say nothing, stop in their headers or in their body; and one that drips."""
    monkeypatch.setattr(reading, "SECONDS", 1.0)
    monkeypatch.setattr(door, "IDLE_SECONDS", 1.0)
    async with (
        build(settings_for(world.platforms), world.database.url) as program,
        running(program, "web", menus=False),
        AsyncExitStack() as lines,
    ):
        address, starts = program.settings.address, (b"", head()[:30], head("Content-Length: 100") + b"{")
        slow = [open_line(address, start) for start in (*starts * 200, b"")]
        opened = await asyncio.gather(*(lines.enter_async_context(line) for line in slow))
        dripping = asyncio.create_task(drip(opened[-1][1], 0.1))
        ping = json.dumps({"destination": "U0", "events": []}).encode()
        true = signed(world, "DRG", ping).at(address + PATH)
        async with asyncio.timeout(1):  # while all of them are there
            assert (await post(world, true))[0] == 200
        assert set(await asyncio.gather(*(status(reader) for reader, _ in opened))) == {0, 408}
        assert not await dripping, "it was let go in the middle"
