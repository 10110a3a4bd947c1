"""The real `aura demo` as a process of its own, as a newcomer starts it: an empty directory, any free port."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/simulator")
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(slots=True)
class Demo:
    """One running demo; `base` is its address, `said` what it printed once it was open."""

    base: str
    said: list[str] = field(default_factory=list)

    async def look(self, path: str) -> Any:
        """What `GET /simulator/PATH` answers."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.base}/simulator/{path}") as answer:
            assert answer.status == 200, (path, await answer.text())
            return await answer.json()

    async def becomes(self, true: Callable[[dict[str, Any]], bool]) -> None:
        """Waits until the strip, as the page's live events tell it, is so."""
        url = f"{self.base}/simulator/events"
        async with asyncio.timeout(20), aiohttp.ClientSession() as http, http.get(url) as events:
            kind = b""
            async for line in events.content:
                if line.startswith(b"event: "):
                    kind = line[7:].strip()
                elif kind == b"strip" and line.startswith(b"data: ") and true(json.loads(line[6:])):
                    return
        raise EOFError("the live events ended")

    async def act(self, channel: str, account: str, person: str, what: str, **body: Any) -> None:
        """A person does something in a chat; every delivery of it must be accepted."""
        url = f"{self.base}/simulator/api/{channel}/accounts/{account}/chats/{person}/{what}"
        async with aiohttp.ClientSession() as http, http.post(url, json=body) as answer:
            done = await answer.json()
        assert answer.status == 200, done
        assert all(delivery["status"] == 200 for delivery in done["deliveries"]), done


@asynccontextmanager
async def running_demo(data_dir: Path, *options: str) -> AsyncIterator[Demo]:
    """`aura demo` until Ctrl-C; it must then end by itself, well, and without a word of complaint."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AURA_")}
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("aura")),
        "demo",
        *options,
        cwd=data_dir,  # no .env of this checkout is read
        env=environment | {"AURA_DATA_DIR": str(data_dir), "AURA_PORT": "0"},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    try:
        async with asyncio.timeout(START_SECONDS):
            demo = Demo(await _address(process.stderr))
        listening = asyncio.create_task(_listen(process.stderr, demo.said))
        yield demo
    finally:
        await _ctrl_c(process)
    await listening
    assert (process.returncode, demo.said) == (0, [])


async def _ctrl_c(process: asyncio.subprocess.Process) -> None:
    """Stop the demo as people do, so that its database stops too; only what does not end is killed."""
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        raise


async def _address(printed: asyncio.StreamReader) -> str:
    lines = []
    async for line in printed:
        lines.append(line.decode())
        if found := ADDRESS.search(lines[-1]):
            return found[1]
    raise AssertionError("the demo did not start:\n" + "".join(lines))


async def _listen(printed: asyncio.StreamReader, said: list[str]) -> None:
    async for line in printed:
        said.append(line.decode())
