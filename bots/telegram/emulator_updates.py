"""Updates of the emulated Telegram: how they are made, queued, and when they expire.

Which queue an update stands in decides what it waits for and what overtakes it (`webhook_queue_id` and `add_update`
in https://github.com/tdlib/telegram-bot-api, `Client.cpp`).
"""

from __future__ import annotations

import secrets
from typing import Any

from bots.telegram.emulator_records import BotAccount, Group, Json, Lane, Person
from bots.telegram.emulator_state import State
from bots.telegram.limits import BACKLOG, PRESS_SECONDS, UPDATE_SECONDS

Event = tuple[Lane, int]
"""An update that was made: its queue and its id."""

_MESSAGES = ("message", "edited_message", "channel_post", "edited_channel_post")
_QUICKLY_OVER = {"callback_query": PRESS_SECONDS, "shipping_query": 150, "pre_checkout_query": 150, "inline_query": 30}
_UNASKED = ("chat_member", "message_reaction", "message_reaction_count")
"""Types that a bot gets only when it names them."""


class Updates:
    """Makes updates, on the emulator's state."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, bot: BotAccount, peer: Person | Group, kind: str, content: Json) -> Event:
        """What a person did in a chat; queued if the bot asked for its kind and its backlog is not full."""
        allowed = bot.allowed_updates
        asked = kind in allowed if allowed else kind not in _UNASKED
        return self._record(bot, peer.id, kind, content, queued=asked and self._state.waiting(bot.id) < BACKLOG)

    def bring(self, bot: BotAccount, update: Json) -> Event:
        """Any update as it is, an id added, as if it had been queued before the bot told which kinds it wants."""
        kind = next(iter(update), "")
        return self._record(bot, None, kind, update.get(kind), queued=True, whole=update)

    def number_next(self, bot: BotAccount, number: int | None = None) -> int:
        """The next update's id: this one or, as after a week without any, one that may also be lower."""
        while number is None or (bot.id, number) in self._state.updates:
            number = 1 + secrets.randbelow(2**31 - 1)
        self._state.record("next_update", account=bot.id, id=number)
        return number

    def _record(
        self, bot: BotAccount, peer: int | None, kind: str, content: Any, *, queued: bool, whole: Json | None = None
    ) -> Event:
        if (bot.id, bot.next_update) in self._state.updates:
            self.number_next(bot)
        number, lane = bot.next_update, _lane(kind, content, bot.next_update)
        self._state.record(
            "update",
            account=bot.id,
            person=peer,
            update={"update_id": number} | ({kind: content} if whole is None else whole),
            lane=lane,
            expires=_expires(kind, content, self._state.now()),
            queued=queued,
        )
        return (bot.id, lane), number


def _lane(kind: str, content: Any, number: int) -> str:
    chat, sender = _id_of(content, "chat"), _id_of(content, "from")
    if kind in _MESSAGES and chat is not None:
        return f"message:{chat}"
    if kind == "callback_query" and sender is not None:
        return f"press:{sender}"
    if kind == "my_chat_member" and chat is not None:
        return f"member:{chat}"
    if kind in ("chat_member", "chat_join_request") and sender is not None:
        return f"others:{sender}"
    return f"alone:{number}"


def _expires(kind: str, content: Any, now: int) -> int:
    if kind in _QUICKLY_OVER:
        return now + _QUICKLY_OVER[kind]
    date = content.get("date") if isinstance(content, dict) else None
    return (date if isinstance(date, int) and date > 0 else now) + UPDATE_SECONDS


def _id_of(content: Any, name: str) -> Any:
    whom = content.get(name) if isinstance(content, dict) else None
    return whom.get("id") if isinstance(whom, dict) else None
