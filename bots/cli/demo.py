"""`aura demo`: the whole clinic on one machine. The real program against emulated platforms, and a page to play on.

Nothing but Python is needed: the embedded PostgreSQL, the emulators as their own process, two demo clinics
with accounts on both channels, and the page with the phones. State lives in AURA_DATA_DIR and survives a
restart; `--reset` starts afresh.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import aiohttp
import typer

from bots.cli.context import Composition, Database, composition, console, database, fail, run, settings
from bots.cli.serve import stop_signal
from bots.logs import configure
from bots.settings import Settings
from bots.simulator import page
from bots.simulator.moves import Moves
from bots.simulator.stage import Stage
from bots.simulator.truth import Truth
from domain.database import embedded
from domain.database.engine import create_engine
from domain.database.listen import listen

HOST = "127.0.0.1"


def demo(
    context: typer.Context,
    reset: Annotated[bool, typer.Option("--reset", help="Forget everything and start afresh.")] = False,
) -> None:
    """Run the demo clinic and print one address; Ctrl-C stops it."""
    config = settings()
    if config.database_url is not None:
        fail("the demo uses a database of its own: unset AURA_DATABASE_URL")
    configure("WARNING" if config.log_level == "INFO" else config.log_level)
    if reset:
        _forget(config.data_dir)
    port = _own_port(config.port)
    console.print("Starting the clinic …")
    with database(config) as found, _platforms(config.data_dir) as platforms:
        local = config.model_copy(
            update={
                "host": HOST,
                "port": port,
                "public_url": f"http://{HOST}:{port}",
                "line_api_url": f"{platforms}/line",
                "line_data_api_url": f"{platforms}/line",
                "telegram_api_url": f"{platforms}/telegram",
            }
        )
        run(_play(composition(context), local, found, platforms))


async def _play(wiring: Composition, config: Settings, found: Database, platforms: str) -> None:
    stopped = stop_signal()
    admin = create_engine(found.admin_url, pool_size=1)
    try:
        async with wiring.build(config, found.url) as program, aiohttp.ClientSession() as http:
            secrets = _kept(config.data_dir / "accounts.json")
            stage = Stage(program.units, program.accounts, program.channels, config, http, platforms, secrets)
            clinic_id = await stage.open_clinics()
            phones = await stage.phones(config.data_dir / "phones.json")
            moves = Moves(config.data_dir / "moves.jsonl")
            truth = Truth(program.units, program.scheduler, admin, program.settle, clinic_id, moves)
            page.mount(program.web, phones, platforms, truth)
            watching = asyncio.create_task(listen(found.url, {"aura_changes": truth.changed}))
            async with wiring.running(program) as port:
                address = f"http://{HOST}:{port}/simulator"
                console.print(f"[bold]The clinic is open:[/bold] {address}   (Ctrl-C closes it)", highlight=False)
                await stopped.wait()
            watching.cancel()
    finally:
        await admin.dispose()


@contextmanager
def _platforms(data_dir: Path) -> Iterator[str]:
    """The emulators' process, for as long as the demo runs; yields its address."""
    data_dir.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bots.simulator.platforms", "--journal", str(data_dir / "platforms.jsonl")]
    # A session of its own: Ctrl-C is for the program first, which may still have something to send.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)  # noqa: S603 - ours
    try:
        ready = process.stdout.readline() if process.stdout else ""
        if not ready:
            fail("the emulators did not start")
        yield str(json.loads(ready)["url"])
    finally:
        process.terminate()
        process.wait(timeout=10)


def _kept(path: Path) -> dict[str, dict[str, str]]:
    """The invented secrets of the demo's accounts: made once, so that the platforms know us after a restart."""
    if not path.exists():
        made = {
            "DRG": {"bot": "100000001", "token": token_hex(16)},
            "BUA": {"bot": "100000002", "token": token_hex(16)},
        }
        path.write_text(json.dumps(made), encoding="utf-8")
        path.chmod(0o600)
    kept: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _forget(data_dir: Path) -> None:
    if (data_dir / "secret_key").exists() and not (data_dir / "accounts.json").exists():
        fail(f"{data_dir} holds a clinic that is not the demo's: set AURA_DATA_DIR to another directory")
    try:
        embedded.erase(data_dir)
    except RuntimeError as error:
        fail(str(error))
    for name in ("platforms.jsonl", "moves.jsonl", "accounts.json", "phones.json", "secret_key"):
        (data_dir / name).unlink(missing_ok=True)


def _own_port(wanted: int) -> int:
    """The port to serve on; 0 takes any free one. The public address must be known before the start."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            fail(f"port {wanted} is taken; try AURA_PORT={wanted + 1} make demo")
        port: int = probe.getsockname()[1]
        return port
