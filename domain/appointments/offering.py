"""Free times: which ones suit a wish, who could do it, and what a treatment at one time would take."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.appointments import rules, store
from domain.appointments.model import Diary, Performer, Slot, Wish
from domain.errors import DomainError
from domain.unit import Unit

DAY: Final = timedelta(days=1)


async def offers(
    unit: Unit, wish: Wish, *, after: datetime | None = None, instead_of: UUID | None = None
) -> list[datetime]:
    """Up to three good times for a wish, from now or from `after` on; `instead_of` is an appointment it replaces.

    DomainErrors: `no_such_treatment`, `no_licence_on_file`, `cannot_perform`.
    """
    since = max(unit.now, after) if after else unit.now
    diary = await diary_of(unit, wish, since, since + rules.HORIZON + DAY, instead_of)
    return rules.offers(diary, since, wish.performer_id)


async def performers(unit: Unit, wish: Wish) -> list[Performer]:
    """Who may do it, by name. DomainErrors: `no_such_treatment`, `no_licence_on_file`."""
    return list((await diary_of(unit, replace(wish, performer_id=None), unit.now, unit.now, None)).performers)


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
    diary = await diary_of(unit, wish, at - DAY, at + DAY, instead_of)
    if not here and not rules.is_open(diary, at):
        raise DomainError("closed_then", next=await free_instead(unit, wish, at, instead_of))
    slot = rules.fit(diary, at, wish.performer_id, first)
    if slot is None:
        raise DomainError("slot_taken", next=await free_instead(unit, wish, at, instead_of))
    return slot


async def free_instead(unit: Unit, wish: Wish, at: datetime, own: UUID | None) -> list[str]:
    """The times after one that cannot be had, as a refusal carries them; `own` is an appointment that may move."""
    return [free.isoformat() for free in await offers(unit, wish, after=at, instead_of=own)]


async def diary_of(unit: Unit, wish: Wish, since: datetime, until: datetime, instead_of: UUID | None) -> Diary:
    """What is known of a span of time, with those who may do what is wished; without the appointment it replaces.

    DomainErrors: `no_such_treatment`, `no_licence_on_file`, `cannot_perform`.
    """
    diary = await store.diary(unit.db, unit.clinic.id, unit.clinic.zone, wish, since, until)
    if diary is None:
        raise DomainError("no_such_treatment")
    able = rules.may_perform(diary.performers, wish.performer_id)
    busy = [taken for taken in diary.busy if taken.appointment_id != instead_of]
    return replace(diary, performers=able, busy=busy)
