"""The people's side of the emulated Telegram over HTTP: who there is, what they do, what they see.

Used by the simulator's page and by tests; everything about deliveries is in `emulator_deliveries.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence

from aiohttp import web
from aiohttp_sse import sse_response

from bots.journal import Journal
from bots.telegram.emulator_control_bodies import bot_in, group_of, index, json_of, person_of, told, upload, word
from bots.telegram.emulator_groups import Groups
from bots.telegram.emulator_messages import Messages
from bots.telegram.emulator_people import ActError, People
from bots.telegram.emulator_records import Json
from bots.telegram.emulator_state import CHANNEL, State
from bots.telegram.emulator_updates import Event
from bots.telegram.emulator_view import shown_chat
from bots.telegram.emulator_webhooks import Webhooks

_GROUPS = "/control/accounts/{account}/groups"
_CHAT = "/control/accounts/{account}/chats/{person}"
_VISIBLE = ("message", "update", "commands", "menu_button")


class Control:
    """The handlers of one emulator."""

    def __init__(
        self, journal: Journal, state: State, webhooks: Webhooks, messages: Messages, people: People, groups: Groups
    ) -> None:
        self._journal = journal
        self._state = state
        self._webhooks = webhooks
        self._messages = messages
        self._people = people
        self._groups = groups

    def routes(self) -> list[web.RouteDef]:
        """Where people do things and look at them."""
        return [
            web.post("/control/accounts", self._add_account),
            web.post("/control/people", self._add_person),
            web.get(_CHAT, self._show),
            web.post(_CHAT + "/{act}", self._act),
            web.post(_GROUPS, self._add_group),
            web.get(_GROUPS + "/{group}", self._show_group),
            web.post(_GROUPS + "/{group}/{act}", self._act_in_group),
            web.get("/control/files/{file}", self._file, name="telegram-file"),
            web.get("/control/journal", self._entries),
            web.get("/control/events", self._events),
        ]

    async def _add_account(self, request: web.Request) -> web.Response:
        asked = await json_of(request)
        slug, name, token = word(asked, "slug"), word(asked, "name"), word(asked, "bot_token")
        bot = self._people.add_account(slug, name, token, word(asked, "username", optional=True))
        return web.json_response({"account": str(bot.id), "handle": bot.username})

    async def _add_person(self, request: web.Request) -> web.Response:
        asked = await json_of(request)
        name, language = word(asked, "name"), word(asked, "language", optional=True)
        person = self._people.add_person(name, language, word(asked, "id", optional=True))
        return web.json_response({"id": str(person.id)})

    async def _show(self, request: web.Request) -> web.Response:
        bot, person = bot_in(self._state, request), person_of(self._state, request.match_info["person"])

        def address(file: str) -> str:
            return str(request.url.join(request.app.router["telegram-file"].url_for(file=file)))

        seen = int(request.query.get("seen", 0))
        return web.json_response(shown_chat(self._state, bot, person, address, seen=seen))

    async def _act(self, request: web.Request) -> web.Response:
        """Let a person do something; answered when the program's webhook has answered or failed."""
        bot, people = bot_in(self._state, request), self._people
        person = person_of(self._state, request.match_info["person"])
        asked = {} if request.content_type.startswith("multipart/") else await json_of(request)
        done: list[Event] | str
        match request.match_info["act"]:
            case "follow":
                done = people.follow(bot, person)
            case "say":
                done = people.say(bot, person, word(asked, "text"))
            case "tap":
                done = people.tap(bot, person, word(asked, "message"), index(asked))
            case "press":
                done = people.press(bot, person, word(asked, "message"), word(asked, "data"))
            case "open":
                done = people.open(bot, person, word(asked, "url"))
            case "block":
                done = people.block(bot, person)
            case "unblock":
                done = people.unblock(bot, person)
            case "deactivate":
                done = people.deactivate(bot, person)
            case "sticker":
                done = people.sticker(bot, person)
            case "photo":
                content = await upload(request, asked)
                done = people.photo(bot, person, self._messages.keep_photo(bot.id, content))
            case unknown:
                raise ActError(404, f"People here cannot {unknown}.")
        if isinstance(done, str):
            return web.json_response({"url": done, "deliveries": []})
        return web.json_response(await self._delivered(done))

    async def _add_group(self, request: web.Request) -> web.Response:
        """Somebody makes a group with the bot in it."""
        bot, asked = bot_in(self._state, request), await json_of(request)
        group, done = self._groups.add(bot, person_of(self._state, word(asked, "person")), word(asked, "title"))
        return web.json_response({"id": str(group.id)} | await self._delivered(done))

    async def _act_in_group(self, request: web.Request) -> web.Response:
        """Let a person do something in a group."""
        bot, asked = bot_in(self._state, request), await json_of(request)
        group = group_of(self._state, request.match_info["group"])
        person, more = person_of(self._state, word(asked, "person")), {}
        match request.match_info["act"]:
            case "say":
                done = self._groups.say(bot, person, group, word(asked, "text"))
            case "kick":
                done = self._groups.kick(bot, person, group)
            case "upgrade":
                grown, done = self._groups.upgrade(bot, person, group)
                more = {"id": str(grown.id)}
            case unknown:
                raise ActError(404, f"People in groups here cannot {unknown}.")
        return web.json_response(more | await self._delivered(done))

    async def _show_group(self, request: web.Request) -> web.Response:
        """The messages of a group as the API has them; a bot does not see those that are not for it."""
        bot, group = bot_in(self._state, request), group_of(self._state, request.match_info["group"])
        chat = self._state.chat(bot.id, group.id)
        return web.json_response({"messages": list(chat.messages.values()), "blocked": chat.blocked})

    async def _delivered(self, done: Sequence[Event]) -> Json:
        """Answered when the program's webhook has answered each update or failed."""
        statuses = await asyncio.gather(*(self._webhooks.deliver(*event) for event in done))
        return told((number, status) for (_, number), status in zip(done, statuses, strict=True))

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
