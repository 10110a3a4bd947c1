"""A Telegram of our own, on loopback, for demos and tests: Bot API, webhooks, and people to play.

`/bot<token>/<method>` and `/file/bot<token>/<path>` are the platform's; `/control` is the side of the
people in front of their phones, used by the simulator's page and by tests. Every change is an entry of the
journal, so a new process goes on where the last one stopped, undelivered updates included.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp_sse import sse_response

from bots.journal import Journal
from bots.telegram.emulator_api import BotApi
from bots.telegram.emulator_messages import Messages
from bots.telegram.emulator_people import ActError, Event, People
from bots.telegram.emulator_polling import Polling
from bots.telegram.emulator_rules import ApiError
from bots.telegram.emulator_show import shown_chat
from bots.telegram.emulator_state import CHANNEL, BotAccount, Json, Person, State
from bots.telegram.emulator_webhooks import Webhooks, retry_seconds
from bots.telegram.limits import PHOTO_BYTES

_LARGEST_BODY = 2 * PHOTO_BYTES
_CHAT = "/control/accounts/{account}/chats/{person}"
_VISIBLE = ("message", "update", "commands", "menu_button")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TelegramEmulator:
    """The platform on one journal. `clock` gives Unix seconds, `wait` the rest after the n-th failed delivery."""

    def __init__(
        self,
        journal: Journal,
        *,
        clock: Callable[[], float] = time.time,
        wait: Callable[[int], float] = retry_seconds,
    ) -> None:
        self._journal = journal
        self._state = State(journal, clock)
        self._webhooks = Webhooks(self._state, wait)
        self._messages = Messages(self._state)
        self._polling = Polling(self._state, journal)
        self._api = BotApi(self._state, self._webhooks, self._polling, self._messages)
        self._people = People(self._state)

    def app(self) -> web.Application:
        """The aiohttp application, to be served by itself or mounted under any path."""
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_explain])
        app.add_routes(
            [
                web.route("*", "/bot{token}/{method}", self._api.call),
                web.get("/file/bot{token}/{path:.+}", self._api.download),
                web.post("/control/accounts", self._add_account),
                web.post("/control/people", self._add_person),
                web.get(_CHAT, self._show),
                web.post(_CHAT + "/{act}", self._act),
                web.post("/control/accounts/{account}/redeliver", self._redeliver),
                web.get("/control/files/{file}", self._file, name="telegram-file"),
                web.get("/control/journal", self._entries),
                web.get("/control/events", self._events),
            ]
        )
        app.on_startup.append(lambda _: self._webhooks.start())
        app.on_shutdown.append(self._end_polls)
        app.on_cleanup.append(lambda _: self.close())
        return app

    async def _end_polls(self, app: web.Application) -> None:
        """A server that stops waits for its answers."""
        self._polling.close()

    async def close(self) -> None:
        """Stop delivering; what is undelivered stays in the journal."""
        await self._webhooks.close()

    async def _add_account(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        slug, name, token = _word(asked, "slug"), _word(asked, "name"), _word(asked, "bot_token")
        bot = self._people.add_account(slug, name, token, _word(asked, "username", optional=True))
        return web.json_response({"account": str(bot.id), "handle": bot.username})

    async def _add_person(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        name, language = _word(asked, "name"), _word(asked, "language", optional=True)
        person = self._people.add_person(name, language, _word(asked, "id", optional=True))
        return web.json_response({"id": str(person.id)})

    async def _show(self, request: web.Request) -> web.Response:
        bot, person = self._bot(request), self._person(request)

        def address(file: str) -> str:
            return str(request.url.join(request.app.router["telegram-file"].url_for(file=file)))

        seen = int(request.query.get("seen", 0))
        return web.json_response(shown_chat(self._state, bot, person, address, seen=seen))

    async def _act(self, request: web.Request) -> web.Response:
        """Let a person do something; answered when the program's webhook has answered or failed."""
        bot, person, people = self._bot(request), self._person(request), self._people
        asked = {} if request.content_type.startswith("multipart/") else await _json(request)
        done: list[Event] | str
        match request.match_info["act"]:
            case "follow":
                done = people.follow(bot, person)
            case "say":
                done = people.say(bot, person, _word(asked, "text"))
            case "tap":
                done = people.tap(bot, person, _word(asked, "message"), _index(asked))
            case "press":
                done = people.press(bot, person, _word(asked, "message"), _word(asked, "data"))
            case "open":
                done = people.open(bot, person, _word(asked, "url"))
            case "block":
                done = people.block(bot, person)
            case "unblock":
                done = people.unblock(bot, person)
            case "sticker":
                done = people.sticker(bot, person)
            case "photo":
                content = await _upload(request, asked)
                done = people.photo(bot, person, self._messages.keep_photo(bot.id, content))
            case unknown:
                raise ActError(404, f"People here cannot {unknown}.")
        if isinstance(done, str):
            return web.json_response({"url": done, "deliveries": []})
        statuses = await asyncio.gather(*(self._webhooks.deliver(*event) for event in done))
        return _deliveries([(event, status) for (_, event), status in zip(done, statuses, strict=True)])

    async def _redeliver(self, request: web.Request) -> web.Response:
        bot, event = self._bot(request), _word(await _json(request), "event")
        update = self._state.updates.get((bot.id, int(event))) if event.isdecimal() else None
        if update is None:
            raise ActError(404, f"There is no event {event}.")
        return _deliveries([(int(event), await self._webhooks.repeat(bot, update))])

    async def _file(self, request: web.Request) -> web.Response:
        file = self._state.files.get(request.match_info["file"])
        if file is None:
            raise ActError(404, "There is no such file.")
        return web.Response(body=file.content, content_type=file.mime_type)

    async def _entries(self, request: web.Request) -> web.Response:
        """Every entry, files without their content."""
        entries = self._state.entries()
        return web.json_response([{k: v for k, v in e.items() if k != "base64"} for e in entries])

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """One server-sent event for each change of a chat, for as long as somebody listens."""
        queue = self._journal.subscribe()
        try:
            async with sse_response(request) as stream:
                with contextlib.suppress(ConnectionError):
                    while True:
                        entry = await queue.get()
                        if entry.get("channel") == CHANNEL and entry["kind"] in _VISIBLE and entry["person"]:
                            changed = {"account": str(entry["account"]), "person": str(entry["person"])}
                            await stream.send(json.dumps(changed))
        finally:
            self._journal.unsubscribe(queue)
        return stream

    def _bot(self, request: web.Request) -> BotAccount:
        number = request.match_info["account"]
        bot = self._state.bots.get(int(number)) if number.isdecimal() else None
        if bot is None:
            raise ActError(404, f"There is no bot {number}.")
        return bot

    def _person(self, request: web.Request) -> Person:
        number = request.match_info["person"]
        person = self._state.people.get(int(number)) if number.isdecimal() else None
        if person is None:
            raise ActError(404, f"There is no person {number}.")
        return person


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ActError as error:
        return web.json_response({"error": str(error)}, status=error.status)
    except ApiError as error:
        return web.json_response({"error": error.description}, status=error.status)


async def _json(request: web.Request) -> Json:
    try:
        asked = await request.json() if request.can_read_body else {}
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise ActError(400, "Send a JSON object.")
    return asked


def _word(asked: Json, name: str, *, optional: bool = False) -> str:
    value = asked.get(name, "" if optional else None)
    if not isinstance(value, str | int):
        raise ActError(400, f'"{name}" is missing.')
    return str(value)


def _index(asked: Json) -> int:
    index = asked.get("button")
    if not isinstance(index, int):
        raise ActError(400, '"button" is the number of a button; Telegram has no quick replies.')
    return index


async def _upload(request: web.Request, asked: Json) -> bytes:
    """A picture from a multipart field or from `base64`."""
    if request.content_type.startswith("multipart/"):
        fields = (await request.post()).values()
        content = next((field.file.read() for field in fields if isinstance(field, web.FileField)), b"")
    else:
        try:
            content = base64.b64decode(_word(asked, "base64"), validate=True)
        except binascii.Error:
            raise ActError(400, '"base64" cannot be decoded.') from None
    return content


def _deliveries(results: list[tuple[int, int]]) -> web.Response:
    return web.json_response({"deliveries": [{"event": str(e), "status": status} for e, status in results]})
