"""Hostile clients against the real process: bodies of every wrong kind, and connections that never come to an end.

Each is refused (or taken and harmless), the process does not grow, and whoever is honest is served as if they were
not there. What each single request is answered with, the stories tell (`test_hostile_requests.py`).
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from contextlib import AsyncExitStack

from tests.faults.registry import LONG, Trial, fault, times
from tests.faults.rig import Rig
from tests.stories.forgery import Request, post, signed
from tests.stories.hostility import CROWDED, MALFORMED, MEGABYTE, ODD, PATH, drip, head, line_body, open_line, status

MOST_GROWTH = 10 * MEGABYTE
PROMPT_S = 5.0
"""An honest request takes milliseconds; so long only on a machine that is very busy. Waiting for others takes ten."""
LET_GO_S = 30.0
HONEST = json.dumps({"destination": "U0", "events": []}).encode()


@fault("F27", "oversized, packed, malformed and odd bodies")
async def test_hostile_bodies_cost_nobody_anything(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        await _honest(world, 20)
        done, said = asyncio.Event(), set[int]()
        slowest = asyncio.create_task(_slowest(world, done))
        # The room that the largest body takes when it is read stays with the process, which fills it bit by bit; when
        # that is done, no further body may add to it.
        for first in range(2):
            before = world.served.memory
            for _ in range(times(1 + first, 25)):
                said |= await _bodies(world) | await _streams(world)
        done.set()
        assert said == {200, 400, 401, 413, 415}
        assert await slowest < PROMPT_S
        grown = world.served.memory - before
        assert grown < MOST_GROWTH, f"the program grew by {grown / MEGABYTE:.1f} MB from {before / MEGABYTE:.0f} MB"
        await world.settles()
        states = await world.truth("select distinct state from inbox")
        assert [row["state"] for row in states] == ["done"]
        assert "Traceback" not in world.served.log.read_text()


async def _bodies(world: Rig) -> set[int]:
    """Whole bodies, signed and not."""
    bomb = gzip.compress(b" " * 50 * MEGABYTE)
    large = b" " * (MEGABYTE + 1)
    bodies = [*MALFORMED, *map(line_body, ODD)]
    requests = [_signed(world, body) for body in bodies]
    forged = [Request(requests[0].url, {}, body) for body in (*bodies, CROWDED)]
    requests += [_signed(world, CROWDED), _signed(world, large), Request(requests[0].url, {}, large)]
    packed = _signed(world, bomb)
    requests.append(Request(packed.url, {**packed.headers, "Content-Encoding": "gzip"}, bomb))
    world.injected["hostile body"] += len(requests) + len(forged)
    answers = [await post(world, request) for request in requests]
    # Together: each waits for the next look at the accounts' secrets, of which there is one a second.
    answers += await asyncio.gather(*(post(world, request) for request in forged))
    assert all("Traceback" not in text for _, text in answers)
    assert (413, '{"error": "too many events"}') in answers
    return {code for code, _ in answers}


async def _streams(world: Rig) -> set[int]:
    """Bodies that are announced as enormous, or never end."""
    said = set()
    starts = (head("Content-Length: 10000000000"), head("Transfer-Encoding: chunked"))
    for start in starts:
        async with open_line(world.served.address, start) as (reader, writer):
            for _ in range(MEGABYTE // 0x10000 + 1):
                writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            said.add(await status(reader))
    world.injected["endless body"] += len(starts)
    return said


@fault("F28", "connections that say nothing, drip, or stop in the middle")
async def test_slow_clients_keep_nobody_waiting(trial: Trial) -> None:
    async with trial.rig() as world, AsyncExitStack() as lines:
        await world.meets("DRG")
        starts = (b"", head()[:30], head("Content-Length: 100") + b"{")
        slow = [open_line(world.served.address, start) for start in (*starts * times(100, 330), b"")]
        world.injected["half-open connection"] += len(slow)
        opened = await asyncio.gather(*(lines.enter_async_context(line) for line in slow))
        dripping = asyncio.create_task(drip(opened[-1][1], 1.0))
        assert await _honest(world, 50) < PROMPT_S
        if LONG:  # who stops in the body is told so, all others are let go
            ends = await asyncio.gather(*(status(reader, LET_GO_S) for reader, _ in opened))
            assert set(ends) == {0, 408}
            assert not await dripping, "it was let go in the middle"
        dripping.cancel()


async def _honest(world: Rig, count: int) -> float:
    """What a platform sends, so many times; the seconds of the slowest."""
    slowest = 0.0
    for _ in range(count):
        began = time.monotonic()
        assert (await post(world, _signed(world, HONEST)))[0] == 200
        slowest = max(slowest, time.monotonic() - began)
    return slowest


async def _slowest(world: Rig, done: asyncio.Event) -> float:
    """Honest traffic until `done`; the seconds of the slowest."""
    slowest = 0.0
    while not done.is_set():
        slowest = max(slowest, await _honest(world, 1))
        await asyncio.sleep(0.02)
    return slowest


def _signed(world: Rig, body: bytes) -> Request:
    """To the program itself: a proxy would keep half of it away."""
    return signed(world, "DRG", body).at(f"{world.served.address}{PATH}")
