"""Taking a time, and moving it: a room and a person are taken once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.appointments import rules, store
from domain.appointments.held import view, wait
from domain.appointments.model import Appointment, AppointmentState, AppointmentView, Slot, Wish
from domain.appointments.offering import free_instead, free_slot
from domain.errors import DomainError
from domain.unit import Unit

_TRIES: Final = 5
"""Times that others may be faster with a room or a person before a time counts as taken."""


async def book(
    unit: Unit,
    wish: Wish,
    at: datetime,
    *,
    journey_id: UUID,
    customer_id: UUID,
    here: bool = False,
    held_until: datetime | None = None,
) -> AppointmentView:
    """Take a time for a journey that has none; with `held_until` only for so long.

    `here`: the customer stands at the counter, so opening hours do not matter and they have arrived. DomainErrors:
    `in_the_past`, `closed_then` and `slot_taken` (next: the times free instead), those of `offers`.
    """
    state = AppointmentState.HELD if held_until else AppointmentState.ARRIVED if here else AppointmentState.BOOKED
    made: list[UUID] = []

    async def add(slot: Slot) -> bool:
        new = await store.add(
            unit.db,
            unit.clinic.id,
            journey_id=journey_id,
            customer_id=customer_id,
            treatment_id=wish.treatment_id,
            branch_id=wish.branch_id,
            named=wish.performer_id is not None,
            state=state,
            held_until=held_until,
            arrived_at=unit.now if here else None,
            created_by=unit.actor.user_id,
            created_at=unit.now,
            **_where(slot),
        )
        made.extend([new] if new else [])
        return new is not None

    await _take(unit, wish, at, add, here=here)
    [appointment_id] = made
    wait(unit, appointment_id, state, held_until or rules.missed_at(at, 0))
    return await view(unit, appointment_id)


async def move(unit: Unit, appointment: Appointment, at: datetime, wish: Wish) -> AppointmentView:
    """Move a locked appointment to another time; its performer stays when they are free then.

    What is known of the old time (that they will come, that they will be late, that they came) is forgotten.
    DomainErrors: those of `book`.
    """

    async def change(slot: Slot) -> bool:
        kept = appointment.accepted and slot.performer_id == appointment.performer_id
        return await store.change(
            unit.db,
            unit.clinic.id,
            appointment.id,
            named=wish.performer_id is not None,
            accepted=kept,
            state=AppointmentState.BOOKED,
            confirmed_at=None,
            arrived_at=None,
            late_minutes=0,
            **_where(slot),
        )

    await _take(unit, wish, at, change, moved=appointment)
    wait(unit, appointment.id, AppointmentState.BOOKED, rules.missed_at(at, 0))
    return await view(unit, appointment.id)


async def _take(
    unit: Unit,
    wish: Wish,
    at: datetime,
    write: Callable[[Slot], Awaitable[bool]],
    *,
    here: bool = False,
    moved: Appointment | None = None,
) -> None:
    """Write a fitting slot; when somebody else took its room or person this moment, try the others."""
    own, first = (moved.id, moved.performer_id) if moved else (None, None)
    for _ in range(_TRIES):
        if await write(await free_slot(unit, wish, at, here=here, instead_of=own, first=first)):
            return
    raise DomainError("slot_taken", next=await free_instead(unit, wish, at, own))


def _where(slot: Slot) -> dict[str, Any]:
    return {
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "room_id": slot.room_id,
        "performer_id": slot.performer_id,
    }
