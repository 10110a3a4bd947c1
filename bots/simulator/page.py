"""The simulator's page: the phones, the clinic's clock and the strip, mounted by `aura demo` alone.

The browser gets static files, the Thai font from its wheel (machines often have none), and one origin
for everything else: the emulators' control surface, their pictures, live events, the strip, the clock.
Whoever reaches this page can act as anybody and move the clinic's time; so it exists only on emulators.
"""

from __future__ import annotations

import asyncio
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web

from bots.simulator.clock import BadTime, destination
from bots.simulator.control import Phone, SimulatorControl
from bots.simulator.events import Events
from bots.simulator.upstream import CHANNELS, Upstream

STATIC = Path(__file__).parent / "static"
FONT = Path(str(files("fontpkg_noto_sans_thai"))) / "files" / "NotoSansThai[wdth,wght].ttf"
ASSET = re.compile(r"[a-z]+\.(?:js|css|svg)")
# Nothing from outside, no inline script: a chat's content can never become code of the page.
POLICY = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def mount(app: web.Application, phones: list[Phone], platforms_url: str, control: SimulatorControl) -> None:
    """Add the page's routes under `/simulator` to `app`.

    `platforms_url` is the emulators' process (`http://127.0.0.1:PORT`); ValueError unless it is loopback.
    """
    upstream = Upstream(platforms_url)
    events = Events(upstream, control)
    page = _Page(phones, control)
    app.cleanup_ctx.append(upstream.running)
    app.on_shutdown.append(events.stop)
    channel = f"{{channel:{'|'.join(CHANNELS)}}}"
    app.add_routes(
        [
            web.get("/simulator", page.index),
            web.get("/simulator/static/{name}", page.asset),
            web.get("/simulator/font.ttf", page.font),
            web.get("/simulator/phones", page.phones),
            web.get("/simulator/strip", page.strip),
            web.post("/simulator/clock", _json_only(page.clock)),
            web.get("/simulator/events", events.serve),
            web.get("/simulator/picture", upstream.picture),
            web.get(f"/simulator/api/{channel}/{{path:.+}}", upstream.control),
            web.post(f"/simulator/api/{channel}/{{path:.+}}", _json_only(upstream.control)),
        ]
    )


class _Page:
    """The handlers that need no emulator."""

    def __init__(self, phones: list[Phone], control: SimulatorControl) -> None:
        self._phones = [phone.to_json() for phone in phones]
        self._control = control
        self._moving = asyncio.Lock()

    async def index(self, _: web.Request) -> web.StreamResponse:
        """The page."""
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return web.FileResponse(STATIC / "index.html", headers=headers)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """A script, style sheet or drawing; checked anew each time, so that a new release shows at once."""
        name = request.match_info["name"]
        if not ASSET.fullmatch(name) or not (STATIC / name).is_file():
            raise web.HTTPNotFound
        return web.FileResponse(STATIC / name, headers={"Cache-Control": "no-cache"})

    async def font(self, _: web.Request) -> web.StreamResponse:
        """Noto Sans Thai (variable weight), from its wheel."""
        return web.FileResponse(FONT, headers={"Cache-Control": "max-age=86400", "Content-Type": "font/ttf"})

    async def phones(self, _: web.Request) -> web.StreamResponse:
        """Who holds which phone."""
        return web.json_response(self._phones)

    async def strip(self, _: web.Request) -> web.StreamResponse:
        """What is true now."""
        return web.json_response((await self._control.strip()).to_json())

    async def clock(self, request: web.Request) -> web.StreamResponse:
        """Move the clinic's clock, one request after the other; answers with the strip as it is then."""
        wanted = await _object(request)
        async with self._moving:
            before = await self._control.strip()
            try:
                to = destination(wanted, before.now, before.zone)
            except BadTime as reason:
                return web.json_response({"error": reason.code}, status=400)
            await self._control.move_clock(to)
            return web.json_response((await self._control.strip()).to_json())


def _json_only(handler: Any) -> Any:
    """A page of another site can make a browser post a form to loopback, but not JSON: so only JSON counts."""

    async def checked(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="JSON only")
        answer: web.StreamResponse = await handler(request)
        return answer

    return checked


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        wanted = await request.json()
    except json.JSONDecodeError:
        wanted = None
    return wanted if isinstance(wanted, dict) else {}
