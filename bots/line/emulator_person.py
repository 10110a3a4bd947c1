"""A person with LINE's app, as the emulator plays them: what they see and what they do in one chat.

Under `/control/accounts/{account}/chats/{person}`, called by the simulator's page and by tests. Every act
becomes a webhook event, is delivered, and answered here once the program's webhook answered. Event objects:
https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote

from aiohttp import web

from bots.line import limits
from bots.line.emulator_control_bodies import delivered, read_object, refused, required
from bots.line.emulator_events import Events
from bots.line.emulator_menus import menu_of, shown_menu
from bots.line.emulator_records import Chat, Json
from bots.line.emulator_state import State
from bots.line.emulator_view import quick_actions, shown, tappable

_DAY, _HOUR = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d"
_PICKED = {
    "datetime": re.compile(f"{_DAY}T{_HOUR}"),
    "date": re.compile(_DAY),
    "time": re.compile(_HOUR),
}
_DEEP_LINK = "https://line.me/R/oaMessage/"


class PersonControl:
    """The HTTP handlers of one person's chat with one account."""

    def __init__(self, state: State, events: Events, clock: Callable[[], float]) -> None:
        """`clock` gives seconds since 1970."""
        self._state = state
        self._events = events
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The paths of a chat."""
        chat = "/control/accounts/{account}/chats/{person}"
        return [
            web.get(chat, self._chat),
            web.post(f"{chat}/follow", self._follow),
            web.post(f"{chat}/say", self._say),
            web.post(f"{chat}/tap", self._tap),
            web.post(f"{chat}/tile", self._tile),
            web.post(f"{chat}/press", self._press),
            web.post(f"{chat}/open", self._open),
            web.post(f"{chat}/block", self._block),
            web.post(f"{chat}/unblock", self._follow),
            web.post(f"{chat}/photo", self._photo),
            web.post(f"{chat}/video", self._video),
            web.post(f"{chat}/sticker", self._sticker),
            web.post(f"{chat}/unsend", self._unsend),
        ]

    async def _chat(self, request: web.Request) -> web.Response:
        """The chat; with `?seen=5` without the bot's first five messages and all that came before them."""
        account, person, chat = self._find(request)
        messages, seen = [], int(request.query.get("seen", 0))
        for place, message in enumerate(chat.messages, start=1):
            if seen > 0:
                seen -= message.sender == "bot"
                continue
            url = None
            if message.id in self._state.contents:
                url = str(request.app.router["line-content"].url_for(message=message.id))
            messages.append(shown(message, newest=place == len(chat.messages), content_url=url))
        return web.json_response(
            {"messages": messages, "blocked": chat.blocked, "menu": self._menu(request, account, person)}
        )

    def _menu(self, request: web.Request, account: str, person: str) -> Json | None:
        menu = menu_of(self._state, account, person)
        if menu is None or not self._state.chat(account, person).is_reachable(self._clock()):
            return None
        return shown_menu(menu, str(request.app.router["line-menu"].url_for(menu=menu.id)))

    async def _tile(self, request: web.Request) -> web.Response:
        """Tap one of the areas of the rich menu, by its index."""
        account, person, _ = self._find(request, writing=True)
        menu, body = menu_of(self._state, account, person), await read_object(request)
        index = body.get("index")
        areas = menu.raw["areas"] if menu else []
        if not isinstance(index, int) or not 0 <= index < len(areas):
            raise refused(404, "the menu has no such area")
        return await self._act(account, person, areas[index]["action"], body)

    async def _follow(self, request: web.Request) -> web.Response:
        """Add the account as a friend, or unblock it: LINE tells both with a follow event."""
        account, person, chat = self._find(request)
        if chat.friend or (request.path.endswith("/unblock") and not chat.blocked):
            return delivered([])
        return delivered([await self._events.follow(account, person, chat)])

    async def _say(self, request: web.Request) -> web.Response:
        account, person, _ = self._find(request, writing=True)
        text = required(await read_object(request), "text")
        return delivered([await self._events.message(account, person, {"type": "text", "text": text})])

    async def _tap(self, request: web.Request) -> web.Response:
        """Press what is on the screen: a button of any message, a quick reply of the newest.

        A picker's button comes with what was `picked` in it.
        """
        account, person, chat = self._find(request, writing=True)
        body = await read_object(request)
        raw = _message_of(chat, body)
        if "quick" in body:
            is_newest = chat.messages[-1].id == str(body["message"])
            actions = quick_actions(raw) if is_newest else []
        else:
            actions = [component["action"] for component in tappable(raw)]
        index = body.get("quick", body.get("button"))
        if not isinstance(index, int) or not 0 <= index < len(actions):
            raise refused(404, "the message has no such button")
        return await self._act(account, person, actions[index], body)

    async def _press(self, request: web.Request) -> web.Response:
        """A client that sends whatever data it likes as a press on a message."""
        account, person, chat = self._find(request, writing=True)
        body = await read_object(request)
        _message_of(chat, body)
        return delivered([await self._events.postback(account, person, required(body, "data"), "")])

    async def _act(self, account: str, person: str, action: Json, body: Json) -> web.Response:
        match action["type"]:
            case "uri":
                return web.json_response({"url": action["uri"], "deliveries": []})
            case "message":
                return delivered(
                    [await self._events.message(account, person, {"type": "text", "text": action["text"]})]
                )
            case "postback":
                shown_text = action.get("displayText") or ""
                return delivered([await self._events.postback(account, person, action["data"], shown_text)])
            case "datetimepicker":
                mode, picked = action["mode"], required(body, "picked")
                if not _PICKED[mode].fullmatch(picked):
                    raise refused(400, f"not what a {mode} picker gives")
                return delivered([await self._events.postback(account, person, action["data"], "", {mode: picked})])
            case other:
                raise refused(501, f"the emulator cannot perform a {other} action")

    async def _open(self, request: web.Request) -> web.Response:
        """Follow a link that opens the chat with a text typed in, add the account if needed, and send the text."""
        account, person, chat = self._find(request)
        url = required(await read_object(request), "url")
        handle, _, text = url.removeprefix(_DEEP_LINK).partition("/?")
        if not url.startswith(_DEEP_LINK) or unquote(handle) != self._state.accounts[account].basic_id:
            raise refused(400, "not a link to this account")
        deliveries = [] if chat.friend else [await self._events.follow(account, person, chat)]
        if text:
            deliveries.append(await self._events.message(account, person, {"type": "text", "text": unquote(text)}))
        return delivered(deliveries)

    async def _block(self, request: web.Request) -> web.Response:
        account, person, chat = self._find(request)
        if chat.blocked:
            return delivered([])
        return delivered([await self._events.happen(account, person, {"type": "unfollow"}, token=False)])

    async def _photo(self, request: web.Request) -> web.Response:
        """Send a picture: a multipart file, or `{"base64": ...}`."""
        return await self._send_file(request, {"type": "image", "contentProvider": {"type": "line"}})

    async def _video(self, request: web.Request) -> web.Response:
        """Send a video, as a picture is sent; it is ready at once unless it is told to be prepared."""
        return await self._send_file(request, {"type": "video", "duration": 1000, "contentProvider": {"type": "line"}})

    async def _send_file(self, request: web.Request, message: Json) -> web.Response:
        account, person, _ = self._find(request, writing=True)
        request = request.clone(client_max_size=2 * limits.CONTENT_BYTES)
        if request.content_type.startswith("multipart/"):
            content = await _file(request)
        else:
            try:
                content = base64.b64decode(required(await read_object(request), "base64"), validate=True)
            except binascii.Error as error:
                raise refused(400, "base64 is not base64") from error
        if not 0 < len(content) <= limits.CONTENT_BYTES:
            raise refused(400, "a picture has at most 10 MB and at least a byte")
        data = base64.b64encode(content).decode()
        return delivered([await self._events.message(account, person, message, content=data)])

    async def _sticker(self, request: web.Request) -> web.Response:
        account, person, _ = self._find(request, writing=True)
        sticker = {
            "type": "sticker",
            "packageId": "446",
            "stickerId": "1988",
            "stickerResourceType": "STATIC",
        }
        return delivered([await self._events.message(account, person, sticker)])

    async def _unsend(self, request: web.Request) -> web.Response:
        """Take a message of one's own back: it vanishes from the chat, and LINE asks the bot to forget it."""
        account, person, chat = self._find(request)
        message_id = required(await read_object(request), "message")
        if not any(message.id == message_id and message.sender == "person" for message in chat.messages):
            raise refused(404, "no such message of this person")
        event = {"type": "unsend", "unsend": {"messageId": message_id}}
        return delivered([await self._events.happen(account, person, event, token=False)])

    def _find(self, request: web.Request, *, writing: bool = False) -> tuple[str, str, Chat]:
        """The chat a path names. Someone who blocked an account cannot write to it before unblocking."""
        account, person = request.match_info["account"], request.match_info["person"]
        if account not in self._state.accounts or person not in self._state.people:
            raise refused(404, "no such account or person")
        chat = self._state.chat(account, person)
        if writing and chat.blocked:
            raise refused(409, "the person has blocked this account")
        return account, person, chat


async def _file(request: web.Request) -> bytes:
    """The first file of a form, b'' when it has none."""
    content = b""
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            with part.file as file:
                content = content or file.read()
    return content


def _message_of(chat: Chat, body: Json) -> Json:
    message_id = str(body.get("message"))
    raw = next((message.raw for message in chat.messages if message.id == message_id), None)
    if raw is None:
        raise refused(404, "no such message in this chat")
    return raw
