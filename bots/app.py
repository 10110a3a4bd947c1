"""The composition root: the one place where the program's objects are built and wired.

`Program` is what `aura serve`, `aura demo` and the tests run: web server, intake, delivery and scheduler on
one engine. Roles divide it: `web` takes events in, by webhooks and polls, and answers them; `worker` sends notices
and what falls due.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import aiohttp
import structlog
from aiohttp import web

from bots import resealing
from bots.accounts import Accounts, SecretBox
from bots.channel import Channel
from bots.cli import cli
from bots.cli.context import Composition
from bots.delivery import Delivery
from bots.intake import Intake
from bots.line import LineChannel
from bots.logs import configure
from bots.menus import Menus
from bots.metrics import Metrics
from bots.pictures.address import PictureAddress
from bots.polling import Poller
from bots.quotas import Quotas
from bots.settings import Settings
from bots.telegram import TelegramChannel
from bots.web import health, pictures, reading, webhooks
from bots.web import metrics as metrics_page
from bots.work import Work
from domain.database import session
from domain.database.clock import read_clock
from domain.database.engine import create_engine, refuse_unsafe_role
from domain.database.listen import listen
from domain.database.session import Engine
from domain.database.upgrade import schema
from domain.reactions import react
from domain.unit import Units
from handlers.actions import ActionSigner
from scheduler.app import Scheduler
from scheduler.jobs import JOBS

log = structlog.get_logger()
# Connections to one platform, for all accounts together. One that does not answer leaves the others theirs.
CONNECTIONS = 200
# A connection on which no request has come by then is closed, one that dawdles over its headers too. A proxy keeps its
# own for less (compose.yaml), or it would send a request into one that is just being closed.
IDLE_SECONDS = 25.0
# Connections that may wait to be accepted: a volley of webhooks, or of somebody's empty ones.
BACKLOG = 1024
Role = Literal["all", "web", "worker"]


@dataclass(slots=True)
class Program:
    """The built objects of one process."""

    settings: Settings
    url: str
    engine: Engine
    units: Units
    accounts: Accounts
    box: SecretBox
    channels: dict[str, Channel]
    signer: ActionSigner
    delivery: Delivery
    intake: Intake
    poller: Poller
    menus: Menus
    quotas: Quotas
    scheduler: Scheduler
    metrics: Metrics
    readiness: health.Readiness
    web: web.Application

    async def settle(self) -> None:
        """Wait until nothing that this process can do is left: no pending event, no due message."""
        await self.intake.finish()
        while await session.work_left(self.engine):
            started = await self.intake.start_due()
            await self.intake.finish()
            if not (await self.delivery.drain() or started):
                await asyncio.sleep(0.01)  # it is in other hands, those of this program's own loops perhaps
        await self.intake.finish()


@asynccontextmanager
async def build(settings: Settings, url: str) -> AsyncIterator[Program]:
    """Build the program on the database at `url` (the program's role); closes everything at the end."""
    async with AsyncExitStack() as stack:
        engine = create_engine(url)
        stack.push_async_callback(engine.dispose)
        await refuse_unsafe_role(engine)
        keys = settings.secret_keys()
        units = Units(engine, react)
        box = SecretBox(keys)
        accounts = Accounts(engine, box)
        signer = ActionSigner(keys)
        addresses = PictureAddress(settings.address, keys)
        channels = await stack.enter_async_context(open_channels(settings))
        metrics = Metrics()
        delivery = Delivery(units, accounts, channels, signer, addresses, metrics)
        work = Work(units, accounts, channels, signer, delivery, metrics)
        intake = Intake(engine, channels, work)
        readiness = health.Readiness(engine, schema())
        server = web.Application(client_max_size=reading.MOST_BYTES)
        server.add_routes(webhooks.routes(intake, accounts, channels, metrics))
        server.add_routes(pictures.routes(units, addresses))
        server.add_routes(health.routes(readiness))
        server.add_routes(metrics_page.routes(metrics, engine, JOBS))
        yield Program(
            settings=settings,
            url=url,
            engine=engine,
            units=units,
            accounts=accounts,
            box=box,
            channels=channels,
            signer=signer,
            delivery=delivery,
            intake=intake,
            poller=Poller(engine, accounts, channels, intake),
            menus=Menus(units, accounts, channels),
            quotas=Quotas(accounts, channels, metrics),
            scheduler=Scheduler(units, engine, JOBS, lambda: read_clock(engine), metrics.job),
            metrics=metrics,
            readiness=readiness,
            web=server,
        )


@asynccontextmanager
async def open_channels(settings: Settings) -> AsyncIterator[dict[str, Channel]]:
    """The registry of channels, by name, on one HTTP session for calls and one for polls; closed at the end."""
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, limit_per_host=CONNECTIONS)) as http,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as polls,
    ):
        channels: list[Channel] = [
            LineChannel(http, settings.line_api_url, settings.line_data_api_url),
            TelegramChannel(http, settings.telegram_api_url, polls),
        ]
        try:
            yield {channel.name: channel for channel in channels}
        finally:
            for channel in channels:
                await channel.close()


@asynccontextmanager
async def running(program: Program, role: Role = "all", *, menus: bool = True) -> AsyncIterator[int]:
    """Run the program's parts; yields the port of its web server.

    On leaving it says that it is not ready, still serves for the settings' `drain_seconds`, then finishes what is in
    hand. Without `menus` nobody looks after the platforms' menus, nor asks for their quotas.
    """
    async with AsyncExitStack() as stack:
        tasks: list[asyncio.Task[None]] = []
        if role != "worker":
            tasks.append(_forever("intake", program.intake.run))
            tasks.append(_forever("polling", program.poller.run))
        if role != "web":
            wakers = {"aura_outbox": lambda _: program.delivery.wake()}
            tasks.append(_forever("delivery", program.delivery.run))
            if menus:
                tasks.append(_forever("menus", program.menus.run))
                tasks.append(_forever("quotas", program.quotas.run))
            tasks.append(_forever("secrets", partial(resealing.run, program.units, program.box)))
            tasks.append(_forever("listen", partial(listen, program.url, wakers)))
            program.scheduler.start()
            stack.push_async_callback(program.scheduler.stop)
        stack.push_async_callback(_stop, tasks)
        runner = web.AppRunner(program.web, access_log=None, shutdown_timeout=5, keepalive_timeout=IDLE_SECONDS)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, program.settings.host, program.settings.port, backlog=BACKLOG)
        await site.start()
        stack.push_async_callback(_drain, program)
        yield runner.addresses[0][1]


def _forever(name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    """A part of the program that ends only when it is cancelled: what breaks it is logged, and it begins again.

    What breaks while it ends (a lease cannot be given back, as the database is away) takes the cancellation's place.
    """

    async def keep() -> None:
        while not task.cancelling():
            try:
                await work()
            except Exception:  # whatever it is: without this part the program would look alive and do nothing
                log.exception("program.part_broke", part=name)
                await asyncio.sleep(0 if task.cancelling() else 1)

    task = asyncio.create_task(keep(), name=name)
    return task


async def _drain(program: Program) -> None:
    """Let load balancers see that this process leaves before it closes its door."""
    program.readiness.stopping = True
    await asyncio.sleep(program.settings.drain_seconds)


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """The `aura` command. Whatever it logs goes to standard error; `serve` and `demo` log more than warnings."""
    configure("WARNING")
    cli(obj=Composition(build=build, channels=open_channels, running=running))
