"""A time kept for somebody who has not paid yet: it becomes the booking with the payment, or lapses."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.appointments import service as appointments
from domain.appointments.model import Appointment, AppointmentState
from domain.appointments.rules import HOLD, missed_at
from domain.errors import DomainError
from domain.people.model import Role
from domain.unit import Unit
from domain.workflow.model import Action, JourneyView, Stage
from domain.workflow.moves import journey_view, lock, role
from domain.workflow.proposing import plan_lines
from domain.workflow.scheduling import set_time, visit_facts, wish_of

HOLDABLE: Final = frozenset({Stage.LEAD, Stage.SCANNED, Stage.PROPOSAL_SENT})


async def hold_time(
    unit: Unit, journey_id: UUID, *, version: int, at: datetime, performer_id: UUID | None = None
) -> JourneyView:
    """Keep a time for an unpaid journey, for a day but no longer than until it begins; one that it had is given up.

    DomainErrors: `no_such_journey`, `not_your_role`, `outdated`, `illegal_move`, and those of `appointments.book`.
    """
    if role(unit) not in (Role.SALES, Role.MANAGER):
        raise DomainError("not_your_role")
    journey = await lock(unit, journey_id)
    if journey.version != version:
        raise DomainError("outdated")
    if journey.stage not in HOLDABLE:
        raise DomainError("illegal_move", stage=journey.stage, action=Action.SCHEDULE)
    await appointments.release(unit, journey.id)
    held = await appointments.book(
        unit,
        await wish_of(unit, journey, performer_id),
        at,
        journey_id=journey.id,
        customer_id=journey.customer_id,
        held_until=min(unit.now + HOLD, at),
    )
    unit.record("time_held", held.id, **visit_facts(held))
    return await journey_view(unit, journey_id)


async def book_held(unit: Unit, journey_id: UUID) -> None:
    """The payment is complete: the time that was kept is booked (T5), in the name of who confirmed the payment.

    A time that was kept for something that is not in the plan, as the plan changed meanwhile, is free again.
    """
    journey = await lock(unit, journey_id)
    held = await appointments.lock_live(unit, journey_id)
    if journey.stage is not Stage.PAYMENT_CONFIRMED or held is None or held.state is not AppointmentState.HELD:
        return
    if held.treatment_id not in {line.treatment_id for line in await plan_lines(unit, journey_id)}:
        await _lapse(unit, held, paid=True)
        return
    await appointments.change(unit, held, state=AppointmentState.BOOKED, held_until=None)
    unit.cancel_timer("appointment.lapse", held.id)
    unit.set_timer("appointment.no_show", held.id, missed_at(held.starts_at, 0))
    await set_time(unit, journey, Action.SCHEDULE, await appointments.view(unit, held.id))


async def lapse_hold(unit: Unit, appointment_id: UUID) -> None:
    """The timer: a time that is still only kept is free again."""
    await lock(unit, await appointments.journey_of(unit, appointment_id))
    seen = await appointments.view(unit, appointment_id)
    if seen.state is AppointmentState.HELD and seen.held_until and seen.held_until <= unit.now:
        await _lapse(unit, await appointments.lock(unit, appointment_id), paid=False)


async def _lapse(unit: Unit, held: Appointment, *, paid: bool) -> None:
    await appointments.end(unit, held, AppointmentState.LAPSED)
    unit.record("hold_lapsed", held.id, **visit_facts(await appointments.view(unit, held.id)), paid=paid)
