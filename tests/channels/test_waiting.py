"""The alarm clock that every part of the program sleeps by, and how long it waits for others."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from bots.waiting import Waker, within


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


async def test_who_is_given_up_is_neither_waited_for_nor_heard_of() -> None:
    """A statement that is cancelled still asks its server, and says in the end that it failed."""
    answered, complaints = asyncio.Event(), list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))

    async def statement() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await answered.wait()
            raise OSError

    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await within(0.01, statement())
    answered.set()
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    asyncio.get_running_loop().set_exception_handler(None)
    assert not complaints
    assert await within(5, asyncio.sleep(0, "what it comes to")) == "what it comes to"
