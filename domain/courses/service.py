"""Use cases of courses: opened when a plan is paid, used one session a treatment, ended with the journey.

The caller holds the lock of the journey. What a session means for points and for the customer is said in
`domain/reactions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.courses import store
from domain.courses.model import Course, Sale
from domain.courses.rules import expires_at
from domain.unit import Unit


async def open_courses(unit: Unit, *, journey_id: UUID, customer_id: UUID, sales: Sequence[Sale]) -> None:
    """Open a course for every line of a plan that has none yet; each is recorded as `course_opened`.

    A line whose payment was undone and that is paid again has its old course back: what was had of it stays had.
    """
    for sale in sales:
        line: dict[str, Any] = {
            "line_id": sale.line_id,
            "treatment_id": sale.treatment_id,
            "opened_at": unit.now,
            "expires_at": expires_at(unit.now, unit.clinic.zone),
        }
        course_id = await store.reopen(unit.db, unit.clinic.id, **line) or await store.add(
            unit.db,
            unit.clinic.id,
            **line,
            journey_id=journey_id,
            customer_id=customer_id,
            sessions_total=sale.sessions,
            price_satang=sale.price_satang,
        )
        if course_id is not None:
            ids = {"journey_id": str(journey_id), "customer_id": str(customer_id)}
            unit.record("course_opened", course_id, **ids, sessions=sale.sessions)


async def use_session(
    unit: Unit, *, journey_id: UUID, treatment_id: UUID, task_id: UUID, used_by: UUID | None
) -> Course | None:
    """Take one session of the journey's course of this treatment; the course afterwards, None when there is none.

    A task takes one session however often it is asked. An expired course still pays for what was done.
    Records `session_used` with `nth`.
    """
    if (known := await store.of_task(unit.db, unit.clinic.id, task_id)) is not None:
        return await _course(unit, journey_id, known)
    found = [c for c in await of_journey(unit, journey_id) if c.treatment_id == treatment_id and c.left]
    if not found:
        return None
    course = found[0]
    nth = course.used + 1
    await store.add_use(
        unit.db, unit.clinic.id, course_id=course.id, task_id=task_id, nth=nth, used_by=used_by, used_at=unit.now
    )
    ids = {"journey_id": str(journey_id), "customer_id": str(course.customer_id), "task_id": str(task_id)}
    unit.record("session_used", course.id, **ids, nth=nth)
    return await _course(unit, journey_id, course.id)


async def of_journey(unit: Unit, journey_id: UUID) -> list[Course]:
    """A journey's courses, used up or not, first opened first."""
    return await store.of_journey(unit.db, unit.clinic.id, journey_id)


async def of_customer(unit: Unit, customer_id: UUID) -> list[Course]:
    """A customer's courses, used up or not, first opened first."""
    return await store.of_customer(unit.db, unit.clinic.id, customer_id)


async def usable(unit: Unit, journey_id: UUID) -> list[Course]:
    """Courses of which another session can be scheduled now."""
    return [course for course in await of_journey(unit, journey_id) if course.usable(unit.now)]


async def sessions_left(unit: Unit, journey_id: UUID) -> int:
    """Sessions of a journey that can still be had: what T5 and T11 ask for."""
    return sum(course.left for course in await usable(unit, journey_id))


async def cancel(unit: Unit, journey_id: UUID) -> None:
    """The journey was given up or its payment undone: nothing can be had any more, until it is paid again."""
    await store.cancel(unit.db, unit.clinic.id, journey_id)


async def _course(unit: Unit, journey_id: UUID, course_id: UUID) -> Course | None:
    return next((course for course in await of_journey(unit, journey_id) if course.id == course_id), None)
