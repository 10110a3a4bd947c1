"""The start gate: what must be true before a treatment begins, all of it checked at once, and who may answer for a red.

Paid, arrived, consent, contraindications, licence, room (PRODUCT B-14). Two reds are put right rather than overridden:
the customer arrives, or signs. Nobody answers for a missing consent or licence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.appointments import service as appointments
from domain.errors import DomainError
from domain.payments import service as payments
from domain.people import service as people
from domain.people.model import PERFORMERS, Role
from domain.tasks import service as tasks
from domain.tasks.model import Override, TaskView
from domain.tasks.rules import lacks_licence
from domain.unit import Unit
from domain.workflow.model import Journey
from domain.workflow.moves import lock
from domain.workflow.visiting import arrive

HEALTH: Final = "health_record"
"""The consent without which nobody is treated."""


class Gate(StrEnum):
    """One question of the gate. Stored with overrides; the order is that of the card and of its buttons."""

    PAID = "paid"
    ARRIVED = "arrived"
    CONSENT = "consent"
    CONTRAINDICATION = "contraindication"
    LICENCE = "licence"
    ROOM = "room"


ANSWERS_FOR: Final = {
    Gate.PAID: frozenset({Role.MANAGER}),
    Gate.CONTRAINDICATION: frozenset({Role.DOCTOR}),
    Gate.ROOM: PERFORMERS,
}
"""Who may override a red by name; the others are put right or stay red."""


@dataclass(frozen=True, slots=True)
class Check:
    """One answer: `ok` is green, by itself or because `override` says who answers for it.

    `due_satang` is what is missing of the agreed minimum; `refused`: the customer said no to this consent.
    """

    gate: Gate
    ok: bool
    override: Override | None = None
    due_satang: int = 0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The gate as it stands, in its order, with the task and the room in which it would start."""

    task: TaskView
    checks: tuple[Check, ...]
    room_id: UUID | None

    @property
    def reds(self) -> tuple[Check, ...]:
        """What still stands in the way."""
        return tuple(check for check in self.checks if not check.ok)


async def start_gate(unit: Unit, task_id: UUID) -> Answer:
    """The gate of a task that the actor has accepted. DomainErrors: those of `tasks.startable`, `no_such_journey`."""
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    return await asked(unit, journey, await tasks.startable(unit, task_id))


async def asked(unit: Unit, journey: Journey, task: TaskView) -> Answer:
    """The gate of a locked journey and its locked task, for its assignee."""
    given = {override.gate: override for override in task.overrides}
    needed = journey.agreed_satang if journey.minimum_satang is None else journey.minimum_satang
    due = max(0, needed - await payments.paid_so_far(unit, journey.id))
    consent = await people.consent_now(unit, journey.customer_id, HEALTH)
    blocked = any(alert.blocks for alert in task.alerts)
    member = await people.staff(unit, task.assignee_id) if task.assignee_id else None
    free, room_id = await tasks.room_for(unit, task)
    answers = (
        Check(Gate.PAID, due == 0, due_satang=due),
        Check(Gate.ARRIVED, journey.arrived_at is not None),
        Check(Gate.CONSENT, consent is True, refused=consent is False),
        Check(Gate.CONTRAINDICATION, not blocked),
        Check(Gate.LICENCE, member is not None and not lacks_licence(member, task.roles)),
        Check(Gate.ROOM, free),
    )
    return Answer(task, tuple(_with(check, given.get(check.gate)) for check in answers), room_id)


async def they_are_here(unit: Unit, task_id: UUID) -> None:
    """The one who treats sees the customer: their arrival is written down, once. DomainErrors: as `start_gate`."""
    journey = await lock(unit, (await tasks.task_view(unit, task_id)).journey_id)
    await tasks.startable(unit, task_id)
    appointment = await appointments.live(unit, journey.id)
    if journey.arrived_at is None and appointment is not None:
        await arrive(unit, appointment.id, at=appointment.starts_at)


async def signed_on_paper(unit: Unit, task_id: UUID, *, language: str, text: str) -> None:
    """The customer has signed the consent to health data on paper. DomainErrors: as `start_gate`, `not_your_role`."""
    task = await tasks.startable(unit, task_id)
    await people.record_paper_consent(unit, task.customer_id, purpose=HEALTH, language=language, text=text)


async def answer_for(unit: Unit, task_id: UUID, gate: Gate, reason: str) -> TaskView:
    """Somebody answers for a red by name, with a reason; it is kept with the start, and the assignee is told.

    DomainErrors: `no_such_task`, `not_your_role`, `task_not_accepted`, `already_started` (by, at), `task_closed`.
    """
    if unit.actor.role not in ANSWERS_FOR.get(gate, ()):
        raise DomainError("not_your_role")
    task = await tasks.task_view(unit, task_id)
    await lock(unit, task.journey_id)
    task = await tasks.for_gate(unit, task_id)
    if gate is Gate.ROOM and task.assignee_id != unit.actor.user_id:
        raise DomainError("not_assignee", by=task.assignee_name)
    if all(known.gate != gate for known in task.overrides):
        await tasks.override(unit, task, gate, reason)
    task = await tasks.task_view(unit, task_id)
    if task.assignee_id is not None and task.assignee_id != unit.actor.user_id:
        assignee = await people.staff(unit, task.assignee_id)
        await tasks.tell(unit, task, [assignee], "task.cleared", gate=gate, by=unit.actor.name, why=reason)
    return task


async def ask_for(unit: Unit, task_id: UUID, gate: Gate) -> TaskView:
    """Ask those on duty who may answer for a red. DomainErrors: as `tasks.startable`, `nobody_on_duty`."""
    task = await tasks.startable(unit, task_id)
    staff = await people.staff_of_role(unit, ANSWERS_FOR.get(gate, ()), task.branch_id)
    members = [member for member in staff if member.on_duty and member.user_id != unit.actor.user_id]
    if not await tasks.tell(unit, task, members, "task.asked", gate=gate, by=unit.actor.name):
        raise DomainError("nobody_on_duty")
    return task


def _with(check: Check, override: Override | None) -> Check:
    if check.ok or override is None:
        return check
    return Check(check.gate, True, override, check.due_satang, check.refused)
