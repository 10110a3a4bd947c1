"""What the control surface of the emulated Telegram reads from requests, and how it tells of deliveries and errors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from bots.telegram.emulator_checks import ApiError
from bots.telegram.emulator_people import ActError
from bots.telegram.emulator_records import BotAccount, Group, Json, Person
from bots.telegram.emulator_state import State

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def bot_in(state: State, request: web.Request) -> BotAccount:
    """The bot in the address."""
    number = request.match_info["account"]
    bot = state.bots.get(int(number)) if number.isdecimal() else None
    if bot is None:
        raise ActError(404, f"There is no bot {number}.")
    return bot


def person_of(state: State, number: str) -> Person:
    """The person with this id."""
    peer = state.peer(number)
    if not isinstance(peer, Person):
        raise ActError(404, f"There is no person {number}.")
    return peer


def group_of(state: State, number: str) -> Group:
    """The group with this id."""
    peer = state.peer(number)
    if not isinstance(peer, Group):
        raise ActError(404, f"There is no group {number}.")
    return peer


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what cannot be done with its reason."""
    try:
        return await handler(request)
    except ActError as error:
        return web.json_response({"error": str(error)}, status=error.status)
    except ApiError as error:
        return web.json_response({"error": error.description}, status=error.status)


async def value_of(request: web.Request) -> Any:
    """The JSON of a body, whatever it is; an empty object for none."""
    try:
        return await request.json() if request.can_read_body else {}
    except ValueError:
        raise ActError(400, "Send JSON.") from None


async def json_of(request: web.Request) -> Json:
    """The JSON object of a body."""
    asked = await value_of(request)
    if not isinstance(asked, dict):
        raise ActError(400, "Send a JSON object.")
    return asked


def word(asked: Json, name: str, *, optional: bool = False) -> str:
    """A text or number of a body."""
    value = asked.get(name, "" if optional else None)
    if not isinstance(value, str | int):
        raise ActError(400, f'"{name}" is missing.')
    return str(value)


def index(asked: Json) -> int:
    """The number of a button."""
    number = asked.get("button")
    if not isinstance(number, int):
        raise ActError(400, '"button" is the number of a button; Telegram has no quick replies.')
    return number


async def upload(request: web.Request, asked: Json) -> bytes:
    """A picture from a multipart field or from `base64`."""
    if request.content_type.startswith("multipart/"):
        fields = (await request.post()).values()
        content = next((field.file.read() for field in fields if isinstance(field, web.FileField)), b"")
    else:
        try:
            content = base64.b64decode(word(asked, "base64"), validate=True)
        except binascii.Error:
            raise ActError(400, '"base64" cannot be decoded.') from None
    return content


def told(results: Iterable[tuple[int, int]]) -> Json:
    """Updates and the statuses that they were answered with."""
    return {"deliveries": [{"event": str(event), "status": status} for event, status in results]}
