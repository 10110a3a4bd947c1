"""`GET /metrics`: the process's metrics and the database's figures, as Prometheus asks for them.

There is nothing personal in them, yet they name clinics and tell how their business goes: whoever asks through a proxy
(which says so in a header) or by a name of the internet is told that there is no such page. Prometheus asks each
process itself. A proxy of which neither can be seen must not pass the page on: docs/operating.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from bots.metrics import Metrics, Scrape
from bots.waiting import within
from domain.database.errors import UNAVAILABLE
from domain.database.figures import Figures, read_figures
from domain.database.session import Engine
from scheduler.job import AnyJob, CalendarJob

# Prometheus waits ten; a database that is away must not cost the process's own metrics.
DATABASE_SECONDS = 3.0
PASSED_ON = ("Forwarded", "X-Forwarded-For", "Via")


def routes(metrics: Metrics, engine: Engine, jobs: Sequence[AnyJob]) -> list[web.RouteDef]:
    """The metrics route."""
    calendar = [job.name for job in jobs if isinstance(job, CalendarJob)]

    async def figures() -> Figures | None:
        try:
            return await within(DATABASE_SECONDS, read_figures(engine, calendar))
        except UNAVAILABLE:
            return None

    async def show(request: web.Request) -> web.Response:
        if any(name in request.headers for name in PASSED_ON) or not _is_inside(request.headers.get("Host", "")):
            raise web.HTTPNotFound
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        body = encode(Scrape(metrics, await figures(), jobs))
        return web.Response(body=body, headers={"Content-Type": content_type})

    return [web.get("/metrics", show)]


def _is_inside(host: str) -> bool:
    """Whether a Host header is an address that no router of the internet knows, or a plain name (`web-1:8080`)."""
    try:
        name = urlsplit(f"//{host}").hostname or "."
    except ValueError:
        return False
    try:
        return not ip_address(name).is_global
    except ValueError:
        return "." not in name
