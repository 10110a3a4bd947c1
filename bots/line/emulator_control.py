"""The emulator's own interface, under `/control`: make accounts and people, set limits, watch and read the journal.

The simulator's page and the tests call it; the program under test never does. What a person sees and does is
in `emulator_person.py`, how events reach the program in `emulator_deliveries.py`. Same shape as the Telegram
emulator's.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Callable

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from bots.journal import Entry, Journal
from bots.line.emulator_content import download
from bots.line.emulator_control_bodies import read_object, refused, required
from bots.line.emulator_state import State


class Control:
    """The HTTP handlers under `/control` that are about the platform, not about one chat."""

    def __init__(self, state: State, journal: Journal, record: Callable[..., None]) -> None:
        """`record(kind, **data)` journals and applies an entry."""
        self._state = state
        self._journal = journal
        self._record = record
        self._streams: set[EventSourceResponse] = set()

    def routes(self) -> list[web.RouteDef]:
        """The control paths."""
        return [
            web.post("/control/accounts", self._account),
            web.post("/control/people", self._person),
            web.post("/control/accounts/{account}/quota", self._quota),
            web.post("/control/rates", self._rate),
            web.get("/control/contents/{message}", self._content, name="line-content"),
            web.post("/control/contents/{message}", self._prepare),
            web.get("/control/menus/{menu}", self._menu, name="line-menu"),
            web.get("/control/journal", self._entries),
            web.get("/control/events", self._events, allow_head=False),
        ]

    def close(self) -> None:
        """End the live streams, which would otherwise hold up the server's shutdown."""
        for stream in self._streams:
            stream.stop_streaming()

    async def _account(self, request: web.Request) -> web.Response:
        """Make an official account, or update the one with this access token."""
        body = await read_object(request)
        token = required(body, "access_token")
        digest = hashlib.sha256(token.encode()).hexdigest()
        account = f"U{digest[:32]}"
        handle = str(body.get("basic_id") or f"@{int(digest[:6], 16) % 1000:03}{digest[6:11]}")
        self._record(
            "account",
            account=account,
            slug=required(body, "slug"),
            name=required(body, "name"),
            basic_id=handle if handle.startswith("@") else f"@{handle}",
            channel_secret=required(body, "channel_secret"),
            access_token=token,
        )
        return web.json_response({"account": account, "handle": self._state.accounts[account].basic_id})

    async def _person(self, request: web.Request) -> web.Response:
        """Make a person with a LINE app; the same id again changes name and language."""
        body = await read_object(request)
        person = str(body.get("id") or f"U{secrets.token_hex(16)}")
        self._record("person", person=person, name=required(body, "name"), language=str(body.get("language", "")))
        return web.json_response({"id": person})

    async def _quota(self, request: web.Request) -> web.Response:
        """`{"value": n}`: how many people the account's pushes may reach in a month; null: as many as it likes."""
        account, value = request.match_info["account"], (await read_object(request)).get("value")
        if account not in self._state.accounts:
            raise refused(404, "no such account")
        if value is not None and not (isinstance(value, int) and value >= 0):
            raise refused(400, "value is a number or null")
        self._record("quota", account=account, value=value)
        return web.json_response({})

    async def _rate(self, request: web.Request) -> web.Response:
        """`{"call": "POST /v2/bot/message/*", "count": 5, "seconds": 1}`: another rate than LINE's own."""
        body = await read_object(request)
        count, seconds = body.get("count"), body.get("seconds", 1)
        if not isinstance(count, int) or count < 0 or not isinstance(seconds, (int, float)) or seconds <= 0:
            raise refused(400, "count and seconds are numbers")
        self._record("rate", call=required(body, "call"), count=count, seconds=seconds)
        return web.json_response({})

    async def _prepare(self, request: web.Request) -> web.Response:
        """`{"preparation": "processing" | "succeeded" | "failed"}`: how far LINE is with a file that somebody sent."""
        message, status = request.match_info["message"], (await read_object(request)).get("preparation")
        if message not in self._state.contents:
            raise refused(404, "no such file")
        if status not in ("processing", "succeeded", "failed"):
            raise refused(400, "preparation is processing, succeeded or failed")
        self._record("content", message=message, status=status)
        return web.json_response({})

    async def _content(self, request: web.Request) -> web.Response:
        content = self._state.contents.get(request.match_info["message"])
        if content is None:
            raise refused(404, "no such picture")
        return download(base64.b64decode(content.data))

    async def _menu(self, request: web.Request) -> web.Response:
        menu = self._state.menus.get(request.match_info["menu"])
        if menu is None or not menu.picture:
            raise refused(404, "no such menu")
        return download(base64.b64decode(menu.picture))

    async def _entries(self, request: web.Request) -> web.Response:
        """Everything that happened, without the accounts' secrets."""
        mine = [entry for entry in self._journal.entries() if entry.get("channel") == "line"]
        hidden = ("channel_secret", "access_token", "content")
        return web.json_response([{k: v for k, v in entry.items() if k not in hidden} for entry in mine])

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """A server-sent event for every change of a chat, until the browser leaves or the emulator closes."""
        watcher = self._journal.subscribe()
        try:
            async with sse_response(request) as stream:
                self._streams.add(stream)
                pump = asyncio.create_task(_pump(watcher, stream))
                await stream.wait()
                pump.cancel()
                self._streams.discard(stream)
        finally:
            self._journal.unsubscribe(watcher)
        return stream


async def _pump(watcher: asyncio.Queue[Entry], stream: EventSourceResponse) -> None:
    while stream.is_connected():
        entry = await watcher.get()
        if entry.get("channel") == "line" and entry.get("account") and entry.get("person"):
            try:
                await stream.send(json.dumps({"account": entry["account"], "person": entry["person"]}))
            except ConnectionResetError:  # the browser left
                return
