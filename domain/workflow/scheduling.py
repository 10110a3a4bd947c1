"""The time of a journey: set once it is paid (T5), moved (T6), set again for the next session (T11).

The appointment takes the time (`domain.appointments`); the journey says which session is booked, when and with whom.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentView, Wish
from domain.appointments.rules import check_cut_off
from domain.errors import DomainError
from domain.people.model import Role
from domain.tasks import service as tasks
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.model import Action, Journey, JourneyView, Stage
from domain.workflow.moves import journey_view, lock, may_ever, move, role
from domain.workflow.rules import next_stage
from domain.workflow.sessions import TREATED, sessions_left, what_is_next

_DESK = frozenset({Role.SALES, Role.MANAGER})


async def schedule(
    unit: Unit, journey_id: UUID, *, version: int, at: datetime, performer_id: UUID | None = None
) -> JourneyView:
    """Give a paid journey its time (T5), with a named performer or anybody who may do it.

    The trigger opens the task of whoever will perform it. DomainErrors: `no_such_journey`, `not_your_role`,
    `already_scheduled` (by, at: who set it when; scheduled_at: the time set), `outdated`, `illegal_move`, and those
    of `appointments.book`.
    """
    journey = await _to_schedule(unit, journey_id, version)
    await _book(unit, journey, Action.SCHEDULE, at, performer_id)
    return await journey_view(unit, journey_id)


async def schedule_now(unit: Unit, journey_id: UUID, *, version: int) -> JourneyView:
    """The customer is here: the time is now (T5), with any room and person free now. DomainErrors: as `schedule`."""
    journey = await _to_schedule(unit, journey_id, version)
    await _book(unit, journey, Action.SCHEDULE, unit.now, None, here=True)
    return await journey_view(unit, journey_id)


async def next_session(
    unit: Unit, journey_id: UUID, *, version: int, at: datetime, performer_id: UUID | None = None
) -> JourneyView:
    """The time of the next session of what was paid (T11).

    DomainErrors: those of `schedule`, `no_sessions_left`.
    """
    may_ever(unit, Action.NEXT_SESSION)
    journey = await lock(unit, journey_id)
    await _refuse_scheduled(unit, journey)
    if journey.version != version:
        raise DomainError("outdated")
    next_stage(journey.stage, Action.NEXT_SESSION, role(unit))
    if await sessions_left(unit, journey.id, journey.stage) < 1:
        raise DomainError("no_sessions_left")
    await _book(unit, journey, Action.NEXT_SESSION, at, performer_id)
    return await journey_view(unit, journey_id)


async def reschedule(unit: Unit, appointment_id: UUID, *, version: int, at: datetime) -> AppointmentView:
    """Move a journey's time (T6): the desk at any time, customers their own until the cut-off.

    A named performer stays; who had accepted the task keeps it when free then, else it is offered again, and so is one
    in place of a task that was called off as a mistake. DomainErrors: `no_such_appointment`, `appointment_over`,
    `not_your_role`, `outdated`, `illegal_move`, `too_late_to_move` (hours), and those of `appointments.book`.
    """
    journey = await lock(unit, await appointments.journey_of(unit, appointment_id))
    hat = hat_for(unit, journey, Action.RESCHEDULE)
    next_stage(journey.stage, Action.RESCHEDULE, hat)
    task = await tasks.lock_open(unit, journey.id)
    appointment = await appointments.lock(unit, appointment_id)
    appointments.check_version(appointment, version)
    if hat is Role.CUSTOMER:
        check_cut_off(appointment.starts_at, unit.now, appointments.cut_off(unit))
    wish = appointments.wish_of(appointment)
    moved = await appointments.move(unit, appointment, at, wish)
    times = {"from": appointment.starts_at.isoformat(), "to": at.isoformat()}
    await move(unit, journey, Action.RESCHEDULE, acting=hat, data=times, **_session(moved), arrived_at=None)
    if task is None:
        await tasks.offer(unit, journey.id, moved.room_id)
    else:
        gone = appointment.accepted and not moved.accepted
        await (tasks.offer_again if gone else tasks.show_again)(unit, task, moved.room_id)
    unit.record("appointment_moved", moved.id, **visit_facts(moved), version=moved.version, was=times["from"])
    return moved


async def wish_of(unit: Unit, journey: Journey | JourneyView, performer_id: UUID | None = None) -> Wish:
    """What the journey's next time is to be for."""
    return Wish(await what_is_next(unit, journey), journey.branch_id, performer_id)


def hat_for(unit: Unit, journey: Journey, action: Action) -> Role:
    """In which role the actor does this: staff who are this journey's customer, and not of the desk, as that.

    DomainError `not_your_role` for somebody else's customer.
    """
    acting = role(unit)
    if acting in _DESK or acting is Role.SYSTEM:
        return acting
    if unit.actor.customer_id != journey.customer_id:
        raise DomainError("not_your_role", action=action)
    return Role.CUSTOMER


def visit_facts(seen: AppointmentView) -> dict[str, str]:
    """What the facts about an appointment say of it."""
    return {
        "journey_id": str(seen.journey_id),
        "customer_id": str(seen.customer_id),
        "appointment_id": str(seen.id),
        "scheduled_at": seen.starts_at.isoformat(),
    }


async def _to_schedule(unit: Unit, journey_id: UUID, version: int) -> Journey:
    """The paid journey, locked, as the actor saw it."""
    may_ever(unit, Action.SCHEDULE)
    journey = await lock(unit, journey_id)
    await _refuse_scheduled(unit, journey)
    if journey.version != version:
        raise DomainError("outdated")
    next_stage(journey.stage, Action.SCHEDULE, role(unit))
    return journey


async def _refuse_scheduled(unit: Unit, journey: Journey) -> None:
    if journey.scheduled_at is None or journey.stage in TREATED | {Stage.PAYMENT_CONFIRMED}:
        return
    done = await store.last_action(unit.db, unit.clinic.id, journey.id, Action.SCHEDULE)
    by, when = done or (None, journey.scheduled_at)
    raise DomainError("already_scheduled", by=by, at=when.isoformat(), scheduled_at=journey.scheduled_at.isoformat())


async def _book(
    unit: Unit, journey: Journey, action: Action, at: datetime, performer_id: UUID | None, *, here: bool = False
) -> None:
    await appointments.release(unit, journey.id)  # what was held for it makes room for the real time
    booked = await appointments.book(
        unit,
        await wish_of(unit, journey, performer_id),
        at,
        journey_id=journey.id,
        customer_id=journey.customer_id,
        here=here,
    )
    await set_time(unit, journey, action, booked)


async def set_time(unit: Unit, journey: Journey, action: Action, booked: AppointmentView) -> None:
    """The journey has this time now."""
    session: dict[str, Any] = {"session_treatment_id": booked.treatment_id, "arrived_at": booked.arrived_at}
    await move(unit, journey, action, **_session(booked), **session)
    unit.record("treatment_scheduled", journey.id, **visit_facts(booked), here=booked.arrived_at is not None)


def _session(booked: AppointmentView) -> dict[str, Any]:
    return {
        "scheduled_at": booked.starts_at,
        "performer_id": booked.performer_id,
        "performer_named": booked.named,
    }
