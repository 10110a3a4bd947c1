"""Timers: "look at this again then". One row for a kind and a subject; setting it again moves it.

Use cases set and cancel them through the unit, which writes them last, so that no timer's row is ever locked before
what it is about. The scheduler runs the use case of a kind (`scheduler/jobs/timers.py`); that looks at how things
stand by then, since a timer is a reminder to look and no order to act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.session import Connection, Engine, single
from domain.database.tables import timers

Key = tuple[str, UUID]
_DUE_CLINICS = text("select clinic_id from clinics_with_due_timers(:now) order by clinic_id")
_NEXT = text("select next_timer_due(:after)")
_t = timers.c


class TimerTaken(Exception):
    """Another scheduler ran this timer, or it was moved: what was done for it here is rolled back."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that is due."""

    id: UUID
    kind: str
    subject_id: UUID
    due_at: datetime


async def save(db: Connection, clinic_id: UUID, changes: Mapping[Key, datetime | None]) -> None:
    """Set timers to their moments; None cancels. In the order of their keys, so that two units cannot cross."""
    for (kind, subject_id), due_at in sorted(changes.items(), key=lambda item: (item[0][0], item[0][1])):
        if due_at is None:
            where = (_t.clinic_id == clinic_id, _t.kind == kind, _t.subject_id == subject_id)
            await db.execute(delete(timers).where(*where))
            continue
        row = insert(timers).values(clinic_id=clinic_id, kind=kind, subject_id=subject_id, due_at=due_at)
        moved = {"due_at": due_at, "attempts": 0}
        await db.execute(row.on_conflict_do_update(index_elements=["clinic_id", "kind", "subject_id"], set_=moved))


async def due_clinics(engine: Engine, now: datetime) -> list[UUID]:
    """Clinics with at least one timer due at `now` (the clinic clock)."""
    async with single(engine) as connection:
        return list((await connection.execute(_DUE_CLINICS, {"now": now})).scalars())


async def next_due(engine: Engine, after: datetime) -> datetime | None:
    """The first moment after `after` at which any clinic has a timer due."""
    async with single(engine) as connection:
        moment: datetime | None = (await connection.execute(_NEXT, {"after": after})).scalar_one()
        return moment


async def due(db: Connection, clinic_id: UUID, now: datetime, limit: int) -> list[Timer]:
    """The clinic's due timers, oldest first; not locked, `take` decides who ran one."""
    query = select(_t.id, _t.kind, _t.subject_id, _t.due_at).where(_t.clinic_id == clinic_id, _t.due_at <= now)
    return [Timer(**row._mapping) for row in await db.execute(query.order_by(_t.due_at, _t.id).limit(limit))]


async def take(db: Connection, clinic_id: UUID, timer: Timer) -> None:
    """End a timer whose use case has run in this transaction; TimerTaken when it was ended or moved meanwhile."""
    same = (_t.clinic_id == clinic_id, _t.id == timer.id, _t.due_at == timer.due_at)
    if (await db.execute(delete(timers).where(*same).returning(_t.id))).one_or_none() is None:
        raise TimerTaken


async def put_off(db: Connection, clinic_id: UUID, timer: Timer, until: datetime) -> None:
    """Try a timer again later whose use case broke."""
    same = (_t.clinic_id == clinic_id, _t.id == timer.id, _t.due_at == timer.due_at)
    await db.execute(update(timers).where(*same).values(due_at=until, attempts=_t.attempts + 1))
