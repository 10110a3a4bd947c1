"""The states of an appointment, how it is held and shown, and what is looked at to find a free time.

Values are stored in `appointments` and never change. The moves are in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo


class AppointmentState(StrEnum):
    """Where an appointment stands."""

    HELD = "held"
    """A time kept for somebody who has not paid yet."""
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    """The customer said that they will come."""
    ARRIVED = "arrived"
    STARTED = "started"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    LAPSED = "lapsed"
    """Held, and not paid in time, or another treatment was paid."""


LIVE: Final = frozenset(
    {
        AppointmentState.HELD,
        AppointmentState.BOOKED,
        AppointmentState.CONFIRMED,
        AppointmentState.ARRIVED,
        AppointmentState.STARTED,
    }
)
"""What takes its time: no two of these share a room or a person."""

EXPECTED: Final = frozenset({AppointmentState.BOOKED, AppointmentState.CONFIRMED})
"""The customer is still to come."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment's own row, as a use case holds it locked.

    `named`: the customer wants exactly this performer. `accepted`: that person took the task, so it is more than
    a reservation.
    """

    id: UUID
    journey_id: UUID
    customer_id: UUID
    treatment_id: UUID
    branch_id: UUID | None
    room_id: UUID | None
    performer_id: UUID | None
    named: bool
    accepted: bool
    starts_at: datetime
    ends_at: datetime
    state: AppointmentState
    held_until: datetime | None
    arrived_at: datetime | None
    late_minutes: int
    version: int


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """An appointment with what people need to see; the clinic's words in both languages, empty where it has none."""

    id: UUID
    version: int
    state: AppointmentState
    journey_id: UUID
    customer_id: UUID
    customer_person_id: UUID
    customer_name: str
    branch_id: UUID | None
    treatment_id: UUID
    treatment: Mapping[str, str]
    prep: Mapping[str, str]
    branch: Mapping[str, str]
    address: Mapping[str, str]
    room_id: UUID | None
    room: Mapping[str, str]
    performer_id: UUID | None
    performer_person_id: UUID | None
    performer_name: str | None
    named: bool
    accepted: bool
    starts_at: datetime
    ends_at: datetime
    held_until: datetime | None
    confirmed_at: datetime | None
    arrived_at: datetime | None
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to come for, where, and with whom (None: anybody who may do it)."""

    treatment_id: UUID
    branch_id: UUID | None = None
    performer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Performer:
    """A member of staff who may do the treatment. `licensed` is false for a doctor without a licence number."""

    id: UUID
    name: str
    licensed: bool
    on_duty: bool


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that is taken, of whom and of which room. `firm`: its performer was asked for, or has accepted."""

    appointment_id: UUID
    journey_id: UUID
    treatment_id: UUID
    branch_id: UUID | None
    performer_id: UUID | None
    room_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    firm: bool


@dataclass(frozen=True, slots=True)
class Diary:
    """Everything that decides whether a time is free.

    `opening` is the branch's periods by weekday; {} opens at any hour. Without `rooms` rooms are no limit, and
    without `performers` (a clinic that has entered no staff for the treatment) people are none.
    """

    zone: ZoneInfo
    minutes: int
    opening: Mapping[str, Sequence[tuple[str, str]]]
    rooms: Sequence[UUID]
    performers: Sequence[Performer]
    busy: Sequence[Busy]


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time with the room and the person that would be taken."""

    starts_at: datetime
    ends_at: datetime
    room_id: UUID | None
    performer_id: UUID | None
