"""The visit: the customer comes (and a time that nobody takes up ends), or asks for another time (T12).

Everything here starts from an appointment; its journey is locked first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from domain.appointments import arrival
from domain.appointments import service as appointments
from domain.appointments.model import EXPECTED, Appointment, AppointmentState, AppointmentView
from domain.appointments.rules import CHECK_IN_FROM, check_cut_off, missed_at
from domain.clinics import service as clinics
from domain.errors import DomainError
from domain.people.model import STAFF_ROLES, Role
from domain.tasks import service as tasks
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.model import Action, Journey, JourneyView, Stage
from domain.workflow.moves import journey_view, lock, may_ever, move
from domain.workflow.rules import next_stage
from domain.workflow.scheduling import hat_for, visit_facts, wish_of
from domain.workflow.sessions import TREATED, sessions_left

PREPAY_FROM: Final = 2
"""From this many missed appointments on, sales sees that the next one is to be paid first (PRODUCT A row 78)."""
_NO_TIME: Final[Mapping[str, Any]] = {
    "scheduled_at": None,
    "performer_id": None,
    "performer_named": False,
    "arrived_at": None,
}
_COUNTER: Final = "arrival_secret"


# Arriving


async def arrive(unit: Unit, appointment_id: UUID, *, at: datetime) -> AppointmentView:
    """A member of staff sees that the customer is here for the visit `at` the time they saw, from 2 h before it.

    A second press changes nothing. DomainErrors: `no_such_appointment`, `appointment_over`, `not_your_role`,
    `illegal_move`, `outdated` for another time, `too_early_to_arrive` (at: the visit; hours before it).
    """
    if unit.actor.role not in STAFF_ROLES:
        raise DomainError("not_your_role")
    return await _arrive(unit, appointment_id, at)


async def counter_code(unit: Unit, branch_id: UUID | None) -> str:
    """A code for the counter of a branch, for one minute; the clinic's secret is made when it is first needed."""
    return arrival.make_code(await clinics.secret(unit, _COUNTER), branch_id, unit.now)


async def arrive_by_code(unit: Unit, code: str) -> AppointmentView:
    """A customer has scanned the code of the counter: the visit they have now is on, from 2 h before to its end.

    DomainErrors: `arrival_code_old`, `no_visit_now`.
    """
    branch_id = arrival.read_code(await clinics.secret(unit, _COUNTER), code, unit.now)
    if unit.actor.customer_id is None:
        raise DomainError("no_visit_now")
    mine = await appointments.of_customer(unit, unit.actor.customer_id)
    same_place = [seen for seen in mine if branch_id is None or seen.branch_id in (None, branch_id)]
    here = [seen for seen in same_place if _is_on(seen, unit.now)]
    if not here:
        raise DomainError("no_visit_now")
    next_one = min(here, key=lambda seen: seen.starts_at)
    return await _arrive(unit, next_one.id, next_one.starts_at)


def _is_on(seen: AppointmentView, now: datetime) -> bool:
    expected = seen.state in EXPECTED or seen.state is AppointmentState.ARRIVED
    return expected and seen.starts_at - CHECK_IN_FROM <= now <= seen.ends_at


async def _arrive(unit: Unit, appointment_id: UUID, at: datetime) -> AppointmentView:
    journey = await lock(unit, await appointments.journey_of(unit, appointment_id))
    appointment = await appointments.lock(unit, appointment_id)
    if appointment.state not in EXPECTED:
        if appointment.state is AppointmentState.HELD:
            raise DomainError("illegal_move", stage=journey.stage, action=Action.START)
        return await appointments.view(unit, appointment_id)
    appointments.check_time(appointment, at)
    if unit.now < appointment.starts_at - CHECK_IN_FROM:
        hours = CHECK_IN_FROM // timedelta(hours=1)
        raise DomainError("too_early_to_arrive", at=appointment.starts_at.isoformat(), hours=hours)
    await appointments.end(unit, appointment, AppointmentState.ARRIVED, arrived_at=unit.now)
    await store.change(unit.db, unit.clinic.id, journey.id, arrived_at=unit.now)
    seen = await appointments.view(unit, appointment_id)
    unit.record("customer_arrived", appointment_id, **visit_facts(seen))
    return seen


# Not coming


async def changeable(unit: Unit, appointment_id: UUID) -> AppointmentView:
    """The appointment, if the actor could move or cancel it now.

    DomainErrors: `no_such_appointment`, `appointment_over`, `not_your_role`, `illegal_move`, `too_late_to_move`.
    """
    seen = await appointments.view(unit, appointment_id)
    journey = await lock(unit, seen.journey_id)
    hat = hat_for(unit, journey, Action.RESCHEDULE)
    await appointments.lock(unit, appointment_id)
    next_stage(journey.stage, Action.RESCHEDULE, hat)
    if hat is Role.CUSTOMER:
        check_cut_off(seen.starts_at, unit.now, appointments.cut_off(unit))
    return seen


