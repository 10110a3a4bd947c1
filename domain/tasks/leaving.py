"""What becomes of tasks when their performer leaves, or when the treatment does not take place.

Public through `domain.tasks.service`.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.notifications import service as notifications
from domain.people import service as people
from domain.tasks import store
from domain.tasks.model import OPEN_STATES, TaskAction, TaskState, TaskView
from domain.tasks.rules import next_task_state
from domain.unit import Unit


async def release_tasks_of(unit: Unit, user_id: UUID) -> tuple[list[TaskView], list[TaskView]]:
    """Release what this member has accepted and not begun; a new task stands in its place, to be offered.

    Returns (those released, those under way, which somebody has to finish).
    """
    released, under_way = [], []
    for seen in await store.of_assignee(unit.db, unit.clinic.id, user_id):
        view = await store.lock(unit.db, unit.clinic.id, seen.id)
        if view is None or view.assignee_id != user_id:
            continue
        if view.state is TaskState.ACCEPTED:
            state = next_task_state(view.state, TaskAction.RELEASE)
            await store.change(unit.db, unit.clinic.id, view.id, state=state, version=view.version + 1)
            await store.again(unit.db, unit.clinic.id, view.id, unit.now)
            unit.record("task_released", view.id, journey_id=str(view.journey_id), user_id=str(user_id))
            released.append(view)
        elif view.state in (TaskState.IN_PROGRESS, TaskState.ON_HOLD):
            under_way.append(view)
    return released, under_way


async def call_off_tasks(unit: Unit, journey_id: UUID) -> None:
    """The treatment does not take place: its open task is over, every card says so, and whoever had it is told.

    The caller holds the journey's lock.
    """
    seen = await store.open_for_journey(unit.db, unit.clinic.id, journey_id)
    view = await store.lock(unit.db, unit.clinic.id, seen.id) if seen else None
    if view is None or view.state not in OPEN_STATES:
        return
    state = next_task_state(view.state, TaskAction.CANCEL)
    await store.change(unit.db, unit.clinic.id, view.id, state=state, version=view.version + 1)
    facts = notifications.plain(replace(view, state=state, version=view.version + 1))
    await notifications.replace(unit, f"task:{view.id}", "task.taken", facts)
    staff = await people.staff_of_role(unit, view.roles)
    theirs = [member.person_id for member in staff if member.user_id == view.assignee_id]
    await notifications.notify(unit, theirs, "task.taken", facts)
