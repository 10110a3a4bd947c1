"""The alarm clock that every part of the program sleeps by."""

from __future__ import annotations

import asyncio

from bots.waiting import Waker


async def test_a_stop_that_comes_together_with_the_ringing_is_heard() -> None:
    heard = 0
    for steps in range(5):  # wherever between the ringing and the waking it comes
        waker = Waker()
        waiting = asyncio.create_task(waker.wait(60))
        await asyncio.sleep(0.001)
        waker.wake()
        for _ in range(steps):
            await asyncio.sleep(0)
        if waiting.cancel():
            await asyncio.wait([waiting])
            assert waiting.cancelled(), "whoever waits would go on for ever"
            heard += 1
    assert heard


async def test_it_rings_by_itself_in_the_end() -> None:
    await asyncio.wait_for(Waker().wait(0.001), 10)
