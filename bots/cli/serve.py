"""`aura serve`: the real program, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from enum import StrEnum
from typing import Annotated

import structlog
import typer

from bots.cli.context import Composition, composition, console, database, run, settings
from bots.logs import configure
from bots.settings import Settings


class ServeRole(StrEnum):
    """Which part of the work this process does."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


def serve(
    context: typer.Context,
    role: Annotated[ServeRole, typer.Option(help="web: webhooks, polls, answers; worker: the rest.")] = ServeRole.ALL,
) -> None:
    """Serve webhooks, poll, send messages and run what falls due, until Ctrl-C or SIGTERM."""
    config = settings()
    configure(config.log_level)
    with database(config) as found:
        run(_serve(composition(context), config, found.url, role))


async def _serve(wiring: Composition, config: Settings, url: str, role: ServeRole) -> None:
    stopped = stop_signal()
    async with wiring.build(config, url) as program, wiring.running(program, role.value) as port:
        structlog.get_logger().info("serve.ready", port=port, role=role.value)
        console.print(f"Serving on http://{config.host}:{port} ({role.value}). Ctrl-C stops.", highlight=False)
        await stopped.wait()


def stop_signal() -> asyncio.Event:
    """An event that SIGINT or SIGTERM sets, so that a stop finishes what is in hand."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped
