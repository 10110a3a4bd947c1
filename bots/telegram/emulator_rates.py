"""How often a bot may send in the emulated Telegram, and the 429 that says how long to wait.

The rates are those of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. A bot may send
a second's thirty messages at once. Which bursts one chat is sent is nowhere told: the default is above what a form
filled in fast needs, and stops a loop within its first second; a test that wants other ones sets them
(`POST /control/accounts/{account}/limits`).
"""

from __future__ import annotations

import math

from bots.telegram.emulator_checks import ApiError
from bots.telegram.emulator_records import BotAccount, Group, Person
from bots.telegram.emulator_state import State

CHAT_SECONDS = 1.0
"""Between two messages in one private chat."""
BOT_SECONDS = 1 / 30
"""Between two messages of a bot, over all chats."""
GROUP_SECONDS = 3.0
"""Between two messages in one group: twenty a minute."""


class Rates:
    """Counts what bots send. Nothing is written down: a new process has forgotten what was sent a minute ago."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._due: dict[object, float] = {}

    def count(self, bot: BotAccount, peer: Person | Group) -> None:
        """Count one message, or raise a 429 with the whole seconds to wait."""
        limits, group = bot.limits, isinstance(peer, Group)
        within = [
            ((bot.id,), BOT_SECONDS, limits["bot_burst"]),
            (
                (bot.id, peer.id),
                GROUP_SECONDS if group else CHAT_SECONDS,
                limits["group_burst" if group else "chat_burst"],
            ),
        ]
        now = self._state.moment()
        wait = max(self._due.get(key, now) - (burst - 1) * rest for key, rest, burst in within) - now
        if wait > 0:
            seconds = math.ceil(wait)
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for key, rest, _ in within:
            self._due[key] = max(self._due.get(key, now), now) + rest
