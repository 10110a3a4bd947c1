"""The emulated Telegram's getUpdates: updates fetched from the same queue that a webhook would be served from.

An update stays until a later call's offset confirms it, or until it expires. One poll a bot: a second one ends the
first, a webhook that is set ends it too. The bounds, the words of the conflicts and what slows down a hasty client
are those of the Bot API server (`Client.cpp` in https://github.com/tdlib/telegram-bot-api, `TQueue.cpp` in
https://github.com/tdlib/td).
"""

from __future__ import annotations

import asyncio
from typing import Any

from bots.journal import Entry, Journal
from bots.telegram.emulator_checks import ApiError, nested
from bots.telegram.emulator_records import BotAccount, Json
from bots.telegram.emulator_state import State

LONGEST_SECONDS = 50
MOST_UPDATES = 100
CONFLICT_SECONDS = 3.0
"""How long a second conflict within so many seconds is left unanswered."""
HASTY_SECONDS = 3.0
"""The same offset again within this time: the poll lasts at least as long."""
HASTIEST_SECONDS = 0.5
"""The same offset again within this time: one update at most."""
FUTURE = 10
"""An offset further beyond the newest update than this is taken for none."""

WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "terminated by setWebhook request"

_OTHER = "another poll"


class Polling:
    """The long polls of all bots. What is confirmed is noted as delivered; `journal` tells a poll of new updates."""

    def __init__(self, state: State, journal: Journal) -> None:
        self._state = state
        self._journal = journal
        self._polls: dict[int, asyncio.Queue[Entry]] = {}
        self._asked: dict[int, tuple[int, float]] = {}
        self._conflict_until: dict[int, float] = {}

    async def get_updates(self, bot: BotAccount, params: Json) -> list[Json]:
        """The oldest updates from `offset` on, as soon as there are any; none after `timeout` seconds."""
        if bot.webhook:
            raise await self._conflict(bot, WEBHOOK_ACTIVE)
        self._set_allowed(bot, params)
        offset = _number(params, "offset", 0)
        limit = min(max(_number(params, "limit", MOST_UPDATES), 1), MOST_UPDATES)
        seconds: float = min(max(_number(params, "timeout", 0), 0), LONGEST_SECONDS)
        now = asyncio.get_running_loop().time()
        before, at = self._asked.get(bot.id, (0, float("-inf")))
        if before == offset:
            seconds = max(seconds, HASTY_SECONDS) if now - at < HASTY_SECONDS else seconds
            limit = 1 if now - at < HASTIEST_SECONDS else limit
        self._asked[bot.id] = offset, now
        if other := self._polls.get(bot.id):
            other.put_nowait(_ended(OTHER_POLL))
        self._confirm(bot, offset)
        return self._waiting(bot, offset)[:limit] or await self._poll(bot, offset, limit, seconds)

    def close(self) -> None:
        """End every poll; what waits stays in the journal."""
        for poll in self._polls.values():
            poll.put_nowait(_ended(""))

    async def _poll(self, bot: BotAccount, offset: int, limit: int, seconds: float) -> list[Json]:
        news = self._polls[bot.id] = self._journal.subscribe()
        words = ""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    match await news.get():
                        case {"channel": "telegram", "kind": "update" | "hold", "account": bot.id}:
                            if found := self._waiting(bot, offset)[:limit]:
                                return found
                        case {"channel": "telegram", "kind": "webhook", "account": bot.id, "webhook": {"url": _}}:
                            words = WEBHOOK_SET
                            break
                        case {"kind": "poll_ended"} as end:
                            words = end["words"]
                            break
        except TimeoutError:
            return []
        finally:
            self._journal.unsubscribe(news)
            if self._polls.get(bot.id) is news:
                del self._polls[bot.id]
        if words:
            raise await self._conflict(bot, words)
        return []

    async def _conflict(self, bot: BotAccount, words: str) -> ApiError:
        now = asyncio.get_running_loop().time()
        if now < self._conflict_until.get(bot.id, 0.0):
            await asyncio.sleep(CONFLICT_SECONDS)
        else:
            self._conflict_until[bot.id] = now + CONFLICT_SECONDS
        return ApiError(409, f"Conflict: {words}")

    def _set_allowed(self, bot: BotAccount, params: Json) -> None:
        """Which types are queued from now on; left out, it stays as it was."""
        allowed = nested(params, "allowed_updates")
        if isinstance(allowed, list) and allowed != bot.allowed_updates:
            self._state.record("allowed_updates", account=bot.id, allowed_updates=allowed)

    def _confirm(self, bot: BotAccount, offset: int) -> None:
        """Forget what lies before the offset, a negative one counted from the end, and what has expired."""
        queue = self._queue(bot)
        if offset < 0:
            kept = {number for number, _, _ in queue[offset:]}
        else:
            first = offset if offset <= bot.next_update + FUTURE else 0
            kept = {number for number, _, _ in queue if number >= first}
        for number, lane, expires in queue:
            if number not in kept or expires <= self._state.now():
                status = 0 if number in kept else 200
                self._state.record("delivery", account=bot.id, lane=lane, event=number, status=status, done=True)

    def _waiting(self, bot: BotAccount, offset: int) -> list[Json]:
        if bot.held:
            return []
        first = offset if 0 < offset <= bot.next_update + FUTURE else 0
        return [self._state.updates[bot.id, number] for number, _, _ in self._queue(bot) if number >= first]

    def _queue(self, bot: BotAccount) -> list[tuple[int, str, float]]:
        """Every update that waits, oldest first: its number, its lane and when it expires."""
        return sorted(
            (number, lane, waiting.expires)
            for (account, lane), updates in self._state.lanes.items()
            if account == bot.id
            for number, waiting in updates.items()
        )


def _ended(words: str) -> Entry:
    """What ends a poll that is under way: with a conflict in these words, without words with nothing."""
    return {"kind": "poll_ended", "words": words}


def _number(params: Json, name: str, default: int) -> int:
    value: Any = params.get(name)
    try:
        return int(value)
    except (TypeError, ValueError):
        return default
