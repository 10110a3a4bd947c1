"""Where programs are born: the tests' side of `nursery.py`. A nursery has the code of one tree, this or an earlier."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from uuid import uuid4

PATIENCE_S = 30.0
ROOT = Path(__file__).resolve().parents[2]
_BOOT = "import runpy, sys; sys.path.insert(0, {tree!r}); runpy.run_path({nursery!r}, run_name='__main__')"


async def until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE_S) -> None:
    """Ask until it is so; AssertionError with `what` was awaited when it does not become so in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not await condition():
        assert loop.time() < deadline, f"after {seconds} s still waiting for: {what}"
        await asyncio.sleep(0.01)


def exists(process: int, number: int = 0) -> bool:
    """Whether there is such a process; it gets the signal, if one is given."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return False
    return True


class Nursery:
    """The process that programs are born from: started once, because it takes seconds. Their code is `tree`'s."""

    def __init__(self, tree: Path = ROOT) -> None:
        self.tree = tree
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Start it, and wait until it has imported everything."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _BOOT.format(tree=str(self.tree), nursery=str(Path(__file__).with_name("nursery.py"))),
            cwd=self.tree,
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

    async def runs(self, *arguments: str, env: Mapping[str, str], cwd: Path) -> str:
        """A command of `aura` to its end; returns what it printed."""
        said = cwd / f"said-{uuid4().hex}"
        process = await self.bears(argv=["aura", *arguments], env=dict(env), log=str(said), cwd=str(cwd))

        async def ended() -> bool:
            return not exists(process)

        await until(ended, f"aura {' '.join(arguments)} to end; see {said}")
        return said.read_text(encoding="utf-8")

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