async def cancel_appointment(unit: Unit, appointment_id: UUID, *, version: int) -> AppointmentView:
    """Give the time up; the journey waits for another one (T12). Customers their own, until the cut-off.

    DomainErrors: `no_such_appointment`, `appointment_over`, `not_your_role`, `outdated`, `illegal_move`,
    `too_late_to_move` (hours).
    """
    journey = await lock(unit, await appointments.journey_of(unit, appointment_id))
    hat = hat_for(unit, journey, Action.CANCEL_APPOINTMENT)
    next_stage(journey.stage, Action.CANCEL_APPOINTMENT, hat)
    await tasks.lock_open(unit, journey.id)
    appointment = await appointments.lock(unit, appointment_id)
    appointments.check_version(appointment, version)
    if hat is Role.CUSTOMER:
        check_cut_off(appointment.starts_at, unit.now, appointments.cut_off(unit))
    seen = await _give_up(unit, appointment, AppointmentState.CANCELLED)
    times = {"from": appointment.starts_at.isoformat()}
    await move(unit, journey, Action.CANCEL_APPOINTMENT, acting=hat, data=times, **_NO_TIME)
    unit.record("appointment_cancelled", appointment_id, **visit_facts(seen))
    return seen


async def break_off(unit: Unit, journey: Journey, why: str) -> None:
    """The customer goes home from a stopped treatment: its time is over, the locked journey waits for another (T12).

    Nobody decides this, it follows: the system's move, with the stop's reason `why` in the audit trail.
    """
    appointment = await appointments.lock_live(unit, journey.id)
    await move(unit, journey, Action.CANCEL_APPOINTMENT, acting=Role.SYSTEM, data={"stopped": why}, **_NO_TIME)
    if appointment is not None:
        seen = await _give_up(unit, appointment, AppointmentState.CANCELLED)
        unit.record("visit_broken_off", appointment.id, **visit_facts(seen))


async def mark_no_show(unit: Unit, appointment_id: UUID) -> AppointmentView:
    """Somebody has not come, 15 minutes after the start or after the minutes they announced (T12).

    DomainErrors: `no_such_appointment`, `appointment_over`, `not_your_role`, `illegal_move`, `already_arrived`
    (at), `not_late_yet` (at: from when).
    """
    may_ever(unit, Action.NO_SHOW)
    journey = await lock(unit, await appointments.journey_of(unit, appointment_id))
    await tasks.lock_open(unit, journey.id)
    appointment = await appointments.lock(unit, appointment_id)
    if appointment.arrived_at is not None:
        raise DomainError("already_arrived", at=appointment.arrived_at.isoformat())
    late = missed_at(appointment.starts_at, appointment.late_minutes)
    if unit.now < late:
        raise DomainError("not_late_yet", at=late.isoformat())
    count = journey.no_show_count + 1
    await move(unit, journey, Action.NO_SHOW, no_show_count=count, **_NO_TIME)
    seen = await _give_up(unit, appointment, AppointmentState.NO_SHOW)
    unit.record("no_show", appointment_id, **visit_facts(seen), count=count)
    return seen


async def watch_no_show(unit: Unit, appointment_id: UUID) -> None:
    """The timer: whoever is still expected has not come. What changed meanwhile needs nothing."""
    journey = await lock(unit, await appointments.journey_of(unit, appointment_id))
    seen = await appointments.view(unit, appointment_id)
    due = missed_at(seen.starts_at, seen.late_minutes) <= unit.now
    if due and seen.state in EXPECTED and journey.stage is Stage.TREATMENT_SCHEDULED:
        await mark_no_show(unit, appointment_id)


async def _give_up(unit: Unit, appointment: Appointment, state: AppointmentState) -> AppointmentView:
    await appointments.end(unit, appointment, state)
    return await appointments.view(unit, appointment.id)


# Asking


async def request_time(unit: Unit, journey_id: UUID, at: datetime) -> JourneyView:
    """A customer asks for a time (T5, T11 by request): the clinic confirms.

    DomainErrors: those of `askable`, and of `appointments.book` for a time that cannot be had.
    """
    journey = await askable(unit, journey_id)
    await appointments.free_slot(unit, await wish_of(unit, journey), at, instead_of=journey.appointment_id)
    unit.record(
        "time_requested",
        journey.id,
        journey_id=str(journey.id),
        customer_id=str(journey.customer_id),
        at=at.isoformat(),
    )
    return journey


async def askable(unit: Unit, journey_id: UUID) -> JourneyView:
    """The actor's own journey, when they may ask for a time for it.

    DomainErrors: `no_such_journey`, `time_is_set` (at), `no_sessions_left`.
    """
    journey = await journey_view(unit, journey_id)
    if unit.actor.customer_id != journey.customer_id:
        raise DomainError("no_such_journey")
    if journey.stage is Stage.TREATMENT_SCHEDULED and journey.scheduled_at:
        raise DomainError("time_is_set", at=journey.scheduled_at.isoformat())
    if not await may_ask(unit, journey):
        raise DomainError("no_sessions_left")
    return journey


async def may_ask(unit: Unit, journey: JourneyView) -> bool:
    """Whether a time is missing for something that is paid."""
    waits = journey.stage is Stage.PAYMENT_CONFIRMED
    return waits or (journey.stage in TREATED and await sessions_left(unit, journey.id, journey.stage) > 0)


async def take_over(unit: Unit, journey_id: UUID, user_id: UUID) -> None:
    """Whoever accepted the task does the treatment; DomainError `busy_then` (at)."""
    for other_id, performer_id in (await appointments.take_over(unit, journey_id, user_id)).items():
        await store.change(unit.db, unit.clinic.id, other_id, performer_id=performer_id)
