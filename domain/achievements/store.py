"""SQL of achievements: the clinic's badges, what a customer has done, and who was given what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from domain.achievements.model import Achievement
from domain.achievements.tables import achievement_awards, achievements
from domain.database.session import Connection

# The audit trail counts: a journey's stage moves on, what was done stays.
_COMPLETED = text(
    "select count(*) from workflow_actions a"
    " join workflow_states w on w.clinic_id = a.clinic_id and w.id = a.journey_id"
    " where a.clinic_id = :clinic and w.customer_id = :customer"
    " and a.action = 'complete' and a.to_stage = 'treatment_completed'"
)


async def badges(db: Connection, clinic_id: UUID, metric: str) -> list[Achievement]:
    """The clinic's badges for one metric, the easiest first."""
    c = achievements.c
    query = select(achievements).where(c.clinic_id == clinic_id, c.metric == metric).order_by(c.target, c.code)
    return [
        Achievement(row.id, row.code, row.name_th, row.name_en, row.metric, row.target, row.points)
        for row in (await db.execute(query)).all()
    ]


async def completed_treatments(db: Connection, clinic_id: UUID, customer_id: UUID) -> int:
    """How many treatments of the customer have been completed."""
    values = {"clinic": clinic_id, "customer": customer_id}
    return int((await db.execute(_COMPLETED, values)).scalar_one())


async def give(
    db: Connection, clinic_id: UUID, achievement_id: UUID, customer_id: UUID, cycle: str, now: datetime
) -> bool:
    """Note that the customer has the badge; False when that was so before."""
    statement = (
        insert(achievement_awards)
        .values(clinic_id=clinic_id, achievement_id=achievement_id, customer_id=customer_id, cycle=cycle, at=now)
        .on_conflict_do_nothing()
        .returning(achievement_awards.c.id)
    )
    return (await db.execute(statement)).one_or_none() is not None
