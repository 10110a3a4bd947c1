"""The program under test as an operator runs it: `aura serve` in a process, started, killed and started again."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import aiohttp

from tests.faults.nursery import end

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


class Served:
    """`aura serve` as a process. `directory` gets its log, `environment` is all it knows of the world."""

    def __init__(
        self,
        nursery: Nursery,
        directory: Path,
        environment: Mapping[str, str],
        address: str,
        http: aiohttp.ClientSession,
    ) -> None:
        self.starts = 0
        self._nursery = nursery
        self._directory = directory
        self._environment = dict(environment)
        self._address = address
        self._http = http
        self._process: int | None = None
        self._killed = False

    @property
    def log(self) -> Path:
        """What the program has written, all its lives in one file."""
        return self._directory / "program.log"

    async def start(self) -> None:
        """Start the program and wait until it answers (or until it was killed while it started)."""
        self._process, self._killed = None, False
        self._process = await self._nursery.bears(
            argv=["aura", "serve"], env=self._environment, log=str(self.log), cwd=str(self._directory)
        )
        self.starts += 1
        await until(self._answers, f"the program to answer; see {self.log}")

    def kill(self) -> None:
        """SIGKILL: no handler, no goodbye."""
        self._killed = True
        if self._process is not None:
            end(self._process)

    @property
    def lives(self) -> bool:
        """Whether the process exists."""
        if self._process is None:
            return False
        try:
            os.kill(self._process, 0)
        except ProcessLookupError:
            return False
        return True

    async def gone(self) -> None:
        """Wait until the system has taken the process away, and its port is free again."""

        async def condition() -> bool:
            return not self.lives

        await until(condition, "the killed program to be gone")

    async def _answers(self) -> bool:
        if not self.lives:
            assert self._killed, f"the program ended by itself: {self.log.read_text()[-2000:]}"
            return True
        try:
            async with self._http.get(f"{self._address}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False
