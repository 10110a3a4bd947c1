"""Webhook events of the emulated LINE: made from what people do, written down, and delivered or held back.

`emulator_person.py` makes them one by one, `emulator_deliveries.py` takes them as a test writes them. Event objects:
https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from bots.line.emulator_records import Chat, Json
from bots.line.emulator_state import State
from bots.line.emulator_webhooks import Webhooks

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Events:
    """Makes events. Each method gives how it was delivered: `{"event", "status"}`, or `{"event", "held"}`."""

    def __init__(
        self, state: State, record: Callable[..., None], webhooks: Webhooks, clock: Callable[[], float]
    ) -> None:
        """`record(kind, **data)` journals and applies an entry; `clock` gives seconds since 1970."""
        self._state = state
        self._record = record
        self._webhooks = webhooks
        self._clock = clock

    async def follow(self, account: str, person: str, chat: Chat) -> Json:
        """The account was added as a friend, or unblocked."""
        return await self.happen(account, person, {"type": "follow", "follow": {"isUnblocked": chat.blocked}})

    async def message(self, account: str, person: str, message: Json, content: str = "") -> Json:
        """A person sent something; `content` is its file (base64)."""
        message_id = self._state.message_ids(1)[0]
        quotable = message["type"] in ("text", "image", "video", "sticker")
        quote = {"quoteToken": f"q{message_id}"} if quotable else {}
        event = {"type": "message", "message": {"id": message_id, **quote, **message}}
        return await self.happen(account, person, event, seen=(message_id, message), content=content)

    async def postback(
        self, account: str, person: str, data: str, display_text: str, params: Json | None = None
    ) -> Json:
        """A press; the display text stands in the chat as the person's words but is no message to the program."""
        event = {"type": "postback", "postback": {"data": data} | ({"params": params} if params else {})}
        text = {"type": "text", "text": display_text}
        seen = (self._state.message_ids(1)[0], text) if display_text else None
        return await self.happen(account, person, event, seen=seen)

    async def happen(
        self,
        account: str,
        person: str,
        event: Json,
        *,
        seen: tuple[str, Json] | None = None,
        content: str = "",
        token: bool = True,
    ) -> Json:
        """An event of a one-to-one chat, which shows `seen` (id, message) from now on."""
        whole = self.completed({**event, "mode": "active", "source": {"type": "user", "userId": person}})
        if token:
            whole["replyToken"] = secrets.token_hex(16)
        messages = [{"id": seen[0], "raw": seen[1]}] if seen else []
        self.write_down(account, person, whole, messages, content)
        [delivery] = await self.deliver(account, [whole["webhookEventId"]])
        return delivery

    def completed(self, event: Json) -> Json:
        """The event with what every event has: when it happened, its id, and that it is new."""
        now = self._clock()
        common = {
            "timestamp": int(now * 1000),
            "webhookEventId": _ulid(now),
            "deliveryContext": {"isRedelivery": False},
        }
        return common | event

    def write_down(
        self, account: str, person: str, event: Json, messages: list[Json] | None = None, content: str = ""
    ) -> None:
        """Let an event happen; `person` '' when it belongs to no one-to-one chat."""
        self._record(
            "event",
            at=self._clock(),
            account=account,
            person=person,
            event=event,
            messages=messages or [],
            content=content,
        )

    async def deliver(self, account: str, event_ids: list[str]) -> list[Json]:
        """Deliver events in one body, unless the account's are held back."""
        if self._state.accounts[account].held:
            return [{"event": event_id, "held": True} for event_id in event_ids]
        return await self._webhooks.deliver(event_ids)


def _ulid(now: float) -> str:
    """A ULID, the form of LINE's event ids: 48 bits of milliseconds, 80 random ones, in Crockford's base 32."""
    number = int(now * 1000) << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
