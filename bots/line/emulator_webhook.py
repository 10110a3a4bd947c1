"""How the emulated LINE delivers webhooks: signed, and again when the program did not answer with 2xx.

`emulator_control.py` hands over events that people caused; they go to the address the account registered.
LINE does not say how often and when it redelivers
(https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery), so the waits are a
parameter. What was not delivered is state: a restarted emulator goes on trying.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence

import aiohttp

from bots.line.emulator_state import State
from bots.line.inbound import SIGNATURE_HEADER, sign

# LINE asks for an answer within 2 s and may count a later one as failed; a busy laptop is given more.
_TIMEOUT = aiohttp.ClientTimeout(total=10)


class Deliveries:
    """Sends events to webhooks and keeps trying. `start` inside the running loop, `close` before it ends."""

    def __init__(
        self, state: State, record: Callable[..., None], clock: Callable[[], float], waits: Sequence[float]
    ) -> None:
        """`waits` are the seconds before each redelivery; after the last one LINE gives up."""
        self._state = state
        self._record = record
        self._clock = clock
        self._waits = tuple(waits)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open connections and take up what an earlier process left undelivered."""
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        for event_id, event in self._state.events.items():
            if not event.done:
                self._redeliver_later(event_id)

    async def close(self) -> None:
        """Stop trying (the events stay undelivered in the journal) and close connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def deliver(self, event_id: str) -> int:
        """Deliver now, returning the HTTP status (0: no answer or no webhook); a failure is tried again later."""
        status = await self._attempt(event_id)
        if not self._state.events[event_id].done:
            self._redeliver_later(event_id)
        return status

    async def _attempt(self, event_id: str) -> int:
        event = self._state.events[event_id]
        account = self._state.accounts[event.account]
        if not account.webhook:  # LINE keeps nothing for an account without a webhook
            self._record("delivered", event=event_id, at=self._clock(), status=0, final=True)
            return 0
        context = {"isRedelivery": event.attempts > 0}
        self._record("delivering", event=event_id, at=self._clock())
        content = {"destination": account.id, "events": [{**event.event, "deliveryContext": context}]}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        status = await self._post(account.webhook, account.channel_secret, body)
        final = 200 <= status < 300 or event.attempts > len(self._waits)
        self._record("delivered", event=event_id, at=self._clock(), status=status, final=final)
        return status

    async def _post(self, url: str, secret: str, body: bytes) -> int:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            SIGNATURE_HEADER: sign(secret, body).decode(),
        }
        if self._session is None:
            raise RuntimeError("deliveries were not started")
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status
        except (TimeoutError, aiohttp.ClientError, OSError):
            return 0

    def _redeliver_later(self, event_id: str) -> None:
        task = asyncio.create_task(self._redeliver(event_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _redeliver(self, event_id: str) -> None:
        event = self._state.events[event_id]
        while not event.done:
            # An event that was never tried (the process died first) goes out at once.
            tried = min(event.attempts, len(self._waits))
            await asyncio.sleep(self._waits[tried - 1] if tried else 0)
            if not event.done:
                await self._attempt(event_id)
