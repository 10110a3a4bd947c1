"""One appointment: locked, looked at, changed and ended; what it is called in notices and timers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.appointments import store
from domain.appointments.model import EXPECTED, LIVE, Appointment, AppointmentState, AppointmentView, Wish
from domain.errors import DomainError
from domain.notifications import service as notifications
from domain.unit import Unit


async def lock_own(unit: Unit, appointment_id: UUID) -> Appointment:
    """The actor's own appointment as a customer, locked, if it is still live.

    DomainErrors: `no_such_appointment`, `appointment_over`.
    """
    appointment = await lock(unit, appointment_id)
    if appointment.customer_id != unit.actor.customer_id:
        raise DomainError("no_such_appointment")
    return appointment


async def lock(unit: Unit, appointment_id: UUID) -> Appointment:
    """One live appointment, held until the unit ends. DomainErrors: `no_such_appointment`, `appointment_over`."""
    appointment = await store.lock(unit.db, unit.clinic.id, appointment_id)
    if appointment is None:
        raise DomainError("no_such_appointment")
    if appointment.state not in LIVE:
        raise DomainError("appointment_over")
    return appointment


async def lock_live(unit: Unit, journey_id: UUID) -> Appointment | None:
    """The journey's live appointment, held until the unit ends."""
    return await store.lock_live(unit.db, unit.clinic.id, journey_id)


async def journey_of(unit: Unit, appointment_id: UUID) -> UUID:
    """The journey to lock before the appointment; DomainError `no_such_appointment`."""
    journey_id = await store.journey_of(unit.db, unit.clinic.id, appointment_id)
    if journey_id is None:
        raise DomainError("no_such_appointment")
    return journey_id


def check_version(appointment: Appointment, version: int) -> None:
    """DomainError `outdated` when the actor saw another version."""
    if appointment.version != version:
        raise DomainError("outdated")


def check_time(appointment: Appointment, at: datetime) -> None:
    """DomainError `outdated` when the actor saw another time (to the minute), whatever else has changed since."""
    if appointment.starts_at.replace(second=0, microsecond=0) != at.replace(second=0, microsecond=0):
        raise DomainError("outdated")


async def change(unit: Unit, appointment: Appointment, **values: Any) -> None:
    """Change what a locked appointment says, not what it takes."""
    await store.change(unit.db, unit.clinic.id, appointment.id, **values)


async def end(unit: Unit, appointment: Appointment, state: AppointmentState, **values: Any) -> None:
    """A locked appointment comes to one of its ends; what it took is free again, and no timer waits for it."""
    await change(unit, appointment, state=state, **values)
    unit.cancel_timer("appointment.no_show", appointment.id)
    unit.cancel_timer("appointment.lapse", appointment.id)


async def view(unit: Unit, appointment_id: UUID) -> AppointmentView:
    """One appointment, else DomainError `no_such_appointment`."""
    found = await store.view(unit.db, unit.clinic.id, appointment_id)
    if found is None:
        raise DomainError("no_such_appointment")
    return found


def wish_of(appointment: Appointment | AppointmentView) -> Wish:
    """What a new time for this appointment is to be for: with the same performer where they were named."""
    named = appointment.performer_id if appointment.named else None
    return Wish(appointment.treatment_id, appointment.branch_id, named)


def facts(seen: AppointmentView) -> dict[str, Any]:
    """An appointment as notices carry it: every field, ids and moments as text."""
    return notifications.plain(seen)


def subject(appointment_id: UUID) -> str:
    """What cards about this appointment are filed under, so that they can be replaced."""
    return f"appointment:{appointment_id}"


def wait(unit: Unit, appointment_id: UUID, state: AppointmentState, at: datetime) -> None:
    """Look again when the time of waiting is over."""
    if state is AppointmentState.HELD:
        unit.set_timer("appointment.lapse", appointment_id, at)
    elif state in EXPECTED:
        unit.set_timer("appointment.no_show", appointment_id, at)
