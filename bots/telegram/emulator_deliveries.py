"""Bad days of the emulated Telegram over HTTP: deliveries at will, ids out of order, any update, narrow limits.

`/control/accounts/{account}/hold`, `release`, `redeliver`, `next_update`, `updates` and `limits`; what its API gets
wrong is planned at `/control/faults` (`bots/faults.py`).
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from bots.telegram.emulator_control_bodies import bot_in, json_of, told, value_of, word
from bots.telegram.emulator_on_demand import OnDemand
from bots.telegram.emulator_people import ActError
from bots.telegram.emulator_records import LIMITS
from bots.telegram.emulator_state import State
from bots.telegram.emulator_updates import Updates
from bots.telegram.emulator_webhooks import Webhooks

_ACCOUNT = "/control/accounts/{account}"


class DeliveryControl:
    """The handlers of one emulator."""

    def __init__(self, state: State, webhooks: Webhooks, updates: Updates) -> None:
        self._state = state
        self._webhooks = webhooks
        self._updates = updates
        self._on_demand = OnDemand(state, webhooks)

    def routes(self) -> list[web.RouteDef]:
        """Where bad days are made."""
        return [
            web.post(_ACCOUNT + "/hold", self._hold),
            web.post(_ACCOUNT + "/release", self._release),
            web.post(_ACCOUNT + "/redeliver", self._redeliver),
            web.post(_ACCOUNT + "/next_update", self._next_update),
            web.post(_ACCOUNT + "/updates", self._bring),
            web.post(_ACCOUNT + "/limits", self._limit),
        ]

    async def _hold(self, request: web.Request) -> web.Response:
        self._on_demand.hold(bot_in(self._state, request))
        return web.json_response({})

    async def _release(self, request: web.Request) -> web.Response:
        bot, asked = bot_in(self._state, request), await json_of(request)
        order, copies = asked.get("order", "as_is"), asked.get("copies", 1)
        return web.json_response(told(await self._on_demand.release(bot, order, copies)))

    async def _redeliver(self, request: web.Request) -> web.Response:
        bot, event = bot_in(self._state, request), word(await json_of(request), "event")
        return web.json_response(told(await self._on_demand.redeliver(bot, event)))

    async def _next_update(self, request: web.Request) -> web.Response:
        """`{"id": n}`, or `{"id": "random"}` as after a week of silence."""
        bot, wanted = bot_in(self._state, request), word(await json_of(request), "id")
        if wanted != "random" and not (wanted.isdecimal() and 0 < int(wanted) < 2**31):
            raise ActError(400, '"id" is a positive number of 32 bits, or "random".')
        number = None if wanted == "random" else int(wanted)
        if (bot.id, number) in self._state.updates:
            raise ActError(409, f"There has been an update {number}.")
        return web.json_response({"id": self._updates.number_next(bot, number)})

    async def _bring(self, request: web.Request) -> web.Response:
        """A list of updates without ids, of whatever kind and form, as if they had happened; no chat changes."""
        bot, updates = bot_in(self._state, request), await value_of(request)
        if not isinstance(updates, list) or not all(isinstance(update, dict) for update in updates):
            raise ActError(400, "Send a list of updates.")
        events = [self._updates.bring(bot, {k: v for k, v in u.items() if k != "update_id"}) for u in updates]
        statuses = await asyncio.gather(*(self._webhooks.deliver(*event) for event in events))
        return web.json_response(told((number, status) for (_, number), status in zip(events, statuses, strict=True)))

    async def _limit(self, request: web.Request) -> web.Response:
        """How many messages the bot may send at once, by name; all limits in answer."""
        bot, asked = bot_in(self._state, request), await json_of(request)
        if not all(name in LIMITS and isinstance(burst, int) and burst > 0 for name, burst in asked.items()):
            raise ActError(400, f"There are {', '.join(LIMITS)}, each at least 1.")
        self._state.record("limits", account=bot.id, limits=asked)
        return web.json_response(bot.limits)
