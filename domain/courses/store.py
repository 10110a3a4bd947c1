"""SQL of courses: a course is read with its uses counted, so that no counter can drift."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from domain.clinics.tables import treatments
from domain.courses.model import Course
from domain.courses.tables import course_uses, courses
from domain.database.session import Connection

_c, _u = courses.c, course_uses.c
USED = (
    select(func.count())
    .select_from(course_uses)
    .where(_u.clinic_id == _c.clinic_id, _u.course_id == _c.id)
    .correlate(courses)
    .scalar_subquery()
)
"""Sessions that were had of a course."""

_VIEW = select(
    _c.id,
    _c.journey_id,
    _c.customer_id,
    _c.line_id,
    _c.treatment_id,
    treatments.c.name_th,
    treatments.c.name_en,
    _c.sessions_total,
    USED.label("used"),
    _c.price_satang,
    _c.expires_at,
).join(treatments, and_(treatments.c.clinic_id == _c.clinic_id, treatments.c.id == _c.treatment_id))


async def add(db: Connection, clinic_id: UUID, **values: Any) -> UUID | None:
    """A new course; None when its line has an open one already."""
    row = insert_or(courses).values(clinic_id=clinic_id, **values).on_conflict_do_nothing()
    course_id: UUID | None = (await db.execute(row.returning(_c.id))).scalar_one_or_none()
    return course_id


async def reopen(
    db: Connection, clinic_id: UUID, *, line_id: UUID, treatment_id: UUID, opened_at: datetime, expires_at: datetime
) -> UUID | None:
    """Open a line's cancelled course again, with the sessions that were had of it; None when there is none."""
    newest = (
        select(_c.id)
        .where(_c.clinic_id == clinic_id, _c.line_id == line_id, _c.treatment_id == treatment_id)
        .order_by((_c.state == "open").desc(), _c.opened_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    change = update(courses).where(_c.clinic_id == clinic_id, _c.id == newest, _c.state == "cancelled")
    row = change.values(state="open", opened_at=opened_at, expires_at=expires_at).returning(_c.id)
    course_id: UUID | None = (await db.execute(row)).scalar_one_or_none()
    return course_id


async def of_journey(db: Connection, clinic_id: UUID, journey_id: UUID) -> list[Course]:
    """Courses of a journey that were not cancelled, first opened first."""
    return await _courses(db, _c.clinic_id == clinic_id, _c.journey_id == journey_id)


async def of_customer(db: Connection, clinic_id: UUID, customer_id: UUID) -> list[Course]:
    """Courses of a customer that were not cancelled, first opened first."""
    return await _courses(db, _c.clinic_id == clinic_id, _c.customer_id == customer_id)


async def of_task(db: Connection, clinic_id: UUID, task_id: UUID) -> UUID | None:
    """The course that a task used a session of."""
    query = select(_u.course_id).where(_u.clinic_id == clinic_id, _u.task_id == task_id)
    found: UUID | None = (await db.execute(query)).scalar_one_or_none()
    return found


async def add_use(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One session was had."""
    await db.execute(insert(course_uses).values(clinic_id=clinic_id, **values))


async def cancel(db: Connection, clinic_id: UUID, journey_id: UUID) -> None:
    """Nothing can be had any more of the journey's courses."""
    mine = (_c.clinic_id == clinic_id, _c.journey_id == journey_id)
    await db.execute(update(courses).where(*mine).values(state="cancelled"))


def left_of(clinic_id: ColumnElement[Any], journey_id: ColumnElement[Any]) -> ColumnElement[int]:
    """SQL that counts, of another noun's row, the sessions of its journey that were not had."""
    return (
        select(func.coalesce(func.sum(_c.sessions_total - USED), 0))
        .where(_c.clinic_id == clinic_id, _c.journey_id == journey_id, _c.state == "open")
        .scalar_subquery()
    )


def unused(clinic_id: ColumnElement[Any], journey_id: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """SQL that says of another noun's row whether its journey has sessions that can still be had."""
    return (
        select(_c.id)
        .where(_c.clinic_id == clinic_id, _c.journey_id == journey_id, _c.state == "open")
        .where(_c.expires_at > now, _c.sessions_total > USED)
        .exists()
    )


async def _courses(db: Connection, *where: ColumnElement[bool]) -> list[Course]:
    rows = await db.execute(_VIEW.where(*where, _c.state == "open").order_by(_c.opened_at, _c.id))
    return [_course(dict(row._mapping)) for row in rows]


def _course(columns: dict[str, Any]) -> Course:
    treatment = {"th": columns.pop("name_th"), "en": columns.pop("name_en")}
    return Course(**columns, treatment=treatment)
