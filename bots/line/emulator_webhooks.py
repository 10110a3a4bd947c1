"""How the emulated LINE delivers webhooks: signed, and again when the program did not answer with 2xx.

`emulator_events.py` hands over events that people caused, `emulator_deliveries.py` those that were held back; they
go to the address the account registered. LINE does not say how often and when it redelivers
(https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery), so the waits are a
parameter. What was not delivered is state: a restarted emulator goes on trying.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence

import aiohttp

from bots.line.emulator_records import BotAccount, Event, Json
from bots.line.emulator_state import State
from bots.line.inbound import SIGNATURE_HEADER, sign

ANSWER_SECONDS = 2.0
"""How long a webhook has to answer: https://developers.line.biz/en/docs/partner-docs/development-guidelines/"""


class Webhooks:
    """Sends events to webhooks and keeps trying. `start` inside the running loop, `close` before it ends."""

    def __init__(
        self,
        state: State,
        record: Callable[..., None],
        clock: Callable[[], float],
        waits: Sequence[float],
        answer_seconds: float,
    ) -> None:
        """`waits` are the seconds before each redelivery; after the last one LINE gives up. A webhook that has not
        answered after `answer_seconds` has not taken what it was sent.
        """
        self._state = state
        self._record = record
        self._clock = clock
        self._waits = tuple(waits)
        self._timeout = aiohttp.ClientTimeout(total=answer_seconds)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open connections and take up what an earlier process left undelivered."""
        self._session = aiohttp.ClientSession(timeout=self._timeout)
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

    async def deliver(self, event_ids: Sequence[str], copies: int = 1) -> list[Json]:
        """Deliver events of one account now, in one body, which goes out `copies` times at once.

        Gives the HTTP status for each event and copy (0: no answer or no webhook). A failure is tried again later,
        each event by itself.
        """
        statuses = await self._attempt(event_ids, copies)
        for event_id in event_ids:
            if not self._state.events[event_id].done:
                self._redeliver_later(event_id)
        return [{"event": event_id, "status": status} for status in statuses for event_id in event_ids]

    async def probe(self, account: BotAccount, url: str) -> tuple[int, str]:
        """Status and LINE's reason for a webhook without events, as its "Verify" button sends it."""
        return await self._post(url, account, [])

    async def _attempt(self, event_ids: Sequence[str], copies: int) -> list[int]:
        events = [self._state.events[event_id] for event_id in event_ids]
        account = self._state.accounts[events[0].account]
        if not account.webhook:  # LINE keeps nothing for an account without a webhook
            for event_id in event_ids:
                self._record("delivered", event=event_id, at=self._clock(), status=0, final=True)
            return [0] * copies
        content = [_as_delivered(event) for event in events]
        for event_id in event_ids:
            self._record("delivering", event=event_id, at=self._clock())
        posts = (self._post(account.webhook, account, content) for _ in range(copies))
        statuses = [status for status, _ in await asyncio.gather(*posts)]
        taken = any(200 <= status < 300 for status in statuses)
        for event_id, event in zip(event_ids, events, strict=True):
            final = taken or event.attempts > len(self._waits)
            self._record("delivered", event=event_id, at=self._clock(), status=max(statuses), final=final)
        return statuses

    async def _post(self, url: str, account: BotAccount, events: Sequence[Json]) -> tuple[int, str]:
        """The status, and LINE's reason: #test-webhook-endpoint-response."""
        content = {"destination": account.id, "events": events}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            SIGNATURE_HEADER: sign(account.channel_secret, body).decode(),
        }
        if self._session is None:
            raise RuntimeError("deliveries were not started")
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status, "OK" if 200 <= response.status < 300 else "ERROR_STATUS_CODE"
        except TimeoutError:
            return 0, "REQUEST_TIMEOUT"
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL):
            return 0, "COULD_NOT_CONNECT"
        except (aiohttp.ClientError, OSError):
            return 0, "UNCLASSIFIED"

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
            if self._state.accounts[event.account].held:
                return  # it goes out when the account's events are released
            if not event.done:
                await self._attempt([event_id], 1)


def _as_delivered(event: Event) -> Json:
    """The event as it was made at first, and marked as redelivered from the second time on."""
    return {**event.event, "deliveryContext": {"isRedelivery": True}} if event.attempts else event.event
