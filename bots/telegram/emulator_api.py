"""The Bot API as the emulated Telegram answers it: the methods a chat bot of ours, or any other client, calls.

Requests come as forms, multipart or JSON to `/bot<token>/<method>`, answers go out as the platform's JSON,
and each call is noted in the journal with its outcome (`call`), so that tests can count what was accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from aiohttp import web

from bots.telegram.emulator_commands import Commands
from bots.telegram.emulator_messages import Messages
from bots.telegram.emulator_polling import Polling
from bots.telegram.emulator_rules import ApiError, bad_request, checked_webhook, nested
from bots.telegram.emulator_state import BotAccount, Json, State
from bots.telegram.emulator_webhooks import Webhooks
from bots.telegram.limits import ANSWER_UNITS, DOWNLOAD_BYTES, PRESS_SECONDS, units

Method = Callable[[BotAccount, Json], Any]

_WEBHOOK_PAUSE_SECONDS = 1


class BotApi:
    """The methods, on the emulator's state. Uploads arrive in `params` as bytes."""

    def __init__(self, state: State, webhooks: Webhooks, polling: Polling, messages: Messages) -> None:
        self._state = state
        self._messages = messages
        self._webhooks = webhooks
        self._webhook_set: dict[int, int] = {}
        commands = Commands(state)
        self._methods: dict[str, Method] = {
            "getme": self._get_me,
            "sendmessage": messages.send_text,
            "sendphoto": messages.send_photo,
            "editmessagetext": messages.edit_text,
            "editmessagecaption": messages.edit_caption,
            "editmessagemedia": messages.edit_media,
            "editmessagereplymarkup": messages.edit_keyboard,
            "answercallbackquery": self._answer_press,
            "sendchataction": self._chat_action,
            "getfile": self._get_file,
            "getupdates": polling.get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "setmycommands": commands.set,
            "getmycommands": commands.get,
            "deletemycommands": commands.delete,
            "setchatmenubutton": commands.set_button,
            "getchatmenubutton": commands.get_button,
        }

    async def call(self, request: web.Request) -> web.Response:
        """Answer one request and note it down."""
        bot = self._state.bot_of(request.match_info["token"])
        name = request.match_info["method"]
        params: Json = {}
        try:
            if bot is None:
                raise ApiError(401, "Unauthorized")
            if (method := self._methods.get(name.lower())) is None:
                raise ApiError(404, "Not Found")
            params = await _params(request)
            result = method(bot, params)
            answer: Json = {"ok": True, "result": await result if isawaitable(result) else result}
            status = 200
        except ApiError as error:
            answer = {"ok": False, "error_code": error.status, "description": error.description}
            answer |= {"parameters": error.parameters} if error.parameters else {}
            status = error.status
        self._note(bot, name, params, status, answer)
        return web.json_response(answer, status=status)

    async def download(self, request: web.Request) -> web.Response:
        """A file that getFile named."""
        bot = self._state.bot_of(request.match_info["token"])
        file = self._state.files.get(request.match_info["path"].removeprefix("photos/"))
        if bot is None or file is None or file.account != bot.id:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=file.content, content_type=file.mime_type)

    def _note(self, bot: BotAccount | None, name: str, params: Json, status: int, answer: Json) -> None:
        body = {key: f"<{len(v)} bytes>" if isinstance(v, bytes) else v for key, v in params.items()}
        result = answer.get("result")
        self._state.record(
            "call",
            account=bot.id if bot else None,
            method=name,
            body=body,
            status=status,
            description=answer.get("description", ""),
            message_id=result.get("message_id") if isinstance(result, dict) else None,
        )

    def _get_me(self, bot: BotAccount, params: Json) -> Json:
        return bot.user() | {"can_join_groups": True, "can_read_all_group_messages": False}

    def _answer_press(self, bot: BotAccount, params: Json) -> bool:
        if units(str(params.get("text") or "")) > ANSWER_UNITS:
            raise bad_request("MESSAGE_TOO_LONG")
        pressed = self._state.presses.get(str(params.get("callback_query_id")))
        if pressed is None or self._state.now() - pressed > PRESS_SECONDS:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return True

    def _chat_action(self, bot: BotAccount, params: Json) -> bool:
        self._messages.reachable(bot, params)
        return True

    def _get_file(self, bot: BotAccount, params: Json) -> Json:
        file = self._state.files.get(str(params.get("file_id")))
        if file is None or file.account != bot.id:
            raise bad_request("invalid file_id")
        if len(file.content) > DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        size = file.photo_size()
        return {k: size[k] for k in ("file_id", "file_unique_id", "file_size")} | {"file_path": file.path}

    def _set_webhook(self, bot: BotAccount, params: Json) -> bool:
        """Set, or with an empty address remove. Types that are left out stay as they were."""
        if not params.get("url"):
            return self._delete_webhook(bot, params)
        webhook = checked_webhook(params)
        allowed = nested(params, "allowed_updates") if "allowed_updates" in params else None
        webhook["allowed_updates"] = bot.allowed_updates if allowed is None else allowed
        webhook["max_connections"] = int(params.get("max_connections") or 40)
        if webhook == bot.webhook:
            return True
        now = self._state.now()
        if now - self._webhook_set.get(bot.id, 0) < _WEBHOOK_PAUSE_SECONDS:
            raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)
        self._webhook_set[bot.id] = now
        self._change_webhook(bot, webhook)
        return True

    def _delete_webhook(self, bot: BotAccount, params: Json) -> bool:
        self._change_webhook(bot, {})
        return True

    def _change_webhook(self, bot: BotAccount, webhook: Json) -> None:
        self._state.record("webhook", account=bot.id, webhook=webhook)
        self._webhooks.changed()

    def _webhook_info(self, bot: BotAccount, params: Json) -> Json:
        waiting = sum(len(lane) for (account, _), lane in self._state.lanes.items() if account == bot.id)
        known = {k: v for k, v in bot.webhook.items() if k != "secret_token" and v}
        return {"url": "", "has_custom_certificate": False, "pending_update_count": waiting} | known


async def _params(request: web.Request) -> Json:
    """Parameters from the query and from a form, multipart or JSON body; uploads as bytes."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise bad_request("can't parse request: not JSON") from None
        return params | (body if isinstance(body, dict) else {})
    for name, value in (await request.post()).items():
        params[name] = value.file.read() if isinstance(value, web.FileField) else value
    return params
