"""Deliveries of the emulated LINE on demand: held back, reordered, brought together or twice, or written by hand.

Under `/control/accounts/{account}`, called by tests. `hold` keeps every event from now on; `release` delivers what
was kept and lets deliveries go on as usual; `events` brings whatever events it is given; `redeliver` repeats one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from bots.line.emulator_control_bodies import delivered, read_object, refused, required
from bots.line.emulator_events import Events
from bots.line.emulator_records import BotAccount, Json
from bots.line.emulator_state import State
from bots.line.emulator_webhooks import Webhooks

_MOST_COPIES = 100


class DeliveryControl:
    """The HTTP handlers that decide how an account's events reach its webhook."""

    def __init__(self, state: State, record: Callable[..., None], webhooks: Webhooks, events: Events) -> None:
        """`record(kind, **data)` journals and applies an entry."""
        self._state = state
        self._record = record
        self._webhooks = webhooks
        self._events = events

    def routes(self) -> list[web.RouteDef]:
        """The paths of an account's deliveries."""
        account = "/control/accounts/{account}"
        return [
            web.post(f"{account}/hold", self._hold),
            web.post(f"{account}/release", self._release),
            web.post(f"{account}/events", self._bring),
            web.post(f"{account}/redeliver", self._redeliver),
        ]

    async def _hold(self, request: web.Request) -> web.Response:
        """Keep the account's events from now on, those that still wait for a redelivery too."""
        self._record("hold", account=self._account(request).id, held=True)
        return web.json_response({})

    async def _release(self, request: web.Request) -> web.Response:
        """`{"order": "as_is" | "reversed" | [event ids], "together": all in one body, "copies": of each body}`.

        Events that a list of ids does not name follow those that it names.
        """
        account, body = self._account(request), await read_object(request)
        copies, together = body.get("copies", 1), body.get("together", False)
        if not isinstance(copies, int) or not 1 <= copies <= _MOST_COPIES or not isinstance(together, bool):
            raise refused(400, f"copies are 1 to {_MOST_COPIES}, together is true or false")
        ordered = _ordered(self._state.waiting(account.id), body.get("order", "as_is"))
        self._record("hold", account=account.id, held=False)
        bodies = [ordered] if together and ordered else [[event_id] for event_id in ordered]
        deliveries = [await self._webhooks.deliver(each, copies) for each in bodies]
        return delivered([one for each in deliveries for one in each])

    async def _bring(self, request: web.Request) -> web.Response:
        """`{"events": [...]}` in one signed body; what every event has is added where it is missing."""
        account, given = self._account(request), (await read_object(request)).get("events")
        if not isinstance(given, list) or not all(isinstance(event, dict) for event in given):
            raise refused(400, "events is a list of objects")
        if not given:
            status, _ = await self._webhooks.probe(account, account.webhook)
            return delivered([{"event": None, "status": status}])
        events = [self._events.completed(event) for event in given]
        for event in events:
            self._events.write_down(account.id, _one_to_one(event), event)
        return delivered(await self._events.deliver(account.id, [event["webhookEventId"] for event in events]))

    async def _redeliver(self, request: web.Request) -> web.Response:
        account, event_id = self._account(request), required(await read_object(request), "event")
        event = self._state.events.get(event_id)
        if event is None or event.account != account.id:
            raise refused(404, "no such event")
        return delivered(await self._webhooks.deliver([event_id]))

    def _account(self, request: web.Request) -> BotAccount:
        account = self._state.accounts.get(request.match_info["account"])
        if account is None:
            raise refused(404, "no such account")
        return account


def _ordered(event_ids: list[str], order: Any) -> list[str]:
    if order == "as_is":
        return event_ids
    if order == "reversed":
        return event_ids[::-1]
    if not isinstance(order, list) or not set(order) <= set(event_ids):
        raise refused(400, "order is as_is, reversed or a list of events that are held")
    return [*order, *(event_id for event_id in event_ids if event_id not in order)]


def _one_to_one(event: Json) -> str:
    """The person whose chat with the account an event belongs to, '' for any other."""
    source = event.get("source")
    is_person = isinstance(source, dict) and source.get("type") == "user"
    return str(source.get("userId") or "") if is_person and isinstance(source, dict) else ""
