"""How fast an account may send: its platform's messages a second, and one a second in each chat with short bursts."""

from __future__ import annotations

from aiolimiter import AsyncLimiter

from bots.channel import Account

# Telegram asks for one message a second in a chat, with short bursts (https://core.telegram.org/bots/faq): a form
# filled in fast is such a burst, a stuck loop is not.
CHAT_BURST = 20
# Chats that are remembered at a time; then all begin anew, which lets a burst through and no more.
MOST = 10_000


class Pace:
    """Holds a sender back until the next message may leave."""

    def __init__(self) -> None:
        self._limits: dict[object, AsyncLimiter] = {}

    async def keep(self, account: Account, recipient: str, per_second: float) -> None:
        """Wait until the account may write to this chat; with a rate of 0 there is nothing to wait for."""
        if per_second:
            await self._limit(account.id, per_second, 1.0).acquire()
            await self._limit((account.id, recipient), CHAT_BURST, float(CHAT_BURST)).acquire()

    def _limit(self, key: object, rate: float, seconds: float) -> AsyncLimiter:
        if len(self._limits) > MOST:
            self._limits.clear()
        return self._limits.setdefault(key, AsyncLimiter(rate, seconds))
