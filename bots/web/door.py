"""The door of the web server: opened once, and closed so that whoever came in is answered.

A stop goes by what a proxy in front of us sees. It has connections here that are quiet and may be closed, some that
wait for an answer, and some that were accepted a moment ago and have not said anything yet; to cut one of the latter is
a 502 for somebody's webhook.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from weakref import WeakSet

from aiohttp import web
from aiohttp.typedefs import Handler

from bots.web.health import Readiness

# A connection on which no request has come by then is closed, one that dawdles over its headers too. A proxy keeps its
# own for less (compose.yaml), or it would send a request into one that is just being closed.
IDLE_SECONDS = 25.0
# Connections that may wait to be accepted: a volley of webhooks, or of somebody's empty ones.
BACKLOG = 1024
# So long a stop waits for requests that are still on their way in, and then for answers that take their time.
ARRIVE_SECONDS = 2.0
ANSWER_SECONDS = 3.0
# Rounds of the event loop from a connection in the system's queue to its request in a handler; twice what asyncio and
# aiohttp take.
ROUNDS = 10


class Door:
    """Listens for `app`'s requests. Must be made before the app is served."""

    def __init__(self, app: web.Application, readiness: Readiness) -> None:
        self._app = app
        self._readiness = readiness
        self._quiet: WeakSet[asyncio.BaseTransport] = WeakSet()
        self._runner: web.AppRunner | None = None
        app.middlewares.append(self._enters)
        app.on_response_prepare.append(self._answered)

    async def open(self, host: str, port: int) -> int:
        """Listen; returns the port. OSError when it is taken."""
        runner = web.AppRunner(
            self._app, access_log=None, shutdown_timeout=ANSWER_SECONDS, keepalive_timeout=IDLE_SECONDS
        )
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
        found: int = runner.addresses[0][1]
        return found

    async def close(self, drain_seconds: float) -> None:
        """Say that we leave, serve for `drain_seconds` more, then let nobody in and answer who is.

        At once when all are quiet; in any case after ARRIVE_SECONDS and twice ANSWER_SECONDS, which aiohttp gives an
        answer before and after it cancels it.
        """
        self._readiness.stopping = True
        await asyncio.sleep(drain_seconds)
        if self._runner is None:
            return
        await _rounds()  # closing the door resets whoever is in the system's queue before it
        for site in self._runner.sites:
            await site.stop()
        await _rounds()
        with suppress(TimeoutError):
            async with asyncio.timeout(ARRIVE_SECONDS):
                # aiohttp tells nobody when a connection ends.
                while self._somebody_is_owed(self._runner):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        await self._runner.cleanup()

    def _somebody_is_owed(self, runner: web.AppRunner) -> bool:
        connections = runner.server.connections if runner.server else []
        return any(each.transport not in self._quiet for each in connections if each.transport)

    @web.middleware
    async def _enters(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A request waits for an answer; from a process that leaves it also hears that the connection ends."""
        if request.transport is not None:
            self._quiet.discard(request.transport)
        response = await handler(request)
        if self._readiness.stopping and not response.prepared:
            response.force_close()
        return response

    async def _answered(self, request: web.Request, response: web.StreamResponse) -> None:
        """An answer begins. One that never ends (the demo's page follows events) must not hold up a stop."""
        if request.transport is not None:
            self._quiet.add(request.transport)


async def _rounds() -> None:
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
