"""`/healthz`: the process answers. `/readyz`: it can do its work, or load balancers should ask another one."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bots.waiting import within
from domain.database.errors import UNAVAILABLE
from domain.database.session import Engine
from domain.database.upgrade import Schema

# Load balancers give a check a second or more; who waits longer for a connection does no work either.
READY_SECONDS = 0.8


@dataclass(slots=True)
class Readiness:
    """Whether this process wants work; it does not from the moment when it is told to stop."""

    engine: Engine
    schema: Schema
    stopping: bool = False

    async def trouble(self) -> str:
        """What keeps it from working, '' if nothing; answers within READY_SECONDS."""
        if self.stopping:
            return "stopping"
        try:
            current = await within(READY_SECONDS, self.schema.current(self.engine))
        except UNAVAILABLE:
            return "database away"
        return "schema outdated" if self.schema.lacks(current) else ""


def routes(readiness: Readiness) -> list[web.RouteDef]:
    """The health routes, for load balancers and `aura doctor`."""

    async def healthy(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(request: web.Request) -> web.Response:
        trouble = await readiness.trouble()
        return web.json_response({"status": trouble or "ok"}, status=503 if trouble else 200)

    return [web.get("/healthz", healthy), web.get("/readyz", ready)]
