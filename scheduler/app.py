"""The scheduler: once a second it asks what has become due, and runs it.

APScheduler is only the ticker; truth lies in rows, so any number of schedulers may run at once, and one that was
down makes up for what it missed. `now` is the clinic clock, which the demo and the tests move; they step through
`next_due` and call `run_due` themselves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain.database.errors import database_may_be_away
from domain.database.schedule import last_tick, take_tick
from domain.database.session import Engine, list_clinics
from domain.errors import DomainError
from domain.stopwatch import elapsed_ms
from domain.unit import Units
from scheduler.job import AnyJob, CalendarJob, Tally, missed_ticks, next_tick, put_off_by

Clock = Callable[[], Awaitable[datetime]]
Count = Callable[[str, int, int], None]
"""Hears of a job's name, of how much it did, and of how much broke."""

_log = structlog.get_logger(__name__)


class Scheduler:
    """Runs jobs when they are due. `clock` answers the clinic clock's now (see `domain.database.clock`)."""

    def __init__(
        self, units: Units, engine: Engine, jobs: Sequence[AnyJob], clock: Clock, count: Count = lambda *_: None
    ) -> None:
        self.jobs = tuple(jobs)
        self._units = units
        self._engine = engine
        self._clock = clock
        self._count = count
        self._round = asyncio.Lock()
        # When to look next at a calendar job of a clinic: spares a transaction each second, decides nothing.
        self._look: dict[tuple[str, UUID], datetime] = {}
        self._ticker = AsyncIOScheduler()
        self._ticker.add_job(self._tick, "interval", seconds=1, misfire_grace_time=None, coalesce=True, max_instances=1)

    def start(self) -> None:
        """Begin ticking, in the running event loop."""
        self._ticker.start()

    async def stop(self) -> None:
        """Stop ticking, after the round that is under way."""
        self._ticker.pause()
        async with self._round:
            self._ticker.shutdown(wait=False)

    async def run_due(self, now: datetime) -> int:
        """Run everything that is due at `now`; returns how many rows and ticks were dealt with.

        What breaks for one clinic is logged and does not keep the others waiting.
        """
        return sum([await self._run(job, now) for job in self.jobs])

    async def run_job(self, name: str, now: datetime) -> int:
        """`run_due` of one job; DomainError `no_such_job` (fact `known`) when no job has that name."""
        for job in self.jobs:
            if job.name == name:
                return await self._run(job, now)
        raise DomainError("no_such_job", known=[job.name for job in self.jobs])

    async def next_due(self, after: datetime) -> datetime | None:
        """The first moment after `after` at which something is due; what is overdue is for `run_due` now."""
        moments = [await self.next_due_of(job, after) for job in self.jobs]
        return min((moment for moment in moments if moment), default=None)

    async def next_due_of(self, job: AnyJob, after: datetime) -> datetime | None:
        """The first moment after `after` at which this job has something to do; None when it is not known to."""
        if not isinstance(job, CalendarJob):
            return await job.next_due(self._engine, after)
        zones = {zone for _, _, zone in await list_clinics(self._engine)}
        return min((next_tick(job.at, ZoneInfo(zone), after) for zone in zones), default=None)

    async def _tick(self) -> None:
        async with self._round:
            with database_may_be_away("scheduler"):
                await self.run_due(await self._clock())

    async def _run(self, job: AnyJob, now: datetime) -> int:
        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(job=job.name):
            if isinstance(job, CalendarJob):
                tally = await self._run_calendar(job, now)
            else:
                tally = await job.run(self._units, self._engine, now)
            self._count(job.name, tally.done, tally.failed)
            if tally.done or tally.failed:
                _log.info("job.ran", done=tally.done, failed=tally.failed, ms=elapsed_ms(begun))
        return tally.done

    async def _run_calendar(self, job: CalendarJob, now: datetime) -> Tally:
        tally = Tally()
        for clinic_id, slug, zone in await list_clinics(self._engine):
            if now < self._look.get((job.name, clinic_id), now):
                continue
            try:
                tally.done += await self._run_ticks(job, clinic_id, ZoneInfo(zone), now)
                self._look[job.name, clinic_id] = next_tick(job.at, ZoneInfo(zone), now)
            except Exception as error:  # whatever broke, it is this clinic's alone, and its tick is not taken
                self._look[job.name, clinic_id] = now + put_off_by("job.broke", error, clinic=slug)
                tally.failed += 1
        return tally

    async def _run_ticks(self, job: CalendarJob, clinic_id: UUID, zone: ZoneInfo, now: datetime) -> int:
        """Run the job for each time it was due and has not run, oldest first, each in a transaction of its own."""
        async with self._units.clinic(clinic_id) as unit:
            last = await last_tick(unit.db, clinic_id, job.name)
        done = 0
        for due in missed_ticks(job.at, zone, last, now):
            async with self._units.clinic(clinic_id) as unit:
                unit.now = now
                if await take_tick(unit.db, clinic_id, job.name, due, now):
                    await job.run(unit, due)
                    done += 1
        return done
