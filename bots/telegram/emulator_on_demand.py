"""Deliveries of the emulated Telegram as a test wants them: held back, reversed, several times at once, repeated.

What the real platform does on bad days, done at will (`/control/accounts/{account}/hold`, `release`, `redeliver`).
"""

from __future__ import annotations

import asyncio
from typing import Any

from bots.telegram.emulator_people import ActError
from bots.telegram.emulator_records import BotAccount, Json, Lane
from bots.telegram.emulator_state import State
from bots.telegram.emulator_webhooks import Webhooks

MOST_COPIES = 50
Delivered = list[tuple[int, int]]
"""Updates and the HTTP statuses that they were answered with, 0 for no answer."""


class OnDemand:
    """Hands on the queues of one emulator."""

    def __init__(self, state: State, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks

    def hold(self, bot: BotAccount) -> None:
        """Keep updates back from now on; what is being delivered is delivered."""
        self._state.record("hold", account=bot.id, held=True)

    async def release(self, bot: BotAccount, order: Any, copies: Any) -> Delivered:
        """Deliver what waits in this order, whatever its queues, each `copies` times at once; then all is as usual.

        What nobody took, or `order` leaves out, waits as usual too. What has expired is not delivered.
        """
        if not isinstance(copies, int) or not 1 <= copies <= MOST_COPIES:
            raise ActError(400, f'"copies" is a number from 1 to {MOST_COPIES}.')
        waiting = self._waiting(bot)
        delivered: Delivered = []
        for event in _ordered(list(waiting), order):
            lane, update = waiting[event]
            statuses = await asyncio.gather(*(self._webhooks.repeat(bot, update) for _ in range(copies)))
            delivered += [(event, status) for status in statuses]
            if taken := next((status for status in statuses if 200 <= status < 300), None):
                self._webhooks.finish(lane, event, status=taken, done=True)
        self._state.record("hold", account=bot.id, held=False)
        self._webhooks.changed()
        return delivered

    async def redeliver(self, bot: BotAccount, event: str) -> Delivered:
        """Deliver one update once more, as after a lost answer."""
        update = self._state.updates.get((bot.id, int(event))) if event.isdecimal() else None
        if update is None:
            raise ActError(404, f"There is no event {event}.")
        return [(int(event), await self._webhooks.repeat(bot, update))]

    def _waiting(self, bot: BotAccount) -> dict[int, tuple[Lane, Json]]:
        """The updates that wait, as they came."""
        now = self._state.now()
        found = {
            event: (lane, waiting.update)
            for lane, queue in self._state.lanes.items()
            if lane[0] == bot.id
            for event, waiting in queue.items()
            if waiting.expires > now
        }
        return {event: found[event] for account, event in self._state.updates if account == bot.id and event in found}


def _ordered(waiting: list[int], order: Any) -> list[int]:
    if order == "as_is":
        return waiting
    if order == "reversed":
        return waiting[::-1]
    if not isinstance(order, list):
        raise ActError(400, '"order" is "as_is", "reversed" or a list of update ids.')
    events = [int(event) if str(event).isdecimal() else 0 for event in order]
    if missing := set(events) - set(waiting):
        raise ActError(404, f"These do not wait: {sorted(missing)}.")
    return events
