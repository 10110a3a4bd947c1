"""Waiting for work: woken at once when somebody knows of some, else looking by itself now and then."""

from __future__ import annotations

import asyncio


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
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return
