"""Lists of commands and the menu button in the emulated Telegram, by scope and language.

https://core.telegram.org/bots/api#setmycommands, https://core.telegram.org/bots/api#setchatmenubutton. Which list a
person sees is worked out in `emulator_view.py`.
"""

from __future__ import annotations

import re
from typing import Any

from bots.telegram.emulator_checks import bad_request, nested
from bots.telegram.emulator_records import BotAccount, Json
from bots.telegram.emulator_state import State
from bots.telegram.limits import COMMAND_DESCRIPTION_UNITS, COMMANDS, units

_COMMAND = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_LANGUAGE = re.compile(r"(?:[a-z]{2})?", re.ASCII)
_EVERYWHERE = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_IN_A_CHAT = ("chat", "chat_administrators", "chat_member")
_BUTTONS = ("commands", "web_app", "default")


class Commands:
    """The methods, on the emulator's state."""

    def __init__(self, state: State) -> None:
        self._state = state

    def set(self, bot: BotAccount, params: Json) -> bool:
        """Set the list of one scope and language; an empty one takes it away."""
        commands = nested(params, "commands")
        if not isinstance(commands, list):
            raise bad_request("can't parse commands: expected an Array of BotCommand")
        if len(commands) > COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not isinstance(command, dict) or not _COMMAND.fullmatch(str(command.get("command"))):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= units(str(command.get("description") or "").strip()) <= COMMAND_DESCRIPTION_UNITS:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        return self._keep(bot, params, commands)

    def get(self, bot: BotAccount, params: Json) -> list[Json]:
        """The list of exactly this scope and language."""
        return bot.commands.get(self._scope(bot, params)[0], [])

    def delete(self, bot: BotAccount, params: Json) -> bool:
        """Take the list of one scope and language away; what is not there is no error."""
        return self._keep(bot, params, [])

    def set_button(self, bot: BotAccount, params: Json) -> bool:
        """The button beside the input field, of one chat or of all."""
        button = nested(params, "menu_button") or {"type": "default"}
        if not isinstance(button, dict) or button.get("type") not in _BUTTONS:
            raise bad_request("can't parse menu button: Unsupported type specified")
        if button["type"] == "web_app" and not str((button.get("web_app") or {}).get("url")).startswith("https://"):
            raise bad_request("can't parse menu button: Web App URL is invalid: Only HTTPS links are allowed")
        chat = str(params.get("chat_id") or "")
        person = self._peer(bot, chat) if chat else None
        self._state.record("menu_button", account=bot.id, person=person, chat=chat, button=button)
        return True

    def get_button(self, bot: BotAccount, params: Json) -> Json:
        """The button of one chat, else that of all."""
        buttons = bot.menu_buttons
        return buttons.get(str(params.get("chat_id") or "")) or buttons.get("") or {"type": "default"}

    def _keep(self, bot: BotAccount, params: Json, commands: list[Json]) -> bool:
        scope, person = self._scope(bot, params)
        self._state.record("commands", account=bot.id, person=person, scope=scope, commands=commands)
        return True

    def _scope(self, bot: BotAccount, params: Json) -> tuple[str, int | None]:
        """Where a list holds, as one key (`default:`, `chat/5:th`), and the person whose chat it is alone."""
        scope = nested(params, "scope") or {"type": "default"}
        language = str(params.get("language_code") or "")
        if not _LANGUAGE.fullmatch(language):
            raise bad_request("invalid language code specified")
        kind = scope.get("type") if isinstance(scope, dict) else None
        if kind in _EVERYWHERE:
            return f"{kind}:{language}", None
        if kind not in _IN_A_CHAT:
            raise bad_request("can't parse BotCommandScope: Unsupported type specified")
        peer = self._peer(bot, scope.get("chat_id"))
        of_whom = f"/{scope.get('user_id')}" if kind == "chat_member" else ""
        return f"{kind}/{peer}{of_whom}:{language}", peer

    def _peer(self, bot: BotAccount, chat: Any) -> int:
        """The person or group of a chat that the bot knows."""
        peer = self._state.peer(chat)
        if peer is None or not self._state.chat(bot.id, peer.id).started:
            raise bad_request("chat not found")
        return peer.id
