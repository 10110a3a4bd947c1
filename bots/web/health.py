"""`/healthz`: the process answers. `/readyz`: it can also reach its database."""

from __future__ import annotations

from aiohttp import web

from domain.database.session import UNAVAILABLE, Engine, ping


def routes(engine: Engine) -> list[web.RouteDef]:
    """The health routes, for load balancers and `aura doctor`."""

    async def healthy(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(request: web.Request) -> web.Response:
        try:
            await ping(engine)
        except UNAVAILABLE:
            return web.json_response({"status": "database away"}, status=503)
        return web.json_response({"status": "ok"})

    return [web.get("/healthz", healthy), web.get("/readyz", ready)]
