"""What the scheduler asks the database: which clinics have something due, and the right to run a calendar job.

The questions across clinics go through dispatch functions that return ids and times only. A tick is a row: who
inserts it runs the job, in the same transaction, so any number of schedulers run it once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from domain.database.session import Connection, Engine, single
from domain.database.tables import ticks

_DUE_CLINICS = text("select clinic_id from clinics_with_due_followups(:now) order by clinic_id")
_NEXT_FOLLOWUP = text("select next_followup_due(:after)")


async def clinics_with_due_followups(engine: Engine, now: datetime) -> list[UUID]:
    """Clinics with at least one follow-up due at `now` (the clinic clock)."""
    async with single(engine) as connection:
        return list((await connection.execute(_DUE_CLINICS, {"now": now})).scalars())


async def next_followup_due(engine: Engine, after: datetime) -> datetime | None:
    """The first moment after `after` at which any clinic has a follow-up due."""
    async with single(engine) as connection:
        moment: datetime | None = (await connection.execute(_NEXT_FOLLOWUP, {"after": after})).scalar_one()
        return moment


async def last_tick(db: Connection, clinic_id: UUID, job: str) -> datetime | None:
    """When the newest tick of the job that ran for this clinic had been due."""
    c = ticks.c
    query = select(c.due_at).where(c.clinic_id == clinic_id, c.job == job).order_by(c.due_at.desc()).limit(1)
    moment: datetime | None = (await db.execute(query)).scalar_one_or_none()
    return moment


async def take_tick(db: Connection, clinic_id: UUID, job: str, due_at: datetime, now: datetime) -> bool:
    """Take the right to run the job for this due time; False when it has been taken.

    While another transaction holds it undecided, this waits for that one's end.
    """
    statement = (
        insert(ticks)
        .values(clinic_id=clinic_id, job=job, due_at=due_at, ran_at=now)
        .on_conflict_do_nothing()
        .returning(ticks.c.id)
    )
    return (await db.execute(statement)).one_or_none() is not None
