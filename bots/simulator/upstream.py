"""The page's way to the emulators' process: their control surface and pictures, from the page's own origin.

The browser knows one address; this hands its requests to the emulators over loopback and their answers
back, and watches their streams of changed chats. It must never reach anything but loopback.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp import web

CHANNELS = ("line", "telegram")
# A control call answers only after the program's webhook has, so it may take as long as the slowest retry.
TIMEOUT = aiohttp.ClientTimeout(total=60, connect=3)
STREAM_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=3)
RECONNECT_SECONDS = 1.0
PICTURE_HEADERS = {
    "Cache-Control": "private, max-age=300",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def is_loopback(url: str) -> bool:
    """True if `url` is plain http(s) to this very machine, by address or as `localhost`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme in ("http", "https") and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


class Upstream:
    """A client of the emulators at `url`, which must be loopback (ValueError otherwise)."""

    def __init__(self, url: str) -> None:
        if not is_loopback(url):
            raise ValueError(f"The simulator page works on emulators of this machine only, not on {url}")
        self._url = url.rstrip("/")
        self._http: aiohttp.ClientSession

    async def running(self, _: web.Application) -> AsyncIterator[None]:
        """aiohttp `cleanup_ctx`: the session lives as long as the server."""
        async with aiohttp.ClientSession() as self._http:
            yield

    async def control(self, request: web.Request) -> web.StreamResponse:
        """`/simulator/api/{channel}/...` -> the emulator's `/control/...`; 502 when it cannot be reached."""
        url = f"{self._url}/{request.match_info['channel']}/control/{request.match_info['path']}"
        body = await request.read() if request.can_read_body else None
        headers = {"Content-Type": "application/json"} if body is not None else None
        call = self._http.request(
            request.method,
            url,
            params=request.query,
            data=body,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        try:
            async with call as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
        except (TimeoutError, aiohttp.ClientError):
            return web.json_response({"error": "The emulators do not answer."}, status=502)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """A picture of a chat by its address (`?url=`), which must be of this machine and answer with an image.

        An address without a host is the emulators' own.
        """
        url = urljoin(f"{self._url}/", request.query.get("url", ""))
        if not is_loopback(url):
            raise web.HTTPForbidden(text="Pictures of this machine only.")
        try:
            async with self._http.get(url, timeout=TIMEOUT, allow_redirects=False) as answer:
                if answer.status != 200 or not answer.content_type.startswith("image/"):
                    raise web.HTTPNotFound
                return web.Response(body=await answer.read(), content_type=answer.content_type, headers=PICTURE_HEADERS)
        except (TimeoutError, aiohttp.ClientError):
            raise web.HTTPBadGateway from None

    async def watch(self, channel: str) -> AsyncIterator[dict[str, Any] | None]:
        """A channel's changed chats (`{"account", "person"}`) for ever; None after each (re)connection.

        None means that changes may have been missed: look at every chat again.
        """
        while True:
            try:
                url = f"{self._url}/{channel}/control/events"
                async with self._http.get(url, timeout=STREAM_TIMEOUT) as answer:
                    answer.raise_for_status()
                    yield None
                    async for line in answer.content:
                        if line.startswith(b"data:"):
                            yield json.loads(line[5:])
            except (TimeoutError, aiohttp.ClientError):
                pass  # the emulators are being restarted
            await asyncio.sleep(RECONNECT_SECONDS)
