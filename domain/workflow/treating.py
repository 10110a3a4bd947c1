"""The treatment itself: started and finished by whoever accepted its task (T7, T8)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from domain.payments import service as payments
from domain.tasks import service as tasks
from domain.tasks.model import TaskView
from domain.unit import Unit
from domain.workflow.model import Action, Journey
from domain.workflow.moves import lock, move


async def start_treatment(unit: Unit, task_id: UUID) -> TaskView:
    """Whoever accepted the task starts the treatment (T7).

    DomainErrors: `no_such_task`, `task_not_accepted`, `not_assignee` (by), `already_started` and
    `already_completed` (by, at), `illegal_move`, `not_your_role`.
    """
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    task = await tasks.mark_started(unit, task_id, unit.now)
    await move(unit, journey, Action.START)
    unit.record("treatment_started", journey.id, **_work_facts(journey, task))
    return task


async def complete_treatment(unit: Unit, task_id: UUID, note: str) -> TaskView:
    """Whoever started the treatment finishes it, with a note (T8).

    DomainErrors: `no_such_task`, `task_not_accepted`, `task_not_started`, `not_assignee` (by),
    `already_completed` (by, at), `note_too_short` (needed), `illegal_move`, `not_your_role`.
    """
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    task = await tasks.mark_completed(unit, task_id, note, unit.now)
    await move(unit, journey, Action.COMPLETE)
    paid = await payments.paid_so_far(unit, journey.id)
    money = {"agreed_satang": journey.agreed_satang, "paid_satang": paid}
    unit.record("treatment_completed", journey.id, **_work_facts(journey, task), **money)
    return task


def _work_facts(journey: Journey, task: TaskView) -> Mapping[str, str]:
    return {
        "journey_id": str(journey.id),
        "customer_id": str(journey.customer_id),
        "task_id": str(task.id),
        "performer_id": str(task.assignee_id),
    }
