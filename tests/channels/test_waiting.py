"""The alarm clock that every part of the program sleeps by, and how long it waits for others."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bots.waiting import Waker, on_its_own, within


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


@contextmanager
def _without_complaint() -> Iterator[None]:
    """asyncio complains of nothing, such as an exception that nobody has asked for."""
    loop, complaints = asyncio.get_running_loop(), list[dict[str, Any]]()
    loop.set_exception_handler(lambda _, complaint: complaints.append(complaint))
    try:
        yield
        gc.collect()
    finally:
        loop.set_exception_handler(None)
    assert not complaints


async def test_who_is_given_up_is_neither_waited_for_nor_heard_of() -> None:
    """A statement that is cancelled still asks its server, and says in the end that it failed."""
    answered, ended = asyncio.Event(), asyncio.Event()

    async def statement() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await answered.wait()
            ended.set()
            raise OSError

    with _without_complaint():
        async with asyncio.timeout(5):
            with pytest.raises(TimeoutError):
                await within(0.01, statement())
        answered.set()
        for _ in range(5):
            await asyncio.sleep(0)
    assert ended.is_set(), "it was cancelled"
    assert await within(5, asyncio.sleep(0, "what it comes to")) == "what it comes to"


async def test_what_goes_on_by_itself_may_break_unheard() -> None:
    """Whoever waited behind a shield has given up."""
    broken = asyncio.Event()

    async def work() -> None:
        await broken.wait()
        raise OSError

    async def waits() -> None:
        await asyncio.shield(on_its_own(work()))

    with _without_complaint():
        with pytest.raises(TimeoutError):
            await within(0.01, waits())
        broken.set()
        for _ in range(5):
            await asyncio.sleep(0)
