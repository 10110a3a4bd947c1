"""When a time is free, which times are offered, and what may become of an appointment. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.appointments.model import Busy, Diary, Performer, Slot
from domain.errors import DomainError

STEP: Final = timedelta(minutes=15)
"""Times are offered on the quarter hour."""
OFFERED: Final = 3
"""Times offered at once (PRODUCT A row 19)."""
HORIZON: Final = timedelta(days=14)
"""How far ahead a free time is looked for."""
NO_SHOW_AFTER: Final = timedelta(minutes=15)
"""Past the start, or past the minutes a customer announced (PRODUCT C1 T12)."""
CUT_OFF: Final = timedelta(hours=12)
"""Until when customers move their own appointments, unless `move_cutoff_hours` of the clinic says otherwise.

Later than the reminder of the day before, which offers to move it.
"""
CHECK_IN_FROM: Final = timedelta(hours=2)
"""How long before the start somebody may arrive."""
HOLD: Final = timedelta(hours=24)
"""How long a time is kept for somebody who has not paid."""
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOON: Final = 12


def periods(diary: Diary, day: date) -> list[tuple[datetime, datetime]]:
    """The hours the branch is open on a day, in order; the whole day where nobody has entered any."""
    if not diary.opening:
        return [(_at(day, time(), diary.zone), _at(day + timedelta(days=1), time(), diary.zone))]
    hours = diary.opening.get(WEEKDAYS[day.weekday()], ())
    return sorted(
        (_at(day, time.fromisoformat(opens), diary.zone), _at(day, time.fromisoformat(closes), diary.zone))
        for opens, closes in hours
    )


def is_open(diary: Diary, starts_at: datetime) -> bool:
    """Whether the whole treatment lies inside one opening period."""
    if not diary.opening:
        return True
    day = starts_at.astimezone(diary.zone).date()
    ends_at = starts_at + timedelta(minutes=diary.minutes)
    return any(opens <= starts_at and ends_at <= closes for opens, closes in periods(diary, day))


def fit(diary: Diary, starts_at: datetime, performer_id: UUID | None = None, first: UUID | None = None) -> Slot | None:
    """The room and the person a treatment at this time would take, whatever the opening hours; None: all are taken.

    Of several people who are free, `first`, else who is at work, else who has least to do.
    """
    ends_at = starts_at + timedelta(minutes=diary.minutes)
    taken = [busy for busy in diary.busy if busy.starts_at < ends_at and starts_at < busy.ends_at]
    room = _first_free(diary.rooms, {busy.room_id for busy in taken})
    if diary.rooms and room is None:
        return None
    load = [busy.performer_id for busy in diary.busy]
    able = [one for one in diary.performers if performer_id in (None, one.id)]
    able.sort(key=lambda one: (one.id != first, not one.on_duty, load.count(one.id), one.name))
    performer = _first_free([one.id for one in able], {busy.performer_id for busy in taken})
    if (diary.performers or performer_id) and performer is None:
        return None
    return Slot(starts_at, ends_at, room, performer)


def free(diary: Diary, since: datetime, performer_id: UUID | None = None) -> Iterator[Slot]:
    """Every free slot from `since` on, on the quarter hour, for as far as one looks ahead."""
    day, until = since.astimezone(diary.zone).date(), since + HORIZON
    while _at(day, time(), diary.zone) < until:
        for opens, closes in periods(diary, day):
            at = opens
            while at + timedelta(minutes=diary.minutes) <= closes:
                if at >= since and (slot := fit(diary, at, performer_id)):
                    yield slot
                at += STEP
        day += timedelta(days=1)


def offers(diary: Diary, since: datetime, performer_id: UUID | None = None) -> list[datetime]:
    """Three good times: the first free one of each of the next half-days that have any."""
    found: dict[tuple[date, bool], datetime] = {}
    for slot in free(diary, since, performer_id):
        local = slot.starts_at.astimezone(diary.zone)
        found.setdefault((local.date(), local.hour >= _NOON), slot.starts_at)
        if len(found) == OFFERED:
            break
    return list(found.values())


def may_perform(staff: Sequence[Performer], performer_id: UUID | None) -> list[Performer]:
    """Those who may do it with their licence in order.

    DomainErrors: `no_licence_on_file` when only the licence is missing, `cannot_perform` for a named one who may not.
    """
    licensed = [one for one in staff if one.licensed]
    if staff and not licensed:
        raise DomainError("no_licence_on_file")
    if performer_id is not None and performer_id not in {one.id for one in licensed}:
        raise DomainError("cannot_perform")
    return licensed


def exchange(mine: Busy, others: Collection[Busy], accepter: UUID, diaries: Mapping[UUID, Diary]) -> dict[UUID, UUID]:
    """Who does what when `accepter` takes over `mine`: appointment id to performer id.

    What they were reserved for at that time goes to whoever had `mine`, else to anybody free. `diaries` has the
    free people of each of `others`. DomainError `busy_then` (at) when one of them is firm or nobody else can.
    """
    given = {mine.appointment_id: accepter}
    for other in others:
        slot = None if other.firm else fit(diaries[other.appointment_id], other.starts_at, first=mine.performer_id)
        if slot is None or slot.performer_id is None:
            raise DomainError("busy_then", at=other.starts_at.isoformat())
        given[other.appointment_id] = slot.performer_id
    return given


def check_cut_off(starts_at: datetime, now: datetime, cut_off: timedelta) -> None:
    """DomainError `too_late_to_move` (hours) when a customer may not move or cancel by themselves any more."""
    if starts_at - now < cut_off:
        raise DomainError("too_late_to_move", hours=round(cut_off / timedelta(hours=1)))


def missed_at(starts_at: datetime, late_minutes: int) -> datetime:
    """From when somebody who is not here has not come."""
    return starts_at + timedelta(minutes=late_minutes) + NO_SHOW_AFTER


def _first_free(ids: Sequence[UUID], taken: Collection[UUID | None]) -> UUID | None:
    return next((one for one in ids if one not in taken), None)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone)
