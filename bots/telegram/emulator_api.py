"""The Bot API as the emulated Telegram answers it: the methods a chat bot of ours, or any other client, calls.

Requests come as forms, multipart or JSON to `/bot<token>/<method>`, answers go out as the platform's JSON,
and each call is noted in the journal with its outcome (`call`), so that tests can count what was accepted. A fault
that was planned for a call (`bots/faults.py`) comes before or after it is carried out.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bots.faults import Faults
from bots.telegram.emulator_checks import ApiError, bad_request
from bots.telegram.emulator_commands import Commands
from bots.telegram.emulator_hooks import Done, Hooks
from bots.telegram.emulator_messages import Messages
from bots.telegram.emulator_polling import Polling
from bots.telegram.emulator_presses import Presses
from bots.telegram.emulator_records import BotAccount, Json
from bots.telegram.emulator_state import State
from bots.telegram.emulator_webhooks import Webhooks
from bots.telegram.limits import DOWNLOAD_BYTES

Method = Callable[[BotAccount, Json], Any]


class BotApi:
    """The methods, on the emulator's state. Uploads arrive in `params` as bytes."""

    def __init__(self, state: State, webhooks: Webhooks, polling: Polling, messages: Messages, faults: Faults) -> None:
        self._state = state
        self._faults = faults
        hooks, presses = Hooks(state, webhooks), Presses(state, messages)
        commands = Commands(state)
        self._methods: dict[str, Method] = {
            "getme": self._get_me,
            "sendmessage": messages.send_text,
            "sendphoto": messages.send_photo,
            "editmessagetext": messages.edit_text,
            "editmessagecaption": messages.edit_caption,
            "editmessagemedia": messages.edit_media,
            "editmessagereplymarkup": messages.edit_keyboard,
            "answercallbackquery": presses.answer,
            "sendchataction": presses.chat_action,
            "getfile": self._get_file,
            "getupdates": polling.get_updates,
            "setwebhook": hooks.set,
            "deletewebhook": hooks.delete,
            "getwebhookinfo": hooks.info,
            "setmycommands": commands.set,
            "getmycommands": commands.get,
            "deletemycommands": commands.delete,
            "setchatmenubutton": commands.set_button,
            "getchatmenubutton": commands.get_button,
        }

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or err as planned."""
        bot = self._state.bot_of(request.match_info["token"])
        name = request.match_info["method"]
        params = await _params(request)

        async def carry_out() -> web.StreamResponse:
            answer = await self.execute(bot, name, params)
            return web.json_response(answer, status=answer.get("error_code", 200))

        account, person = str(bot.id) if bot else "", str((params or {}).get("chat_id", ""))
        return await self._faults.around(request, call=name, account=account, person=person, carry_out=carry_out)

    async def execute(self, bot: BotAccount | None, name: str, params: Json | None) -> Json:
        """Carry out one call and note it down; the body of its answer. No `params`: they could not be read."""
        try:
            if bot is None:
                raise ApiError(401, "Unauthorized")
            if (method := self._methods.get(name.lower())) is None:
                raise ApiError(404, "Not Found")
            if params is None:
                raise bad_request("can't parse request: not JSON")
            result = method(bot, params)
            if inspect.isawaitable(result):
                result = await result
            done = isinstance(result, Done)
            answer: Json = {"ok": True, "result": True if done else result}
            answer |= {"description": result.description} if done else {}
        except ApiError as error:
            answer = {"ok": False, "error_code": error.status, "description": error.description}
            answer |= {"parameters": error.parameters} if error.parameters else {}
        self._note(bot, name, params or {}, answer)
        return answer

    async def download(self, request: web.Request) -> web.Response:
        """A file that getFile named."""
        bot = self._state.bot_of(request.match_info["token"])
        file = self._state.files.get(request.match_info["path"].removeprefix("photos/"))
        if bot is None or file is None or file.account != bot.id:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=file.content, content_type=file.mime_type)

    def _note(self, bot: BotAccount | None, name: str, params: Json, answer: Json) -> None:
        body = {key: f"<{len(v)} bytes>" if isinstance(v, bytes) else v for key, v in params.items()}
        result = answer.get("result")
        self._state.record(
            "call",
            account=bot.id if bot else None,
            method=name,
            body=body,
            status=answer.get("error_code", 200),
            description=answer.get("description", ""),
            message_id=result.get("message_id") if isinstance(result, dict) else None,
        )

    def _get_me(self, bot: BotAccount, params: Json) -> Json:
        return bot.user() | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def _get_file(self, bot: BotAccount, params: Json) -> Json:
        file = self._state.files.get(str(params.get("file_id")))
        if file is None or file.account != bot.id:
            raise bad_request("invalid file_id")
        if len(file.content) > DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        size = file.photo_size()
        return {k: size[k] for k in ("file_id", "file_unique_id", "file_size")} | {"file_path": file.path}


async def _params(request: web.Request) -> Json | None:
    """Parameters from the query and from a form, multipart or JSON body; uploads as bytes. None for no JSON."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            return None
        return params | (body if isinstance(body, dict) else {})
    for name, value in (await request.post()).items():
        params[name] = value.file.read() if isinstance(value, web.FileField) else value
    return params
