"""A task handed to a colleague as it is, with its ticks, lots and notes: theirs once they accept, and not before."""

from __future__ import annotations

from uuid import UUID

from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Role, Staff
from domain.tasks.held import change, fact_data, lock, mine, replace_cards, still_here, tell
from domain.tasks.model import HELD_STATES, TaskView
from domain.tasks.rules import check_fit, is_fit
from domain.unit import Unit


async def colleagues(unit: Unit, view: TaskView) -> list[Staff]:
    """Who could take the actor's task over: on duty, and may do it."""
    staff = await people.staff_of_role(unit, view.roles, view.branch_id)
    return [m for m in staff if m.on_duty and m.user_id != unit.actor.user_id and is_fit(m, view)]


async def hand_over(unit: Unit, task_id: UUID, user_id: UUID) -> TaskView:
    """The assignee asks a colleague to take the task over, as it is; until they accept it stays where it is.

    A manager does so for a treatment under way whose assignee has left. DomainErrors: those of `held.mine`,
    `colleague_unfit` for somebody off duty or not fit, or out of reach.
    """
    view = await _to_give(unit, task_id)
    found = [member for member in await colleagues(unit, view) if member.user_id == user_id]
    if not found:
        raise DomainError("colleague_unfit")
    view = await change(unit, view, handed_to=user_id)
    if not await tell(unit, view, found, "task.handover", by=unit.actor.name):
        raise DomainError("colleague_unfit")
    return view


async def take_over(unit: Unit, task_id: UUID) -> TaskView:
    """The colleague who was asked has the task from now on, with its ticks, lots and notes.

    The appointment goes with it. DomainErrors: `no_such_task`, `not_handed_to_you` (by), `task_closed`, those of
    `rules.check_fit`, `busy_then` (at) for other work at that time.
    """
    view = await _handed(unit, task_id)
    colleague = await people.staff(unit, _me(unit))
    check_fit(colleague, view)
    before = view.assignee_id
    view = await change(unit, view, assignee_id=colleague.user_id, handed_to=None)
    unit.record("task_handed_over", view.id, **fact_data(view, before=str(before), user_id=str(view.assignee_id)))
    await replace_cards(unit, view, "task.taken")
    if before is not None:
        await tell(unit, view, await still_here(unit, before), "task.handed")
    return view


async def refuse_hand_over(unit: Unit, task_id: UUID) -> TaskView:
    """The colleague who was asked cannot; the first one keeps the task and hears of it. DomainErrors as `take_over`.

    Where the first one has left the managers hear of it, who ask somebody else.
    """
    view = await _handed(unit, task_id)
    view = await change(unit, view, handed_to=None)
    if view.orphaned:
        await tell(unit, view, await people.staff_of_role(unit, (Role.MANAGER,)), "task.kept", by=unit.actor.name)
    elif view.assignee_id is not None:
        await tell(unit, view, await still_here(unit, view.assignee_id), "task.kept", by=unit.actor.name)
    return view


async def _to_give(unit: Unit, task_id: UUID) -> TaskView:
    """The task, locked, if the actor may pass it on: their own, or for a manager one whose assignee has left."""
    if unit.actor.role == Role.MANAGER:
        view = await lock(unit, task_id)
        if view.orphaned:
            return view
    return await mine(unit, task_id)


async def _handed(unit: Unit, task_id: UUID) -> TaskView:
    view = await lock(unit, task_id)
    if view.state not in HELD_STATES:
        raise DomainError("task_closed")
    if view.handed_to is None or view.handed_to != unit.actor.user_id:
        raise DomainError("not_handed_to_you", by=view.assignee_name)
    return view


def _me(unit: Unit) -> UUID:
    if unit.actor.user_id is None:
        raise DomainError("not_your_role")
    return unit.actor.user_id
