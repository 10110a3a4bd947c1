"""The emulated platforms as a process of their own: what it keeps over a kill, and when it ends."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp


async def start_platforms(journal: Path, *, through: tuple[str, ...] = ()) -> tuple[asyncio.subprocess.Process, str]:
    command = [*through, sys.executable, "-m", "bots.simulator.platforms", "--journal", str(journal), "--port", "0"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(30):
        ready = json.loads(await process.stdout.readline())
    return process, ready["url"]


async def test_the_platforms_process_keeps_its_chats_over_a_kill_and_stops_when_told(tmp_path: Path) -> None:
    journal = tmp_path / "platforms.jsonl"
    process, url = await start_platforms(journal)
    async with aiohttp.ClientSession() as http:
        person = {"id": "U" + "1" * 32, "name": "นก", "language": "th"}
        account = {"slug": "drg", "name": "Demo", "channel_secret": "s", "access_token": "t"}
        await http.post(f"{url}/line/control/people", json=person)
        async with http.post(f"{url}/line/control/accounts", json=account) as answer:
            chat = f"line/control/accounts/{(await answer.json())['account']}/chats/{person['id']}"
        await http.post(f"{url}/{chat}/say", json={"text": "ยังอยู่ไหม"})
        process.kill()
        await process.wait()
        process, url = await start_platforms(journal)
        async with http.get(f"{url}/{chat}") as answer:
            [message] = (await answer.json())["messages"]
    assert message["text"] == "ยังอยู่ไหม"
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await process.wait() == 0


async def test_the_platforms_process_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    starter = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    process, _ = await start_platforms(tmp_path / "platforms.jsonl", through=(sys.executable, "-c", starter))
    process.kill()
    assert process.stdout is not None
    async with asyncio.timeout(15):
        assert await process.stdout.read() == b""  # the last holder of the pipe is gone
