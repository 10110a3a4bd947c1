"""The emulated platforms as a process of their own: LINE and Telegram on one loopback port.

`aura demo` and the tests start it beside the program, as the real platforms are beside it: it lives on
through the program's crashes, and its journal carries every chat over its own. It ends with SIGTERM,
SIGINT, or when the process that started it is gone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from bots.journal import Journal
from bots.line.emulator import LineEmulator
from bots.telegram.emulator import TelegramEmulator

HOST = "127.0.0.1"
PARENT_CHECK_SECONDS = 1.0
# The root's limit counts for the mounted applications too: a 10 MB photo as base64, with room.
LARGEST_BODY = 16 * 1024 * 1024
# LINE gives a webhook 2 s, which a busy laptop may need longer than: it would be brought everything twice.
LINE_ANSWER_SECONDS = 10.0


async def serve(journal_path: Path, port: int) -> None:
    """Run both emulators until told to stop; `port` 0 takes any free one.

    Prints one line of JSON when ready: `{"port", "url", "pid"}`. Raises OSError if the port is taken.
    """
    parent = os.getppid()
    journal = Journal(journal_path)
    line, telegram = LineEmulator(journal, answer_seconds=LINE_ANSWER_SECONDS), TelegramEmulator(journal)
    app = web.Application(client_max_size=LARGEST_BODY)
    app.add_subapp("/line", line.app())
    app.add_subapp("/telegram", telegram.app())
    # Live streams never end by themselves: wait for them no longer than a moment.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        bound = runner.addresses[0][1]
        ready = {"port": bound, "url": f"http://{HOST}:{bound}", "pid": os.getpid()}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await _until_told_to_stop(parent)
    finally:
        await line.close()
        await telegram.close()
        await runner.cleanup()
        journal.close()


async def _until_told_to_stop(parent: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    while not stop.is_set() and os.getppid() == parent:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PARENT_CHECK_SECONDS)


def main(argv: Sequence[str] | None = None) -> None:
    """`python -m bots.simulator.platforms --journal PATH --port N`."""
    parser = argparse.ArgumentParser(prog="python -m bots.simulator.platforms", description=__doc__)
    parser.add_argument("--journal", type=Path, required=True, help="file that keeps every chat")
    parser.add_argument("--port", type=int, default=0, help="loopback port (0: any free one)")
    asked = parser.parse_args(argv)
    try:
        asyncio.run(serve(asked.journal, asked.port))
    except OSError as error:
        parser.exit(1, f"The emulators cannot start: {error}\n")


if __name__ == "__main__":
    main()
