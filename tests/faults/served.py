"""One program under test as an operator runs it: `aura serve` in a process, started, killed, stopped, frozen.

It reaches the database through a `CommitProxy` of its own, so that a fault at a commit is one program's alone.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests.faults.commit_proxy import CommitProxy, Connect
from tests.faults.nursery import end
from tests.faults.program import Nursery, exists, until


class Served:
    """`aura serve --role {role}`. `directory` gets its log and its socket, `environment` is all else that it knows.

    `database` makes its AURA_DATABASE_URL from the directory of the proxy's socket; `wanted` is whether somebody who
    finds it dead starts it again, as a supervisor does; `frozen` counts how often it was suspended.
    """

    def __init__(
        self,
        nursery: Nursery,
        directory: Path,
        environment: Mapping[str, str],
        *,
        role: str,
        connect: Connect,
        database: Callable[[Path], str],
        http: aiohttp.ClientSession,
        injected: Counter[str],
    ) -> None:
        directory.mkdir()
        self.role = role
        self.starts = 0
        self.wanted = True
        self.frozen = 0
        port = lasting_port()
        self.address = f"http://127.0.0.1:{port}"
        self.proxy = CommitProxy(directory, connect, self.kill, self.freeze, self.terminate, injected)
        self.injected = injected
        self.nursery = nursery
        self._directory = directory
        self._environment = {**environment, "AURA_PORT": str(port), "AURA_DATABASE_URL": database(directory)}
        self._environment["AURA_DATA_DIR"] = str(directory)
        self._http = http
        self._process: int | None = None
        self._killed = False

    @property
    def log(self) -> Path:
        """What the program has written, all its lives in one file."""
        return self._directory / "program.log"

    @property
    def lives(self) -> bool:
        """Whether the process exists (a frozen one does)."""
        return self._signal(0)

    async def start(self) -> None:
        """Start the program and wait until it answers (or until it was killed while it started)."""
        self._process, self._killed, self.wanted = None, False, True
        self._process = await self.nursery.bears(
            argv=["aura", "serve", "--role", self.role],
            env=self._environment,
            log=str(self.log),
            cwd=str(self._directory),
        )
        self.starts += 1
        await until(self._answers, f"the program to answer; see {self.log}")

    @property
    def memory(self) -> int:
        """Bytes of memory that the process holds now (Linux)."""
        pages = Path(f"/proc/{self._process}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def knows(self, **environment: str) -> None:
        """Settings for its next start, beside or instead of those it has."""
        self._environment |= environment

    async def runs(self, *arguments: str, **environment: str) -> str:
        """Another command of `aura`, with this program's settings and perhaps more, to its end; what it printed."""
        known = {**self._environment, **environment}
        return await self.nursery.runs(*arguments, env=known, cwd=self._directory)

    def kill(self) -> None:
        """SIGKILL: no handler, no goodbye."""
        self._killed = True
        if self._process is not None:
            end(self._process)

    def die(self, what: str = "kill -9 at any moment") -> None:
        """Killed from outside, its connections with it."""
        self.injected[what] += 1
        self.proxy.die()

    async def stop(self) -> float:
        """SIGTERM; returns the seconds until it had ended by itself."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.injected["SIGTERM"] += 1
        self.terminate()
        await self.gone()
        return loop.time() - began

    def terminate(self) -> None:
        """SIGTERM: it is to finish what it holds, and to end; nobody starts it again."""
        self.wanted = False
        self._signal(signal.SIGTERM)

    def freeze(self) -> None:
        """SIGSTOP: it lives, holds what it holds, and does nothing."""
        self.frozen += 1
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on as if no time had passed."""
        self._signal(signal.SIGCONT)

    async def gone(self) -> None:
        """Wait until the system has taken the process away, and its port is free again."""

        async def condition() -> bool:
            return not self.lives

        await until(condition, "the program to be gone")

    def _signal(self, number: int) -> bool:
        return self._process is not None and exists(self._process, number)

    async def _answers(self) -> bool:
        if not self.lives:
            assert self._killed, f"the program ended by itself: {self.log.read_text()[-2000:]}"
            return True
        try:
            async with self._http.get(f"{self.address}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


def lasting_port() -> int:
    """A free port that the system gives to nobody else while a program that has it is down: below those it hands out.

    https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html, ip_local_port_range
    """
    while True:
        port = random.randrange(12_000, 32_000)  # noqa: S311 - no secret; and two test runs must not draw the same
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
