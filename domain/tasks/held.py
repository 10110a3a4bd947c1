"""How a task is held, changed and told: locked, checked by the rules, a version up; used by all use cases here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.notifications import service as notifications
from domain.people import service as people
from domain.people.model import PERFORMERS, Staff
from domain.tasks import store
from domain.tasks.model import OPEN_STATES, TaskState, TaskView
from domain.unit import Unit

NUDGE: Final = "task.nudge"
"""The timer of a task that waits for somebody to accept it."""


async def task_view(unit: Unit, task_id: UUID) -> TaskView:
    """One task, else DomainError `no_such_task`."""
    return found(await store.view(unit.db, unit.clinic.id, task_id))


async def lock(unit: Unit, task_id: UUID) -> TaskView:
    """The task, held until the unit ends, else DomainError `no_such_task`."""
    return found(await store.lock(unit.db, unit.clinic.id, task_id))


async def mine(unit: Unit, task_id: UUID) -> TaskView:
    """The task, locked, if the actor has accepted it and it is not finished.

    DomainErrors: `no_such_task`, `task_not_accepted`, `task_closed`, `not_assignee` (by), `already_completed` (by, at).
    """
    view = await lock(unit, task_id)
    if view.assignee_id is None:
        raise DomainError("task_not_accepted" if view.state is TaskState.REQUESTED else "task_closed")
    if view.assignee_id != unit.actor.user_id:
        raise DomainError("not_assignee", by=view.assignee_name)
    if view.state is TaskState.COMPLETED:
        raise DomainError("already_completed", by=view.assignee_name, at=iso(view.completed_at))
    if view.state not in OPEN_STATES:
        raise DomainError("task_closed")
    return view


async def change(unit: Unit, view: TaskView, **values: Any) -> TaskView:
    """Change a locked task; it is a version up."""
    await store.change(unit.db, unit.clinic.id, view.id, version=view.version + 1, **values)
    return await task_view(unit, view.id)


async def tell(unit: Unit, view: TaskView, members: Collection[Staff], kind: str, **more: Any) -> int:
    """A notice about the task to these people; returns how many can be reached.

    Beauticians and doctors get it with what is medical, others without (PRODUCT C11).
    """
    reached = 0
    for medical in (True, False):
        persons = [member.person_id for member in members if (member.role in PERFORMERS) is medical]
        facts = {**task_facts(view, medical=medical), **more}
        reached += await notifications.notify(unit, persons, kind, facts, subject=subject(view.id))
    return reached


async def still_here(unit: Unit, user_id: UUID) -> list[Staff]:
    """The member of staff, unless they have left meanwhile."""
    try:
        return [await people.staff(unit, user_id)]
    except DomainError:
        return []


async def replace_cards(unit: Unit, view: TaskView, kind: str, *, person_id: UUID | None = None) -> None:
    """Every card about the task (of one person) says how it stands now; nothing medical, whoever has it."""
    facts = task_facts(view, medical=False)
    await notifications.replace(unit, subject(view.id), kind, facts, person_id=person_id)


def task_facts(view: TaskView, *, medical: bool = True) -> dict[str, Any]:
    """A task as notices carry it: every field, ids and moments as text.

    Without what is `medical` (for sales and managers) the alerts are a number, `alerts_hidden`.
    """
    if medical:
        return notifications.plain(view)
    bare = replace(view, alerts=(), notes=(), lots=(), overrides=(), adverse_open=False)
    return {**notifications.plain(bare), "alerts_hidden": len(view.alerts) + view.adverse_open}


def subject(task_id: UUID) -> str:
    """What cards about this task are filed under, so that they can be replaced."""
    return f"task:{task_id}"


def fact_data(view: TaskView, **more: Any) -> dict[str, Any]:
    """What every fact about a task says."""
    return {"task_id": str(view.id), "journey_id": str(view.journey_id), "customer_id": str(view.customer_id), **more}


def found(view: TaskView | None) -> TaskView:
    """The task, else DomainError `no_such_task`."""
    if view is None:
        raise DomainError("no_such_task")
    return view


def iso(at: datetime | None) -> str | None:
    """A moment as refusals carry it."""
    return at.isoformat() if at else None
