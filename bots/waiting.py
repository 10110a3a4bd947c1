"""Waiting: for work, of which somebody may ring at once, for what is under way, and for nobody too long."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
_on_their_own: set[asyncio.Task[Any]] = set()


def on_its_own(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin it; whoever waits for it may give up, and then what breaks it is nobody's.

    Wait for it with `asyncio.shield`, which leaves it alone but lets asyncio complain that nobody asked how it ended.
    """
    task = asyncio.create_task(work)
    _on_their_own.add(task)
    task.add_done_callback(_ended)
    return task


def _ended(task: asyncio.Task[Any]) -> None:
    _on_their_own.discard(task)
    if not task.cancelled():
        task.exception()  # somebody has asked


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What `work` comes to; TimeoutError when it has not ended by then.

    It is cancelled then and ends by itself, unheard. `asyncio.timeout` would wait for that end too, and a statement
    that is cancelled asks its server first: one that is frozen keeps it for as long as it likes.
    """
    task = on_its_own(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            return task.result()
        raise TimeoutError
    finally:
        task.cancel()


class Waker:
    """An alarm clock that can be rung."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        """There may be something to do."""
        self._event.set()

    def clear(self) -> None:
        """About to look: what is rung from now on counts."""
        self._event.clear()

    async def wait(self, seconds: float) -> None:
        """Until rung, at most `seconds`."""
        # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the ringing, and whoever
        # waits here would never end (https://github.com/python/cpython/issues/86296).
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()


class Tasks:
    """What is under way: started here, gone when it has ended."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin it beside everything else; it must see to its own errors, or whoever awaits the task must."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[asyncio.Task[Any]]:
        return iter(tuple(self._tasks))

    async def one_ends(self) -> None:
        """Wait until at least one of them has ended."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
