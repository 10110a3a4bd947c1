"""Use cases of appointments: free times, taking one, moving it, coming or not coming.

What also moves the journey goes through the workflow, which locks the journey first and calls the functions here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from domain.appointments import rules, store
from domain.appointments.model import (
    EXPECTED,
    LIVE,
    Appointment,
    AppointmentState,
    AppointmentView,
    Busy,
    Diary,
    Performer,
    Slot,
    Wish,
)
from domain.errors import DomainError
from domain.notifications import service as notifications
from domain.unit import Unit

_TRIES: Final = 5
"""Times that others may be faster with a room or a person before a time counts as taken."""
_DAY: Final = timedelta(days=1)

LATE_MINUTES: Final = (10, 20, 30)
"""What a customer can announce with one tap."""


# Free times


async def offers(
    unit: Unit, wish: Wish, *, after: datetime | None = None, instead_of: UUID | None = None
) -> list[datetime]:
    """Up to three good times for a wish, from now or from `after` on; `instead_of` is an appointment it replaces.

    DomainErrors: `no_such_treatment`, `no_licence_on_file`, `cannot_perform`.
    """
    since = max(unit.now, after) if after else unit.now
    diary = await _diary(unit, wish, since, since + rules.HORIZON + _DAY, instead_of)
    return rules.offers(diary, since, wish.performer_id)


async def performers(unit: Unit, wish: Wish) -> list[Performer]:
    """Who may do it, by name. DomainErrors: `no_such_treatment`, `no_licence_on_file`."""
    return list((await _diary(unit, replace(wish, performer_id=None), unit.now, unit.now, None)).performers)


async def _diary(unit: Unit, wish: Wish, since: datetime, until: datetime, instead_of: UUID | None) -> Diary:
    diary = await store.diary(unit.db, unit.clinic.id, unit.clinic.zone, wish, since, until)
    if diary is None:
        raise DomainError("no_such_treatment")
    able = rules.may_perform(diary.performers, wish.performer_id)
    busy = [taken for taken in diary.busy if taken.appointment_id != instead_of]
    return replace(diary, performers=able, busy=busy)


# Taking a time


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
    _remind(unit, appointment_id, state, held_until or rules.missed_at(at, 0))
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
    _remind(unit, appointment.id, AppointmentState.BOOKED, rules.missed_at(at, 0))
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
    raise DomainError("slot_taken", next=await _instead(unit, wish, at, own))


async def free_slot(
    unit: Unit,
    wish: Wish,
    at: datetime,
    *,
    here: bool = False,
    instead_of: UUID | None = None,
    first: UUID | None = None,
) -> Slot:
    """What a treatment at this time would take, of several people `first`. DomainErrors: those of `book`."""
    if at < unit.now:
        raise DomainError("in_the_past")
    diary = await _diary(unit, wish, at - _DAY, at + _DAY, instead_of)
    if not here and not rules.is_open(diary, at):
        raise DomainError("closed_then", next=await _instead(unit, wish, at, instead_of))
    slot = rules.fit(diary, at, wish.performer_id, first)
    if slot is None:
        raise DomainError("slot_taken", next=await _instead(unit, wish, at, instead_of))
    return slot


async def _instead(unit: Unit, wish: Wish, at: datetime, own: UUID | None) -> list[str]:
    return [free.isoformat() for free in await offers(unit, wish, after=at, instead_of=own)]


def _where(slot: Slot) -> dict[str, Any]:
    return {
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "room_id": slot.room_id,
        "performer_id": slot.performer_id,
    }


# Coming, and not coming


async def confirm(unit: Unit, appointment_id: UUID, *, at: datetime) -> AppointmentView:
    """The customer says that they will come `at` the time they saw (to the minute); again changes nothing.

    Whatever else has changed since, such as who treats them, does not matter. DomainErrors: `no_such_appointment`,
    `appointment_over`, `outdated` for another time.
    """
    appointment = await lock_own(unit, appointment_id)
    if appointment.state is AppointmentState.BOOKED:
        if appointment.starts_at.replace(second=0, microsecond=0) != at.replace(second=0, microsecond=0):
            raise DomainError("outdated")
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
        _remind(unit, appointment.id, appointment.state, rules.missed_at(appointment.starts_at, minutes))
        unit.record("appointment_late", appointment.id, **_ids(appointment), minutes=minutes)
    return await view(unit, appointment_id)


async def end(unit: Unit, appointment: Appointment, state: AppointmentState, **values: Any) -> None:
    """A locked appointment comes to one of its ends; what it took is free again, and no timer waits for it."""
    await change(unit, appointment, state=state, **values)
    unit.cancel_timer("appointment.no_show", appointment.id)
    unit.cancel_timer("appointment.lapse", appointment.id)


async def release(unit: Unit, journey_id: UUID) -> None:
    """Give up whatever time the journey still takes."""
    if appointment := await store.lock_live(unit.db, unit.clinic.id, journey_id):
        await end(unit, appointment, AppointmentState.CANCELLED)


async def mark(unit: Unit, journey_id: UUID, state: AppointmentState, **values: Any) -> None:
    """The journey's appointment follows its treatment: started, done, or waiting again."""
    if appointment := await store.lock_live(unit.db, unit.clinic.id, journey_id):
        await end(unit, appointment, state, **values)


