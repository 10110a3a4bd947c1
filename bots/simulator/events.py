"""The page's live stream: changed chats of both emulators and the changed strip, as one SSE stream a browser.

Events: `chat` `{"channel", "account", "person"}`, `again` `{"channel"}` (look at every chat of that
channel: changes may have been missed), `strip` (the whole strip whenever it differs from the last sent).
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from bots.simulator.control import SimulatorControl
from bots.simulator.upstream import CHANNELS, Upstream

log = logging.getLogger(__name__)


class Events:
    """Serves `/simulator/events`; a stream ends when the browser, the program or the database goes."""

    def __init__(self, upstream: Upstream, control: SimulatorControl) -> None:
        self._upstream = upstream
        self._control = control
        self._open: set[EventSourceResponse] = set()

    async def stop(self, _: web.Application) -> None:
        """aiohttp `on_shutdown`: ends every stream, else the server would wait for them in vain."""
        for stream in self._open:
            stream.stop_streaming()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One browser's stream. The browser reconnects by itself when it ends."""
        async with sse_response(request) as stream:
            feeds = [asyncio.create_task(self._chats(channel, stream)) for channel in CHANNELS]
            feeds += [asyncio.create_task(self._strip(stream)), asyncio.create_task(stream.wait())]
            self._open.add(stream)
            try:
                done, _ = await asyncio.wait(feeds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._open.discard(stream)
                for feed in feeds:
                    feed.cancel()
                await asyncio.gather(*feeds, return_exceptions=True)
        for feed in done:
            _report(feed)
        return stream

    async def _chats(self, channel: str, stream: EventSourceResponse) -> None:
        async for change in self._upstream.watch(channel):
            kind = "again" if change is None else "chat"
            await _send(stream, kind, {"channel": channel, **(change or {})})

    async def _strip(self, stream: EventSourceResponse) -> None:
        last = await self._send_strip(stream, None)
        async for _ in self._control.changes():
            last = await self._send_strip(stream, last)

    async def _send_strip(self, stream: EventSourceResponse, last: dict[str, Any] | None) -> dict[str, Any]:
        strip = (await self._control.strip()).to_json()
        if last is None or strip | {"now": ""} != last | {"now": ""}:
            await _send(stream, "strip", strip)
            return strip
        return last


async def _send(stream: EventSourceResponse, kind: str, data: dict[str, Any]) -> None:
    await stream.send(json.dumps(data, ensure_ascii=False), event=kind)


def _report(feed: asyncio.Task[None]) -> None:
    if feed.cancelled():
        return
    error = feed.exception()
    if error is not None and not isinstance(error, ConnectionResetError):
        log.warning("The page's live stream broke off: %r", error)
