"""SQL of tasks: rows of `task_queue` are made by the trigger `auto_assign_task`, and read and moved here.

Notes and lots are added and never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from domain.clinics.tables import rooms
from domain.database.session import Connection
from domain.tasks.model import DESK_KINDS, HELD_STATES, OPEN_STATES, Day, TaskState, TaskView
from domain.tasks.tables import task_lots, task_notes, task_offers, task_queue
from domain.tasks.view_store import journeys, views

_q, _j = task_queue.c, journeys.c


async def view(db: Connection, clinic_id: UUID, task_id: UUID) -> TaskView | None:
    """One task."""
    found = await views(db, _q.clinic_id == clinic_id, _q.id == task_id)
    return found[0] if found else None


async def lock(db: Connection, clinic_id: UUID, task_id: UUID) -> TaskView | None:
    """One task as it stands once nobody else is changing it; locked until the transaction ends."""
    row = select(_q.id).where(_q.clinic_id == clinic_id, _q.id == task_id)
    await db.execute(row.with_for_update(key_share=True))
    # A statement of its own: it sees what the lock waited for, in every joined table.
    return await view(db, clinic_id, task_id)


async def open_for_journey(db: Connection, clinic_id: UUID, journey_id: UUID) -> TaskView | None:
    """The newest task of a journey on which somebody still has to act."""
    found = await open_of_journey(db, clinic_id, journey_id)
    return found[-1] if found else None


async def open_of_journey(db: Connection, clinic_id: UUID, journey_id: UUID) -> list[TaskView]:
    """Every task of a journey on which a performer still has to act."""
    mine = (_q.clinic_id == clinic_id, _q.journey_id == journey_id, _q.state.in_(OPEN_STATES))
    return await views(db, *mine, _q.kind.not_in(DESK_KINDS))


async def close_desk_tasks(db: Connection, clinic_id: UUID, journey_id: UUID, **values: Any) -> None:
    """End what a stage asked of the desk."""
    mine = (_q.clinic_id == clinic_id, _q.journey_id == journey_id, _q.state.in_(OPEN_STATES))
    close = update(task_queue).where(*mine, _q.kind.in_(DESK_KINDS))
    await db.execute(close.values(version=_q.version + 1, **values))


async def waiting(db: Connection, clinic_id: UUID) -> list[TaskView]:
    """Tasks nobody has accepted, earliest slot first."""
    return await views(db, _q.clinic_id == clinic_id, _q.state == TaskState.REQUESTED, _q.kind.not_in(DESK_KINDS))


async def declined_by(db: Connection, clinic_id: UUID, user_id: UUID) -> set[UUID]:
    """The waiting tasks that this member of staff has declined."""
    o = task_offers.c
    same = and_(_q.clinic_id == o.clinic_id, _q.id == o.task_id, _q.state == TaskState.REQUESTED)
    query = select(o.task_id).join(task_queue, same)
    rows = await db.execute(query.where(o.clinic_id == clinic_id, o.user_id == user_id, o.state == "declined"))
    return set(rows.scalars())


async def of_assignee(db: Connection, clinic_id: UUID, user_id: UUID) -> list[TaskView]:
    """Tasks this member of staff has accepted and not finished, earliest slot first."""
    return await views(db, _q.clinic_id == clinic_id, _q.assignee_id == user_id, _q.state.in_(HELD_STATES))


async def day_of(db: Connection, clinic_id: UUID, user_id: UUID, begin: datetime, end: datetime) -> Day:
    """The tasks in somebody's hands whose slot lies between two moments, and those done between them."""
    held = and_(_q.state.in_(HELD_STATES), func.coalesce(_j.scheduled_at, _q.created_at).between(begin, end))
    done = and_(_q.state == TaskState.COMPLETED, _q.completed_at.between(begin, end))
    query = (
        select(func.count().filter(held | done).label("total"), func.count().filter(done).label("done"))
        .select_from(task_queue)
        .join(journeys, and_(_j.clinic_id == _q.clinic_id, _j.id == _q.journey_id))
        .where(_q.clinic_id == clinic_id, _q.assignee_id == user_id)
    )
    return Day(**(await db.execute(query)).one()._mapping)


async def change(db: Connection, clinic_id: UUID, task_id: UUID, **values: Any) -> None:
    """Change a task."""
    await db.execute(update(task_queue).where(_q.clinic_id == clinic_id, _q.id == task_id).values(**values))


async def tick(db: Connection, clinic_id: UUID, task_id: UUID, ticks: Mapping[str, Any]) -> None:
    """Add ticks to a task's protocol."""
    await change(db, clinic_id, task_id, checklist=_q.checklist.concat(literal(dict(ticks), JSONB)))


async def untick(db: Connection, clinic_id: UUID, task_id: UUID, code: str) -> None:
    """Take a tick back."""
    await change(db, clinic_id, task_id, checklist=_q.checklist.op("-")(code))


async def override(db: Connection, clinic_id: UUID, task_id: UUID, override: Mapping[str, Any]) -> None:
    """Somebody answers for a red of the start gate."""
    await change(db, clinic_id, task_id, overrides=_q.overrides.concat(literal([dict(override)], JSONB)))


_OPEN_AGAIN = text(
    "insert into task_queue (clinic_id, journey_id, kind, created_at)"
    " select w.clinic_id, w.id, s.kind, :now from workflow_states w"
    " join stage_tasks s on s.clinic_id = w.clinic_id and s.stage = w.stage"
    "  and (s.treatment_id is null or s.treatment_id = w.treatment_id)"
    " where w.clinic_id = :clinic and w.id = :journey on conflict do nothing"
)


async def open_again(db: Connection, clinic_id: UUID, journey_id: UUID, now: datetime) -> None:
    """What the journey's stage calls for, as the trigger opens it on entering: more work is another task."""
    await db.execute(_OPEN_AGAIN, {"clinic": clinic_id, "journey": journey_id, "now": now})


async def add_note(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One more note."""
    await db.execute(insert(task_notes).values(clinic_id=clinic_id, **values))


async def add_lot(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One more use of a product."""
    await db.execute(insert(task_lots).values(clinic_id=clinic_id, **values))


async def free_room(db: Connection, clinic_id: UUID, branch_id: UUID | None, wanted: UUID | None) -> UUID | None:
    """A room of the branch in which nobody is being treated, the wanted one first; None when all are in use."""
    in_use = select(_q.room_id).where(
        _q.clinic_id == clinic_id,
        _q.state.in_((TaskState.IN_PROGRESS, TaskState.ON_HOLD)),
        _q.room_id.is_not(None),
    )
    r = rooms.c
    query = select(r.id).where(r.clinic_id == clinic_id, r.active, r.branch_id == branch_id, r.id.not_in(in_use))
    if wanted is not None:
        query = query.where(r.id == wanted)
    found: UUID | None = (await db.execute(query.order_by(r.code).limit(1))).scalar_one_or_none()
    return found


async def has_rooms(db: Connection, clinic_id: UUID, branch_id: UUID | None) -> bool:
    """True when the branch counts its rooms."""
    r = rooms.c
    query = select(r.id).where(r.clinic_id == clinic_id, r.active, r.branch_id == branch_id).limit(1)
    return (await db.execute(query)).scalar_one_or_none() is not None
