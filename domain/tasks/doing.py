"""Work in somebody's hands: given back, paused, started, ended, called off.

Starting, finishing and stopping also move the journey, so people do that through the workflow, which calls the
`mark_*` functions here and holds the journey's lock.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Role
from domain.tasks import offer_store, store
from domain.tasks.held import NUDGE, change, fact_data, iso, lock, mine, replace_cards, still_here, task_view, tell
from domain.tasks.model import OPEN_STATES, TaskAction, TaskState, TaskView
from domain.tasks.offering import offer, successor
from domain.tasks.rules import check_note, missing_lines, next_task_state
from domain.unit import Unit


async def release(unit: Unit, task_id: UUID, reason: str) -> TaskView:
    """The assignee gives an accepted task back; another one is offered to the others.

    DomainErrors: those of `held.mine`, `illegal_task_move` once it has started.
    """
    view = await mine(unit, task_id)
    state = next_task_state(view.state, TaskAction.RELEASE)
    view = await change(unit, view, state=state, reason=reason, handed_to=None)
    _record_released(unit, view)
    await replace_cards(unit, view, "task.closed")
    await successor(unit, view, await people.staff(unit, _user(unit)))
    return view


async def hold(unit: Unit, task_id: UUID, reason: str) -> TaskView:
    """The assignee pauses the treatment. DomainErrors: those of `held.mine`, `illegal_task_move`."""
    view = await mine(unit, task_id)
    view = await change(unit, view, state=next_task_state(view.state, TaskAction.HOLD), reason=reason)
    unit.record("task_held", view.id, **fact_data(view))
    return view


async def resume(unit: Unit, task_id: UUID) -> TaskView:
    """The assignee goes on. DomainErrors: those of `held.mine`, `illegal_task_move`."""
    view = await mine(unit, task_id)
    view = await change(unit, view, state=next_task_state(view.state, TaskAction.RESUME), reason="")
    unit.record("task_resumed", view.id, **fact_data(view))
    return view


# With the journey


async def startable(unit: Unit, task_id: UUID) -> TaskView:
    """The task, locked, if the actor could start it now.

    DomainErrors: those of `held.mine`, `already_started` (by, at), `illegal_task_move`.
    """
    view = await mine(unit, task_id)
    if view.state in (TaskState.IN_PROGRESS, TaskState.ON_HOLD):
        raise DomainError("already_started", by=view.assignee_name, at=iso(view.started_at))
    next_task_state(view.state, TaskAction.START)
    return view


async def for_gate(unit: Unit, task_id: UUID) -> TaskView:
    """The task, locked, if somebody has accepted and not started it: others may answer for a red of its gate.

    DomainErrors: `no_such_task`, `task_not_accepted`, `already_started` (by, at), `task_closed`.
    """
    view = await lock(unit, task_id)
    if view.state is TaskState.REQUESTED:
        raise DomainError("task_not_accepted")
    if view.state in (TaskState.IN_PROGRESS, TaskState.ON_HOLD):
        raise DomainError("already_started", by=view.assignee_name, at=iso(view.started_at))
    next_task_state(view.state, TaskAction.START)
    return view


async def mark_started(unit: Unit, task_id: UUID, at: datetime, room_id: UUID | None = None) -> TaskView:
    """Accepted becomes in progress, by the one who accepted. DomainErrors: those of `startable`."""
    view = await startable(unit, task_id)
    return await change(unit, view, state=TaskState.IN_PROGRESS, started_at=at, room_id=room_id, handed_to=None)


async def completable(unit: Unit, task_id: UUID) -> TaskView:
    """The task, locked, if the actor could complete it now but for the note.

    DomainErrors: those of `held.mine`, `task_not_started`, `illegal_task_move`, `checklist_open` (lines: their names
    in both languages), `lot_needed`.
    """
    view = await mine(unit, task_id)
    if view.state is TaskState.ACCEPTED:
        raise DomainError("task_not_started")
    next_task_state(view.state, TaskAction.COMPLETE)
    if missing := missing_lines(view.checklist):
        raise DomainError("checklist_open", lines=[{"th": line.th, "en": line.en} for line in missing])
    if view.lot_required and not view.lots:
        raise DomainError("lot_needed")
    return view


async def mark_completed(unit: Unit, task_id: UUID, note: str, at: datetime, chips: tuple[str, ...] = ()) -> TaskView:
    """In progress becomes completed, with a note: one ready-made phrase or 10 characters, unless one is there already.

    DomainErrors: those of `completable`, `note_too_short` (needed).
    """
    view = await completable(unit, task_id)
    if note.strip() or chips or not view.notes:
        check_note(note, len(chips))
        await store.add_note(
            unit.db,
            unit.clinic.id,
            task_id=view.id,
            kind="note",
            chips=list(chips),
            text=note.strip(),
            written_by=_user(unit),
            written_at=at,
        )
    return await change(unit, view, state=TaskState.COMPLETED, completed_at=at, handed_to=None)


async def mark_failed(unit: Unit, task_id: UUID, reason: str) -> TaskView:
    """A treatment under way is stopped by the one who does it; a paused one goes on first.

    DomainErrors: those of `held.mine`, `task_not_started`.
    """
    view = await mine(unit, task_id)
    if view.state is TaskState.ACCEPTED:
        raise DomainError("task_not_started")
    running = next_task_state(view.state, TaskAction.RESUME) if view.state is TaskState.ON_HOLD else view.state
    state = next_task_state(running, TaskAction.FAIL)
    view = await change(unit, view, state=state, reason=reason, handed_to=None)
    unit.record("task_failed", view.id, **fact_data(view))
    return view


# Calling off


async def mark_error(unit: Unit, task_id: UUID, reason: str) -> TaskView:
    """A manager says that the task should never have existed; one under way is stopped by its performer first.

    DomainErrors: `no_such_task`, `not_your_role`, `treatment_running` (by), `task_closed`.
    """
    if unit.actor.role != Role.MANAGER:
        raise DomainError("not_your_role")
    view = await lock(unit, task_id)
    if view.state in (TaskState.IN_PROGRESS, TaskState.ON_HOLD):
        raise DomainError("treatment_running", by=view.assignee_name)
    closed = await _close(unit, view, next_task_state(view.state, TaskAction.MARK_ERROR), reason)
    if view.state is TaskState.ACCEPTED:
        _record_released(unit, closed)
    return closed


async def cancel_open(unit: Unit, journey_id: UUID, reason: str = "", *, told: bool = False) -> int:
    """Call off every open task of a journey, whose lock the caller holds; returns how many.

    Offers end, cards change, and whoever had accepted is told, unless something else has `told` them already.
    """
    views = await store.open_of_journey(unit.db, unit.clinic.id, journey_id)
    count = 0
    for view in views:
        held = await lock(unit, view.id)
        if held.state in OPEN_STATES:
            await _close(unit, held, next_task_state(held.state, TaskAction.CANCEL), reason, told=told)
            count += 1
    if count < len(views):  # given back while the lock was waited for: there is another one in its place
        count += await cancel_open(unit, journey_id, reason, told=told)
    return count


async def close_desk_tasks(unit: Unit, journey_id: UUID, *, done: bool) -> None:
    """The journey leaves its stage: what that asked of the desk is `done`, or called off with the journey."""
    state = TaskState.COMPLETED if done else TaskState.CANCELLED
    by = {"assignee_id": unit.actor.user_id, "completed_at": unit.now}
    await store.close_desk_tasks(unit.db, unit.clinic.id, journey_id, state=state, **by)


async def offer_again(unit: Unit, view: TaskView, room_id: UUID | None) -> None:
    """The time and `room_id` of a locked task are new, and nobody has it then: who is free is asked.

    Offers of before lose their buttons; whoever had accepted it is told that it is theirs no more.
    """
    if view.assignee_id is None:
        await replace_cards(unit, await task_view(unit, view.id), "task.taken")
    else:
        closed = await _close(unit, view, next_task_state(view.state, TaskAction.RELEASE), "")
        _record_released(unit, closed)
    await offer(unit, view.journey_id, room_id)


async def release_tasks_of(unit: Unit, user_id: UUID) -> list[TaskView]:
    """A member of staff may not do it any more: what they accepted is offered to others; returns what is under way."""
    under_way = []
    for seen in await store.of_assignee(unit.db, unit.clinic.id, user_id):
        view = await lock(unit, seen.id)
        if view.assignee_id == user_id and view.state is TaskState.ACCEPTED:
            await offer_again(unit, view, view.room_id)
        elif view.assignee_id == user_id and view.state in (TaskState.IN_PROGRESS, TaskState.ON_HOLD):
            under_way.append(view)
    return under_way


async def show_again(unit: Unit, view: TaskView, room_id: UUID | None) -> None:
    """The time and `room_id` of a locked task are new: the cards of who has it say so, else it is offered again."""
    if view.assignee_id is None:
        await offer_again(unit, view, room_id)
        return
    await store.change(unit.db, unit.clinic.id, view.id, room_id=room_id)
    await replace_cards(unit, await task_view(unit, view.id), "task.taken")


async def _close(unit: Unit, view: TaskView, state: TaskState, reason: str, *, told: bool = False) -> TaskView:
    view = await change(unit, view, state=state, reason=reason, handed_to=None)
    await offer_store.expire(unit.db, unit.clinic.id, view.id, unit.now)
    unit.cancel_timer(NUDGE, view.id)
    unit.record("task_cancelled", view.id, **fact_data(view, state=state))
    await replace_cards(unit, view, "task.closed")
    if view.assignee_id not in (None, unit.actor.user_id) and not told:
        await tell(unit, view, await still_here(unit, view.assignee_id), "task.closed")
    return view


def _record_released(unit: Unit, view: TaskView) -> None:
    """Whoever had accepted it has it no more."""
    unit.record("task_released", view.id, **fact_data(view, user_id=str(view.assignee_id)))


def _user(unit: Unit) -> UUID:
    if unit.actor.user_id is None:
        raise DomainError("not_your_role")
    return unit.actor.user_id
