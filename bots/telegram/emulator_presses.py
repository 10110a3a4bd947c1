"""Answers to presses, and what a bot shows that it is doing, in the emulated Telegram."""

from __future__ import annotations

from telegram.constants import ChatAction

from bots.telegram.emulator_checks import bad_request
from bots.telegram.emulator_messages import Messages
from bots.telegram.emulator_records import BotAccount, Json
from bots.telegram.emulator_state import State
from bots.telegram.limits import ANSWER_UNITS, PRESS_SECONDS, units

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_ACTIONS = frozenset(str(action) for action in ChatAction)


class Presses:
    """The methods, on the emulator's state."""

    def __init__(self, state: State, messages: Messages) -> None:
        self._state = state
        self._messages = messages

    def answer(self, bot: BotAccount, params: Json) -> bool:
        """Stop the spinner on a person's button (answerCallbackQuery), with a few words if there are any."""
        if units(str(params.get("text") or "")) > ANSWER_UNITS:
            raise bad_request("MESSAGE_TOO_LONG")
        pressed = self._state.presses.get((bot.id, str(params.get("callback_query_id"))))
        if pressed is None or self._state.now() - pressed > PRESS_SECONDS:
            raise bad_request(TOO_OLD)
        return True

    def chat_action(self, bot: BotAccount, params: Json) -> bool:
        """Show that the bot is typing or the like (sendChatAction)."""
        if str(params.get("action") or "").lower() not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._messages.peer(bot, params)
        return True
