"""Where programs are born: the tests' side of `nursery.py`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

PATIENCE_S = 30.0
ROOT = Path(__file__).resolve().parents[2]


async def until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE_S) -> None:
    """Ask until it is so; AssertionError with `what` was awaited when it does not become so in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not await condition():
        assert loop.time() < deadline, f"after {seconds} s still waiting for: {what}"
        await asyncio.sleep(0.01)


class Nursery:
    """The process that programs are born from: started once, because it takes seconds."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Start it, and wait until it has imported everything."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.nursery",
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert await self._answer() == "ready"

    async def close(self) -> None:
        """End it; it kills whatever it bore that still lives."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()

    async def bears(self, **order: object) -> int:
        """Start a program (see `tests/faults/nursery.py`); returns its process id."""
        # Whoever asked may be cancelled: the answer must be taken all the same, or the next one would get it.
        return await asyncio.shield(self._order(order))

    async def _order(self, order: object) -> int:
        async with self._turn:
            assert self._process is not None
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            await self._process.stdin.drain()
            return int(await self._answer())

    async def _answer(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode().strip()
        assert line, "the nursery ended"
        return line
