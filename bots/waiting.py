"""Waiting for work: woken at once when somebody knows of some, else looking by itself now and then."""

from __future__ import annotations

import asyncio
from contextlib import suppress


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
