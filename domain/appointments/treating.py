"""How the appointment follows its task and its treatment: accepted, started, done, given up."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.appointments import rules, store
from domain.appointments.held import change, end
from domain.appointments.model import AppointmentState, Busy, Diary, Wish
from domain.appointments.offering import diary_of
from domain.errors import DomainError
from domain.unit import Unit


async def mark(unit: Unit, journey_id: UUID, state: AppointmentState) -> None:
    """The journey's appointment follows its treatment: started, done, or waiting again."""
    if appointment := await store.lock_live(unit.db, unit.clinic.id, journey_id):
        await end(unit, appointment, state)


async def release(unit: Unit, journey_id: UUID) -> None:
    """Give up whatever time the journey still takes."""
    if appointment := await store.lock_live(unit.db, unit.clinic.id, journey_id):
        await end(unit, appointment, AppointmentState.CANCELLED)


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
    diary = await diary_of(unit, wish, other.starts_at, other.ends_at, other.appointment_id)
    busy = [taken for taken in diary.busy if taken.appointment_id != mine.appointment_id]
    able = [one for one in diary.performers if one.id != user_id]
    return replace(diary, rooms=(), performers=able, busy=busy)
