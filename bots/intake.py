"""One way in: a verified request enters the inbox; claimed events are worked on, each lane's oldest first.

`accept` is all that a webhook or a poll waits for. `run` claims the oldest unfinished event of each lane (of this or a
dead process) and hands each to `bots/work.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence

import structlog

from bots import report
from bots.channel import Account, Arrival, Channel
from bots.waiting import Tasks, Waker, on_its_own
from bots.work import Work
from domain.database import session
from domain.database.errors import database_may_be_away
from domain.database.session import Claim, Engine

log = structlog.get_logger()
LEASE_SECONDS = 30
WORKERS = 10
# Calls to platforms on their way at a time. They take as long as a platform likes, so they keep no worker busy.
MOST_CALLS = 1_000


class Intake:
    """Takes events in and has them worked on."""

    def __init__(self, engine: Engine, channels: Mapping[str, Channel], work: Work) -> None:
        self._engine = engine
        self._channels = channels
        self._work = work
        self._waker = Waker()
        self._claiming = asyncio.Lock()
        self._claims, self._events = Tasks(), Tasks()

    async def accept(self, account: Account, arrivals: Sequence[Arrival]) -> int:
        """Put a request's events into the inbox; returns how many are new. After this nothing can be lost."""
        if not arrivals:
            return 0
        rows = [(arrival.event_id, arrival.lane, arrival.payload) for arrival in arrivals]
        begun = time.perf_counter()
        looks_back = any(map(self._channels[account.channel].looks_back, (arrival.payload for arrival in arrivals)))
        accept = session.accept_events(self._engine, account.clinic_id, account.id, rows, looks_back=looks_back)
        # Whoever waits may give up on a slow database; what has begun goes on, and is known when it is brought again.
        new = await asyncio.shield(on_its_own(accept))
        if new:
            self._waker.wake()
        report.accepted(account, new, len(rows), begun)
        return len(new)

    async def run(self) -> None:
        """Have events worked on until cancelled; what is being worked on is finished first."""
        try:
            while True:
                self._waker.clear()
                await self.start_due()
                await self._waker.wait(1.0)  # what comes rings, and so does each event that is done
        finally:
            await self.finish()

    async def start_due(self) -> int:
        """Claim what is due and start work on it; returns how many events were claimed."""
        while len(self._events) >= WORKERS or len(self._work.calls) >= MOST_CALLS:
            await (self._events if len(self._events) >= WORKERS else self._work.calls).one_ends()
        # Whoever is cancelled here leaves it to `finish`: what was claimed and not worked on is nobody's for a while.
        return await asyncio.shield(self._claims.start(self._claim()))

    async def finish(self) -> None:
        """Wait for the events that are being claimed or worked on in this process, and for their answers."""
        while under_way := {*self._claims, *self._events, *self._work.calls}:
            await asyncio.wait(under_way)

    async def _claim(self) -> int:
        async with self._claiming:
            with database_may_be_away("intake"):
                claims = await session.claim_events(self._engine, LEASE_SECONDS, WORKERS - len(self._events))
                for claim in claims:
                    self._events.start(self._one(claim))
                return len(claims)
            return 0

    async def _one(self, claim: Claim) -> None:
        await self._work.on(claim)
        self._waker.wake()
