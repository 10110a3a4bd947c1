"""Use cases of tasks: offered to those who may do it, accepted by one, done and written down by that one.

The trigger `auto_assign_task` makes the row when a journey enters its stage. Starting, finishing and stopping also move
the journey, so people do that through the workflow. One file a piece: offering, doing,
handing, recording.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import DomainError
from domain.people import service as people
from domain.tasks import store
from domain.tasks.doing import (
    cancel_open,
    close_desk_tasks,
    completable,
    for_gate,
    hold,
    mark_completed,
    mark_error,
    mark_failed,
    mark_started,
    offer_again,
    release,
    release_tasks_of,
    resume,
    show_again,
    startable,
)
from domain.tasks.handing import colleagues, hand_over, refuse_hand_over, take_over
from domain.tasks.held import subject, task_facts, task_view, tell
from domain.tasks.model import Day, Override, TaskState, TaskView
from domain.tasks.offering import accept, ask_again, decline, nudge, offer
from domain.tasks.recording import add_lot, add_note, tick, tick_rest
from domain.tasks.rules import is_fit
from domain.unit import Unit

__all__ = [
    "accept",
    "add_lot",
    "add_note",
    "ask_again",
    "cancel_open",
    "close_desk_tasks",
    "colleagues",
    "completable",
    "decline",
    "for_gate",
    "hand_over",
    "hold",
    "lock_open",
    "mark_completed",
    "mark_error",
    "mark_failed",
    "mark_started",
    "my_day",
    "my_tasks",
    "nudge",
    "offer",
    "offer_again",
    "open_for_journey",
    "override",
    "refuse_hand_over",
    "release",
    "release_tasks_of",
    "resume",
    "room_for",
    "show_again",
    "startable",
    "subject",
    "take_over",
    "task_facts",
    "task_view",
    "tell",
    "tick",
    "tick_rest",
    "waiting_tasks",
]


async def open_for_journey(unit: Unit, journey_id: UUID) -> TaskView | None:
    """The task of a journey on which somebody still has to act, if there is one."""
    return await store.open_for_journey(unit.db, unit.clinic.id, journey_id)


async def lock_open(unit: Unit, journey_id: UUID) -> TaskView | None:
    """The journey's open task, locked; the caller holds the journey's lock."""
    found = await open_for_journey(unit, journey_id)
    return await store.lock(unit.db, unit.clinic.id, found.id) if found else None


async def waiting_tasks(unit: Unit) -> list[TaskView]:
    """What the actor could accept now and has not declined, earliest slot first."""
    if unit.actor.user_id is None:
        return []
    member = await people.staff(unit, unit.actor.user_id)
    declined = await store.declined_by(unit.db, unit.clinic.id, member.user_id)
    views = await store.waiting(unit.db, unit.clinic.id)
    return [view for view in views if view.id not in declined and is_fit(member, view)]


async def my_tasks(unit: Unit) -> list[TaskView]:
    """What the actor has accepted and not finished: what is under way first, then by slot; nothing for non-staff."""
    if unit.actor.user_id is None:
        return []
    views = await store.of_assignee(unit.db, unit.clinic.id, unit.actor.user_id)
    return sorted(views, key=lambda view: view.state is TaskState.ACCEPTED)


async def my_day(unit: Unit) -> Day:
    """How many tasks the actor has today by the clinic's clock, and how many of them are done."""
    if unit.actor.user_id is None:
        return Day(0, 0)
    local: datetime = unit.now.astimezone(unit.clinic.zone)
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + timedelta(days=1)
    return await store.day_of(unit.db, unit.clinic.id, unit.actor.user_id, begin, end)


async def room_for(unit: Unit, view: TaskView) -> tuple[bool, UUID | None]:
    """Whether a room is free for the task, and which: its own, else any of the branch; a branch may count none."""
    if not await store.has_rooms(unit.db, unit.clinic.id, view.branch_id):
        return True, None
    room_id = await store.free_room(unit.db, unit.clinic.id, view.branch_id, view.room_id)
    return room_id is not None, room_id


async def override(unit: Unit, view: TaskView, gate: str, reason: str) -> Override:
    """The actor answers, by name, for a red of the start gate of a locked task. Who may is the workflow's to check."""
    if unit.actor.user_id is None:
        raise DomainError("not_your_role")
    made = Override(gate, reason, unit.actor.name, unit.actor.user_id, unit.now)
    row = {"gate": gate, "reason": reason, "by": made.by, "user_id": str(made.user_id), "at": made.at.isoformat()}
    await store.override(unit.db, unit.clinic.id, view.id, row)
    return made
