"""SQL of tasks: rows of `task_queue` are made by the trigger `auto_assign_task`, and read and moved here."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, column, func, insert, literal, select, table, update

from domain.clinics.tables import treatments
from domain.database.session import Connection
from domain.people.tables import customers, users
from domain.tasks.model import OPEN_STATES, TaskState, TaskView
from domain.tasks.tables import task_queue

LOWEST_TIER = "bronze"
"""The tier of a customer who has no loyalty account yet."""

# Read from nouns above this one, which write them: where the journey stands and the customer's tier.
_journeys = table(
    "workflow_states",
    column("clinic_id"),
    column("id"),
    column("customer_id"),
    column("treatment_id"),
    column("scheduled_at"),
)
_profiles = table("loyalty_profiles", column("clinic_id"), column("customer_id"), column("tier"))

_q, _j = task_queue.c, _journeys.c
_VIEW = (
    select(
        _q.id,
        _q.journey_id,
        _j.customer_id,
        customers.c.name.label("customer_name"),
        func.coalesce(_profiles.c.tier, LOWEST_TIER).label("tier"),
        treatments.c.name_th,
        treatments.c.name_en,
        _q.state,
        _q.version,
        _q.assignee_id,
        users.c.name.label("assignee_name"),
        _j.scheduled_at,
        _q.accept_by,
        _q.accepted_at,
        _q.started_at,
        _q.completed_at,
        _q.note,
        treatments.c.roles,
    )
    .select_from(task_queue)
    .join(_journeys, and_(_j.clinic_id == _q.clinic_id, _j.id == _q.journey_id))
    .join(customers, and_(customers.c.clinic_id == _q.clinic_id, customers.c.id == _j.customer_id))
    .join(treatments, and_(treatments.c.clinic_id == _q.clinic_id, treatments.c.id == _j.treatment_id))
    .outerjoin(users, and_(users.c.clinic_id == _q.clinic_id, users.c.id == _q.assignee_id))
    .outerjoin(_profiles, and_(_profiles.c.clinic_id == _q.clinic_id, _profiles.c.customer_id == _j.customer_id))
)


async def view(db: Connection, clinic_id: UUID, task_id: UUID) -> TaskView | None:
    """One task."""
    found = await _views(db, _q.clinic_id == clinic_id, _q.id == task_id)
    return found[0] if found else None


async def lock(db: Connection, clinic_id: UUID, task_id: UUID) -> TaskView | None:
    """One task as it stands once nobody else is changing it; locked until the transaction ends."""
    row = select(_q.id).where(_q.clinic_id == clinic_id, _q.id == task_id)
    await db.execute(row.with_for_update(key_share=True))
    # A statement of its own: it sees what the lock waited for, in every joined table.
    return await view(db, clinic_id, task_id)


async def open_for_journey(db: Connection, clinic_id: UUID, journey_id: UUID) -> TaskView | None:
    """The newest task of a journey on which somebody still has to act."""
    found = await _views(db, _q.clinic_id == clinic_id, _q.journey_id == journey_id, _q.state.in_(OPEN_STATES))
    return found[-1] if found else None


async def waiting(db: Connection, clinic_id: UUID, role: str) -> list[TaskView]:
    """Tasks nobody has accepted that this role may perform, earliest slot first."""
    may = any_(treatments.c.roles) == role
    return await _views(db, _q.clinic_id == clinic_id, _q.state == TaskState.REQUESTED, may)


async def of_assignee(db: Connection, clinic_id: UUID, user_id: UUID) -> list[TaskView]:
    """Tasks this member of staff has accepted and not finished, earliest slot first."""
    states = (TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.ON_HOLD)
    return await _views(db, _q.clinic_id == clinic_id, _q.assignee_id == user_id, _q.state.in_(states))


async def change(db: Connection, clinic_id: UUID, task_id: UUID, **values: Any) -> None:
    """Change a task."""
    await db.execute(update(task_queue).where(_q.clinic_id == clinic_id, _q.id == task_id).values(**values))


async def again(db: Connection, clinic_id: UUID, task_id: UUID, now: datetime) -> None:
    """A new task like this one, waiting for somebody to accept it."""
    like = select(_q.clinic_id, _q.journey_id, _q.kind, literal(now)).where(_q.clinic_id == clinic_id, _q.id == task_id)
    await db.execute(insert(task_queue).from_select(["clinic_id", "journey_id", "kind", "created_at"], like))


async def _views(db: Connection, *where: ColumnElement[bool]) -> list[TaskView]:
    rows = await db.execute(_VIEW.where(*where).order_by(_j.scheduled_at, _q.created_at, _q.id))
    return [_view(dict(row._mapping)) for row in rows]


def _view(columns: dict[str, Any]) -> TaskView:
    treatment = {"th": columns.pop("name_th"), "en": columns.pop("name_en")}
    state, roles = TaskState(columns.pop("state")), tuple(columns.pop("roles"))
    return TaskView(**columns, treatment=treatment, state=state, roles=roles)
