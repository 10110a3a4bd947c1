"""What is written down during a treatment: ticks of its protocol, lots, notes; and amendments after its end."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from domain.errors import DomainError
from domain.people.model import Role
from domain.tasks import store
from domain.tasks.held import change, lock, mine, task_view
from domain.tasks.model import Line, TaskState, TaskView
from domain.tasks.rules import check_note
from domain.unit import Unit


async def tick(unit: Unit, task_id: UUID, code: str) -> TaskView:
    """Tick a line of the protocol, or take its tick back.

    DomainErrors: those of `held.mine`, `task_not_started`, `outdated` for a line that is no longer in the protocol.
    """
    view = await _running(unit, task_id)
    line = next((line for line in view.checklist if line.code == code), None)
    if line is None:
        raise DomainError("outdated")
    if line.at is None:
        return await _tick(unit, view, [line])
    await store.untick(unit.db, unit.clinic.id, task_id, code)
    return await task_view(unit, task_id)


async def tick_rest(unit: Unit, task_id: UUID, phase: str) -> TaskView:
    """Tick all that is open in one part of the protocol. DomainErrors: those of `held.mine`, `task_not_started`."""
    view = await _running(unit, task_id)
    rest = [line for line in view.checklist if line.phase == phase and line.at is None]
    return await _tick(unit, view, rest)


async def add_lot(unit: Unit, task_id: UUID, *, lot: str, dose: str, site: str) -> TaskView:
    """One use of a product, by the one who treats. DomainErrors: those of `held.mine`, `task_not_started`."""
    view = await _running(unit, task_id)
    values = {"lot": lot.strip(), "dose": dose.strip(), "site": site.strip()}
    await store.add_lot(
        unit.db, unit.clinic.id, task_id=task_id, **values, written_by=unit.actor.user_id, written_at=unit.now
    )
    return await change(unit, view)


async def add_note(unit: Unit, task_id: UUID, *, text: str, chips: Collection[str] = ()) -> TaskView:
    """A note by the one who treats; once it is completed an amendment, by them, a doctor or a manager.

    Nothing written is ever changed. DomainErrors: `no_such_task`, `not_assignee` (by), `task_not_started`,
    `task_closed`, `note_too_short` (needed).
    """
    view = await lock(unit, task_id)
    done = view.state is TaskState.COMPLETED
    if not done:
        view = await _running(unit, task_id)
    elif view.assignee_id != unit.actor.user_id and unit.actor.role not in (Role.DOCTOR, Role.MANAGER):
        raise DomainError("not_assignee", by=view.assignee_name)
    check_note(text, len(chips))
    await store.add_note(
        unit.db,
        unit.clinic.id,
        task_id=task_id,
        kind="amendment" if done else "note",
        chips=list(chips),
        text=text.strip(),
        written_by=unit.actor.user_id,
        written_at=unit.now,
    )
    return await change(unit, view)


async def _running(unit: Unit, task_id: UUID) -> TaskView:
    view = await mine(unit, task_id)
    if view.state is TaskState.ACCEPTED:
        raise DomainError("task_not_started")
    return view


async def _tick(unit: Unit, view: TaskView, lines: Collection[Line]) -> TaskView:
    done = {"by": unit.actor.name, "user_id": str(unit.actor.user_id), "at": unit.now.isoformat()}
    await store.tick(unit.db, unit.clinic.id, view.id, {line.code: done for line in lines})
    return await task_view(unit, view.id)
