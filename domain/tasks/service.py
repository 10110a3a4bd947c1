"""Use cases of tasks: offered to everybody who may do it, accepted by one, started and finished by that one.

The trigger `auto_assign_task` makes the row when a journey enters its stage. Starting and finishing also move the
journey, so people do that through the workflow, which calls `mark_started` and `mark_completed` here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import DomainError
from domain.notifications import service as notifications
from domain.people import service as people
from domain.people.model import Role
from domain.tasks import store
from domain.tasks.leaving import call_off_tasks, release_tasks_of
from domain.tasks.model import TaskAction, TaskState, TaskView
from domain.tasks.rules import accept_window, check_note, next_task_state
from domain.unit import Unit

__all__ = [
    "accept",
    "call_off_tasks",
    "completable",
    "mark_completed",
    "mark_started",
    "my_tasks",
    "offer",
    "open_for_journey",
    "release_tasks_of",
    "subject",
    "task_facts",
    "task_view",
    "waiting_tasks",
]


async def task_view(unit: Unit, task_id: UUID) -> TaskView:
    """One task, else DomainError `no_such_task`."""
    return _found(await store.view(unit.db, unit.clinic.id, task_id))


async def open_for_journey(unit: Unit, journey_id: UUID) -> TaskView | None:
    """The task of a journey on which somebody still has to act, if there is one."""
    return await store.open_for_journey(unit.db, unit.clinic.id, journey_id)


async def waiting_tasks(unit: Unit) -> list[TaskView]:
    """What the actor could accept now, earliest slot first."""
    return await store.waiting(unit.db, unit.clinic.id, unit.actor.role)


async def my_tasks(unit: Unit) -> list[TaskView]:
    """What the actor has accepted and not finished, earliest slot first; nothing for people who are not staff."""
    if unit.actor.user_id is None:
        return []
    return await store.of_assignee(unit.db, unit.clinic.id, unit.actor.user_id)


async def offer(unit: Unit, journey_id: UUID) -> None:
    """Offer a journey's waiting task to all staff who may perform it; if none can be reached, tell the managers."""
    view = await open_for_journey(unit, journey_id)
    if view is None or view.state is not TaskState.REQUESTED:
        return
    accept_by = unit.now + accept_window(unit.now, view.scheduled_at)
    await store.change(unit.db, unit.clinic.id, view.id, accept_by=accept_by)
    view = await task_view(unit, view.id)
    if not await _tell(unit, view, view.roles, "task.offer"):
        await _tell(unit, view, (Role.MANAGER,), "task.unclaimed")


async def accept(unit: Unit, task_id: UUID) -> TaskView:
    """The actor takes the task; the first one wins, and everybody's card says so.

    A second press by the same person changes nothing. DomainErrors: `no_such_task`, `not_your_role`,
    `task_taken` (by, at), `task_closed`.
    """
    view = _found(await store.lock(unit.db, unit.clinic.id, task_id))
    me = unit.actor.user_id
    if me is None or unit.actor.role not in view.roles:
        raise DomainError("not_your_role")
    if view.assignee_id == me:
        return view
    if view.assignee_id is not None:
        raise DomainError("task_taken", by=view.assignee_name, at=_iso(view.accepted_at))
    state = next_task_state(view.state, TaskAction.ACCEPT)
    view = await _change(unit, view, state=state, assignee_id=me, accepted_at=unit.now)
    unit.record("task_accepted", view.id, journey_id=str(view.journey_id), user_id=str(me))
    await notifications.replace(unit, subject(view.id), "task.taken", task_facts(view))
    return view


async def mark_started(unit: Unit, task_id: UUID, at: datetime) -> TaskView:
    """Accepted becomes in progress, by the one who accepted. The caller holds the journey's lock.

    DomainErrors: `no_such_task`, `task_not_accepted`, `not_assignee` (by), `already_started` and
    `already_completed` (by, at), `task_closed`.
    """
    view = await _mine(unit, task_id)
    if view.state in (TaskState.IN_PROGRESS, TaskState.ON_HOLD):
        raise DomainError("already_started", by=view.assignee_name, at=_iso(view.started_at))
    state = next_task_state(view.state, TaskAction.START)
    return await _change(unit, view, state=state, started_at=at)


async def mark_completed(unit: Unit, task_id: UUID, note: str, at: datetime) -> TaskView:
    """In progress becomes completed, with a note of at least 10 characters. The caller holds the journey's lock.

    DomainErrors: `no_such_task`, `task_not_accepted`, `task_not_started`, `not_assignee` (by),
    `already_completed` (by, at), `note_too_short` (needed), `task_closed`.
    """
    view = await completable(unit, task_id)
    check_note(note)
    return await _change(unit, view, state=TaskState.COMPLETED, completed_at=at, note=note.strip())


async def completable(unit: Unit, task_id: UUID) -> TaskView:
    """The task, locked, if the actor could complete it now; the DomainErrors of `mark_completed` otherwise."""
    view = await _mine(unit, task_id)
    if view.state is TaskState.ACCEPTED:
        raise DomainError("task_not_started")
    next_task_state(view.state, TaskAction.COMPLETE)
    return view


def task_facts(view: TaskView) -> dict[str, Any]:
    """A task as notices carry it: every field, ids and moments as text."""
    return notifications.plain(view)


def subject(task_id: UUID) -> str:
    """What cards about this task are filed under, so that they can be replaced."""
    return f"task:{task_id}"


async def _mine(unit: Unit, task_id: UUID) -> TaskView:
    """The task, locked, if the actor has accepted it and it is not finished."""
    view = _found(await store.lock(unit.db, unit.clinic.id, task_id))
    if view.assignee_id is None:
        raise DomainError("task_not_accepted" if view.state is TaskState.REQUESTED else "task_closed")
    if view.assignee_id != unit.actor.user_id:
        raise DomainError("not_assignee", by=view.assignee_name)
    if view.state is TaskState.COMPLETED:
        raise DomainError("already_completed", by=view.assignee_name, at=_iso(view.completed_at))
    return view


async def _change(unit: Unit, view: TaskView, **values: Any) -> TaskView:
    await store.change(unit.db, unit.clinic.id, view.id, version=view.version + 1, **values)
    return await task_view(unit, view.id)


async def _tell(unit: Unit, view: TaskView, roles: tuple[str, ...], kind: str) -> int:
    staff = await people.staff_of_role(unit, roles)
    persons = [member.person_id for member in staff]
    return await notifications.notify(unit, persons, kind, task_facts(view), subject=subject(view.id))


def _found(view: TaskView | None) -> TaskView:
    if view is None:
        raise DomainError("no_such_task")
    return view


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