async def give_back(unit: Unit, journey_id: UUID) -> None:
    """Whoever had accepted the task let go of it: what is left is a reservation."""
    if appointment := await store.lock_live(unit.db, unit.clinic.id, journey_id):
        await change(unit, appointment, accepted=False)


async def take_over(unit: Unit, journey_id: UUID, user_id: UUID) -> dict[UUID, UUID]:
    """The accepter of the task is the appointment's performer now; returns performers by journey as they are now.

    What they were reserved for at that time without having been asked for goes to whoever was reserved here, or to
    somebody free. DomainError `busy_then` (at) when they have other work then.
    """
    appointment = await store.lock_live(unit.db, unit.clinic.id, journey_id)
    if appointment is None:
        return {}
    await change(unit, appointment, accepted=True)
    if appointment.performer_id == user_id:
        return {}
    busy = await store.busy(unit.db, unit.clinic.id, appointment.starts_at, appointment.ends_at)
    mine = next(taken for taken in busy if taken.appointment_id == appointment.id)
    others = [taken for taken in busy if taken.performer_id == user_id]
    for other in others:
        await store.lock(unit.db, unit.clinic.id, other.appointment_id)
    diaries = {other.appointment_id: await _without(unit, other, mine, user_id) for other in others}
    given = rules.exchange(mine, others, user_id, diaries)
    if not await store.give(unit.db, unit.clinic.id, given):
        raise DomainError("busy_then", at=appointment.starts_at.isoformat())
    return {taken.journey_id: given[taken.appointment_id] for taken in (mine, *others)}


async def _without(unit: Unit, other: Busy, mine: Busy, user_id: UUID) -> Diary:
    """The diary in which somebody is looked for to do `other` while its performer does `mine`; its room stays."""
    wish = Wish(other.treatment_id, other.branch_id)
    diary = await _diary(unit, wish, other.starts_at, other.ends_at, other.appointment_id)
    busy = [taken for taken in diary.busy if taken.appointment_id != mine.appointment_id]
    able = [one for one in diary.performers if one.id != user_id]
    return replace(diary, rooms=(), performers=able, busy=busy)


# Holding and showing


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


async def change(unit: Unit, appointment: Appointment, **values: Any) -> None:
    """Change what a locked appointment says, not what it takes."""
    await store.change(unit.db, unit.clinic.id, appointment.id, **values)


async def view(unit: Unit, appointment_id: UUID) -> AppointmentView:
    """One appointment, else DomainError `no_such_appointment`."""
    found = await store.view(unit.db, unit.clinic.id, appointment_id)
    if found is None:
        raise DomainError("no_such_appointment")
    return found


async def live(unit: Unit, journey_id: UUID) -> AppointmentView | None:
    """The journey's live appointment, if there is one."""
    return await store.live(unit.db, unit.clinic.id, journey_id)


async def of_customer(unit: Unit, customer_id: UUID) -> list[AppointmentView]:
    """All of a customer's appointments, the latest first."""
    return await store.of_customer(unit.db, unit.clinic.id, customer_id)


async def today(unit: Unit, branch_id: UUID | None) -> list[AppointmentView]:
    """Who is expected or has arrived today, earliest first; with a branch, there or nowhere in particular."""
    midnight = unit.now.astimezone(unit.clinic.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return await store.between(unit.db, unit.clinic.id, midnight, midnight + _DAY, branch_id)


def wish_of(appointment: Appointment | AppointmentView) -> Wish:
    """What a new time for this appointment is to be for: with the same performer where they were named."""
    named = appointment.performer_id if appointment.named else None
    return Wish(appointment.treatment_id, appointment.branch_id, named)


def cut_off(unit: Unit) -> timedelta:
    """Until how long before the start customers move and cancel by themselves."""
    hours = unit.clinic.settings.get("move_cutoff_hours")
    return timedelta(hours=float(hours)) if hours is not None else rules.CUT_OFF


def facts(seen: AppointmentView) -> dict[str, Any]:
    """An appointment as notices carry it: every field, ids and moments as text."""
    return notifications.plain(seen)


def subject(appointment_id: UUID) -> str:
    """What cards about this appointment are filed under, so that they can be replaced."""
    return f"appointment:{appointment_id}"


def _ids(appointment: Appointment) -> dict[str, str]:
    return {
        "journey_id": str(appointment.journey_id),
        "customer_id": str(appointment.customer_id),
        "appointment_id": str(appointment.id),
        "scheduled_at": appointment.starts_at.isoformat(),
    }


def _remind(unit: Unit, appointment_id: UUID, state: AppointmentState, at: datetime) -> None:
    """Look again when the time of waiting is over."""
    if state is AppointmentState.HELD:
        unit.set_timer("appointment.lapse", appointment_id, at)
    elif state in EXPECTED:
        unit.set_timer("appointment.no_show", appointment_id, at)
