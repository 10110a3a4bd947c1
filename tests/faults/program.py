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


class Served:
    """`aura serve`, from a nursery. `directory` gets its log, `environment` is all it knows of the world."""

    def __init__(
        self, directory: Path, environment: Mapping[str, str], address: str, http: aiohttp.ClientSession
    ) -> None:
        self.starts = 0
        self._directory = directory
        self._environment = dict(environment)
        self._address = address
        self._http = http
        self._nursery: asyncio.subprocess.Process | None = None
        self._process: int | None = None

    @property
    def log(self) -> Path:
        """What the program has written, all its lives in one file."""
        return self._directory / "program.log"

    async def open(self) -> None:
        """Start the nursery: once, it takes seconds."""
        self._nursery = await asyncio.create_subprocess_exec(
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
        """Kill the program and close the nursery."""
        self.kill()
        if self._nursery is not None and self._nursery.stdin is not None:
            self._nursery.stdin.close()
            await self._nursery.wait()

    async def start(self) -> None:
        """Start the program and wait until it answers."""
        assert self._nursery is not None
        assert self._nursery.stdin is not None
        order = {
            "argv": ["aura", "serve"],
            "env": self._environment,
            "log": str(self.log),
            "cwd": str(self._directory),
        }
        self._nursery.stdin.write(json.dumps(order).encode() + b"\n")
        await self._nursery.stdin.drain()
        self._process = int(await self._answer())
        self.starts += 1
        await until(self._answers, f"the program to answer; see {self.log}")

    def kill(self) -> None:
        """SIGKILL: no handler, no goodbye."""
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
        assert self.lives, f"the program ended by itself; see {self.log}"
        try:
            async with self._http.get(f"{self._address}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def _answer(self) -> str:
        assert self._nursery is not None
        assert self._nursery.stdout is not None
        line = (await self._nursery.stdout.readline()).decode().strip()
        assert line, "the nursery ended"
        return line
