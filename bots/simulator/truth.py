"""The program behind the page: what is true in the demo clinic, its changes, and the moving of its clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from bots.simulator.control import Chat, Fact, Journey, Move, Points, Strip, Task, Words
from bots.simulator.moves import Moves
from domain.database.clock import read_clock, set_clock
from domain.database.session import Engine
from domain.loyalty import service as loyalty
from domain.overview.service import overview
from domain.unit import Units
from scheduler.app import Scheduler

# Outbox rows change their state without a NOTIFY (it would cost every delivery): look while some are on their way.
LOOK_SECONDS = 0.5
ON_THEIR_WAY = ("pending", "sending")


class Truth:
    """Implements `SimulatorControl` on the real database and scheduler.

    `admin` is the owner's engine, which alone may move the clock; `settle` waits until everything that was
    set going has been done; `moves` keeps when the clock was moved. The strip's points are those of the
    customer whose journey moved last.
    """

    def __init__(
        self,
        units: Units,
        scheduler: Scheduler,
        admin: Engine,
        settle: Callable[[], Awaitable[None]],
        clinic_id: UUID,
        moves: Moves,
    ) -> None:
        self._units = units
        self._scheduler = scheduler
        self._admin = admin
        self._settle = settle
        self._clinic_id = clinic_id
        self._moves = moves
        self._sending = False
        self._watchers: set[asyncio.Event] = set()

    async def strip(self) -> Strip:
        """What is true now."""
        async with self._units.clinic(self._clinic_id) as unit:
            seen = await overview(unit)
            self._sending = any(seen.outbox.get(state) for state in ON_THEIR_WAY)
            points = None
            if seen.journeys:
                card = await loyalty.card(unit, seen.journeys[0].customer_id)
                points = Points(card.balance.usable, card.balance.pending, card.tier.code)
            return Strip(
                now=unit.now,
                zone=unit.clinic.zone.key,
                journeys=tuple(
                    Journey(j.customer, Words(j.treatment_th, j.treatment_en), j.stage, j.version)
                    for j in seen.journeys
                ),
                tasks=tuple(
                    Task(
                        Words(f"{t.treatment_th} · {t.customer}", f"{t.treatment_en} · {t.customer}"),
                        t.state,
                        t.assignee,
                    )
                    for t in seen.tasks
                ),
                points=points,
                outbox=seen.outbox,
                facts=tuple(Fact(f.at, f.kind, f.about) for f in seen.facts),
                chats=tuple(Chat(c.channel, c.person, c.language) for c in seen.chats),
                moves=self._moves.all(),
            )

    async def move_clock(self, to: datetime) -> None:
        """Bring the clinic's clock to `to`, stopping at each moment when something falls due."""
        while True:
            now = await read_clock(self._units.engine)
            due = await self._scheduler.next_due(now)
            stop = min(due, to) if due else to
            at = datetime.now(UTC)
            await set_clock(self._admin, stop - at)
            await asyncio.to_thread(self._moves.note, Move(at, (stop - at).total_seconds()))
            await self._scheduler.run_due(await read_clock(self._units.engine))
            await self._settle()
            if stop >= to:
                self.changed()
                return

    def changed(self, clinic: str = "") -> None:
        """Something may have changed (called for each NOTIFY)."""
        for watcher in self._watchers:
            watcher.set()

    async def changes(self) -> AsyncIterator[None]:
        """Yields whenever something may have changed."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(watcher.wait(), LOOK_SECONDS if self._sending else None)
                watcher.clear()
                yield None
        finally:
            self._watchers.discard(watcher)
