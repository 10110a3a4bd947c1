"""Use cases of appointments, one file a piece: offering, booking, coming, treating; held is what they share.

What also moves the journey goes through the workflow, which locks the journey first and calls the functions here.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from domain.appointments import rules, store
from domain.appointments.booking import book, move
from domain.appointments.coming import LATE_MINUTES, announce_late, confirm
from domain.appointments.held import (
    change,
    check_time,
    check_version,
    end,
    facts,
    journey_of,
    lock,
    lock_live,
    lock_own,
    subject,
    view,
    wish_of,
)
from domain.appointments.model import AppointmentView
from domain.appointments.offering import DAY, free_slot, offers, performers
from domain.appointments.treating import give_back, mark, release, take_over
from domain.unit import Unit

__all__ = [
    "LATE_MINUTES",
    "announce_late",
    "book",
    "change",
    "check_time",
    "check_version",
    "confirm",
    "cut_off",
    "end",
    "facts",
    "free_slot",
    "give_back",
    "journey_of",
    "live",
    "lock",
    "lock_live",
    "lock_own",
    "mark",
    "move",
    "of_customer",
    "offers",
    "performers",
    "release",
    "subject",
    "take_over",
    "today",
    "view",
    "wish_of",
]


async def live(unit: Unit, journey_id: UUID) -> AppointmentView | None:
    """The journey's live appointment, if there is one."""
    return await store.live(unit.db, unit.clinic.id, journey_id)


async def of_customer(unit: Unit, customer_id: UUID) -> list[AppointmentView]:
    """All of a customer's appointments, the latest first."""
    return await store.of_customer(unit.db, unit.clinic.id, customer_id)


async def today(unit: Unit, branch_id: UUID | None) -> list[AppointmentView]:
    """Who is expected or has arrived today, earliest first; with a branch, there or nowhere in particular."""
    midnight = unit.now.astimezone(unit.clinic.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return await store.between(unit.db, unit.clinic.id, midnight, midnight + DAY, branch_id)


def cut_off(unit: Unit) -> timedelta:
    """Until how long before the start customers move and cancel by themselves."""
    hours = unit.clinic.settings.get("move_cutoff_hours")
    return timedelta(hours=float(hours)) if hours is not None else rules.CUT_OFF
