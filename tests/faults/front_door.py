"""What stands before the program's replicas: platforms know one address, whoever answers behind it.

A reverse proxy as an operator has one: each request goes to the next replica in turn, or to the one after it when
nobody listens there. One whose connection broke once it was passed on is a 502, as it might have been carried out.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import aiohttp
from aiohttp import web

_OWN = frozenset({"host", "content-length", "transfer-encoding", "connection", "date", "server"})

TAKEN_S = 2.0
"""So long LINE waits. Of it a program gives its database 1.5 s; the rest is for a busy machine."""
_PATIENCE = aiohttp.ClientTimeout(total=20)


class Replica(Protocol):
    """Whoever answers at an address. `frozen` counts how often it was suspended."""

    @property
    def address(self) -> str: ...

    @property
    def frozen(self) -> int: ...


class FrontDoor:
    """Passes requests on. `replicas` may change at any time, `statuses` counts what was answered.

    `waits` are the seconds after which a program said that it has taken a webhook, unless it was frozen meanwhile.
    """

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.replicas: Sequence[Replica] = ()
        self.statuses: Counter[int] = Counter()
        self.waits: list[float] = []
        self._http = http
        self._turn = 0

    async def pass_on(self, request: web.Request) -> web.Response:
        """One request, answered by whichever replica is there."""
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OWN}
        answer = await self._ask(request, headers, body)
        self.statuses[answer.status] += 1
        return answer

    def late(self) -> list[float]:
        """Those of the waits that were too long for LINE."""
        return [seconds for seconds in self.waits if seconds > TAKEN_S]

    async def _ask(self, request: web.Request, headers: dict[str, str], body: bytes) -> web.Response:
        self._turn += 1
        turn = self._turn % len(self.replicas)
        for replica in (*self.replicas[turn:], *self.replicas[:turn]):
            url = f"{replica.address}{request.path_qs}"
            began, frozen = time.monotonic(), replica.frozen
            try:
                async with self._http.request(request.method, url, headers=headers, data=body) as answer:
                    kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OWN}
                    answered = web.Response(status=answer.status, headers=kept, body=await answer.read())
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientError, TimeoutError):
                return web.Response(status=502)
            if answered.status == 200 and replica.frozen == frozen and request.path.startswith("/webhooks/"):
                self.waits.append(time.monotonic() - began)
            return answered
        return web.Response(status=503)


@asynccontextmanager
async def front_door(port: int) -> AsyncIterator[FrontDoor]:
    """A door on this port of loopback. Each request gets a connection of its own: none is met half closed."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=_PATIENCE, auto_decompress=False) as http:
        door = FrontDoor(http)
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", door.pass_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield door
        finally:
            await runner.cleanup()
