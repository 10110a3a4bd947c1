"""Coming, and not coming: what customers say of their own appointment before it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.appointments import rules
from domain.appointments.held import change, check_time, lock_own, view, wait
from domain.appointments.model import EXPECTED, Appointment, AppointmentState, AppointmentView
from domain.errors import DomainError
from domain.unit import Unit

LATE_MINUTES: Final = (10, 20, 30)
"""What a customer can announce with one tap."""


async def confirm(unit: Unit, appointment_id: UUID, *, at: datetime) -> AppointmentView:
    """The customer says that they will come `at` the time they saw (to the minute); again changes nothing.

    Whatever else has changed since, such as who treats them, does not matter. DomainErrors: `no_such_appointment`,
    `appointment_over`, `outdated` for another time.
    """
    appointment = await lock_own(unit, appointment_id)
    if appointment.state is AppointmentState.BOOKED:
        check_time(appointment, at)
        await change(unit, appointment, state=AppointmentState.CONFIRMED, confirmed_at=unit.now)
        unit.record("appointment_confirmed", appointment.id, **_ids(appointment))
    return await view(unit, appointment_id)


async def announce_late(unit: Unit, appointment_id: UUID, minutes: int) -> AppointmentView:
    """The customer says how many minutes they will be late: 10, 20 or 30. They count as missing only after that.

    DomainErrors: `no_such_appointment`, `appointment_over`, `bad_button` for other minutes.
    """
    appointment = await lock_own(unit, appointment_id)
    if minutes not in LATE_MINUTES:
        raise DomainError("bad_button")
    if appointment.state in EXPECTED and appointment.late_minutes != minutes:
        await change(unit, appointment, late_minutes=minutes)
        wait(unit, appointment.id, appointment.state, rules.missed_at(appointment.starts_at, minutes))
        unit.record("appointment_late", appointment.id, **_ids(appointment), minutes=minutes)
    return await view(unit, appointment_id)


def _ids(appointment: Appointment) -> dict[str, str]:
    return {
        "journey_id": str(appointment.journey_id),
        "customer_id": str(appointment.customer_id),
        "appointment_id": str(appointment.id),
        "scheduled_at": appointment.starts_at.isoformat(),
    }
