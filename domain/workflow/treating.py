"""The treatment itself: started, finished or stopped by whoever accepted its task (T7, T8, T15)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.errors import DomainError
from domain.payments import service as payments
from domain.tasks import service as tasks
from domain.tasks.model import TaskView
from domain.unit import Unit
from domain.workflow.gate import asked
from domain.workflow.model import Action, Journey
from domain.workflow.moves import lock, move
from domain.workflow.visiting import break_off


class StopReason(StrEnum):
    """Why a treatment under way is stopped (T15)."""

    MEDICAL = "medical"
    DEVICE = "device"
    CUSTOMER = "customer"


async def start_treatment(unit: Unit, task_id: UUID) -> TaskView:
    """Whoever accepted the task starts the treatment (T7), once every light of the start gate is green.

    Who answered for a red goes into the audit trail. DomainErrors: `no_such_task`, `task_not_accepted`, `not_assignee`
    (by), `already_started` and `already_completed` (by, at), `start_blocked` (gates), `illegal_move`, `not_your_role`.
    """
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    gate = await asked(unit, journey, await tasks.startable(unit, task_id))
    if gate.reds:
        raise DomainError("start_blocked", gates=[check.gate for check in gate.reds])
    task = await tasks.mark_started(unit, task_id, unit.now, gate.room_id)
    given = [check.override for check in gate.checks if check.override is not None]
    overrides = [{"gate": o.gate, "reason": o.reason, "by": o.by, "user_id": str(o.user_id)} for o in given]
    await move(unit, journey, Action.START, data={"overrides": overrides} if overrides else None)
    unit.record("treatment_started", journey.id, **_work_facts(journey, task))
    return task


async def complete_treatment(unit: Unit, task_id: UUID, note: str, chips: tuple[str, ...] = ()) -> TaskView:
    """Whoever started the treatment finishes it (T8): protocol ticked, lots written down, a note.

    DomainErrors: `no_such_task`, `task_not_accepted`, `task_not_started`, `not_assignee` (by), `already_completed`
    (by, at), `checklist_open` (lines), `lot_needed`, `note_too_short` (needed), `illegal_move`, `not_your_role`.
    """
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    task = await tasks.mark_completed(unit, task_id, note, unit.now, chips)
    await move(unit, journey, Action.COMPLETE)
    paid = await payments.paid_so_far(unit, journey.id)
    money = {"agreed_satang": journey.agreed_satang, "paid_satang": paid}
    unit.record("treatment_completed", journey.id, **_work_facts(journey, task), **money)
    return task


async def abort_treatment(unit: Unit, task_id: UUID, reason: StopReason, *, stays: bool, words: str = "") -> TaskView:
    """The one who treats stops it (T15): the session is not used, and the journey waits for its treatment again.

    `stays`: the customer is still here, so another task is offered at once; else this time is over as well (T12), and
    the desk finds another one.
    `words` is what the assignee wrote. DomainErrors: those of `tasks.mark_failed`, `illegal_move`, `not_your_role`.
    """
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    task = await tasks.mark_failed(unit, task_id, ": ".join(filter(None, (reason, words.strip()))))
    await move(unit, journey, Action.ABORT, reason=reason)
    facts = {**_work_facts(journey, task), "reason": str(reason), "stays": stays}
    unit.record("treatment_aborted", journey.id, **facts)
    if not stays:
        await break_off(unit, await lock(unit, journey.id), reason)
    return task


def _work_facts(journey: Journey, task: TaskView) -> Mapping[str, Any]:
    """Ids, and the hand-off clock: accepted and started as text."""
    clock = {name: at.isoformat() for name in ("accepted_at", "started_at") if (at := getattr(task, name))}
    return {
        "journey_id": str(journey.id),
        "customer_id": str(journey.customer_id),
        "task_id": str(task.id),
        "performer_id": str(task.assignee_id),
        **clock,
    }
