"""Free times: opening hours, lunch, closed days, rooms and people; and who does what when a task changes hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.appointments.arrival import PREFIX, make_code, read_code
from domain.appointments.model import Busy, Diary, Performer
from domain.appointments.rules import check_cut_off, exchange, fit, free, is_open, may_perform, missed_at, offers
from domain.errors import DomainError
from tests.domain.small_clinic import BANGKOK

MONDAY = datetime(2026, 7, 20, tzinfo=BANGKOK)
HOURS = [("10:30", "12:00"), ("13:00", "20:30")]
OPEN = dict.fromkeys(("mon", "tue", "thu", "fri", "sat", "sun"), HOURS)  # closed on Wednesdays
ROOM, MINT, NAN = uuid4(), Performer(uuid4(), "มิ้นท์", True, True), Performer(uuid4(), "แนน", True, True)
SECRET = "11" * 32


def at(clock: str, days: int = 0) -> datetime:
    """That hour on Monday, or so many days later."""
    return datetime.combine(MONDAY.date() + timedelta(days=days), time.fromisoformat(clock), BANGKOK)


def taken(
    starts: datetime, *, by: Performer | None = None, room: UUID | None = None, minutes: int = 60, firm: bool = False
) -> Busy:
    """A time that somebody has already."""
    ends = starts + timedelta(minutes=minutes)
    ids = {"appointment_id": uuid4(), "journey_id": uuid4(), "treatment_id": uuid4()}
    performer_id = by.id if by else None
    return Busy(
        **ids,
        branch_id=None,
        performer_id=performer_id,
        room_id=room,
        starts_at=starts,
        ends_at=ends,
        firm=firm,
    )


def diary(
    *busy: Busy, rooms: Sequence[UUID] = (ROOM,), people: Sequence[Performer] = (MINT, NAN), minutes: int = 60
) -> Diary:
    """The branch's diary for an hour's treatment."""
    return Diary(BANGKOK, minutes, OPEN, rooms, people, busy)


@pytest.mark.parametrize(
    ("clock", "days", "expected"),
    [
        ("10:30", 0, True),
        ("10:15", 0, False),  # before it opens
        ("11:00", 0, True),
        ("11:15", 0, False),  # into lunch
        ("12:30", 0, False),  # at lunch
        ("13:00", 0, True),
        ("19:30", 0, True),
        ("19:45", 0, False),  # past closing
        ("14:00", 2, False),  # Wednesday
        ("14:00", 3, True),
    ],
)
def test_a_treatment_lies_inside_one_opening_period(clock: str, days: int, expected: bool) -> None:
    assert is_open(diary(), at(clock, days)) is expected


def test_a_branch_without_hours_is_open_at_any_hour() -> None:
    anytime = Diary(BANGKOK, 60, {}, (), (), ())
    assert is_open(anytime, at("03:00", 2))
    assert next(free(anytime, at("03:05"))).starts_at == at("03:15")


def test_a_time_takes_a_room_and_a_person_that_are_free() -> None:
    two = diary(taken(at("14:00"), by=MINT, room=ROOM), rooms=(ROOM, other := uuid4()))
    slot = fit(two, at("14:30"))
    assert slot is not None
    assert (slot.room_id, slot.performer_id, slot.ends_at) == (other, NAN.id, at("15:30"))
    assert fit(two, at("14:30"), MINT.id) is None
    assert fit(two, at("15:00"), MINT.id) is not None  # ends are free again
    assert fit(diary(taken(at("14:00"), room=ROOM)), at("14:30")) is None
    assert fit(diary(taken(at("14:00"), by=MINT), taken(at("14:00"), by=NAN)), at("14:30")) is None
    assert fit(diary(rooms=(), people=()), at("14:00")) is not None  # nothing entered limits nothing


def test_of_several_people_the_one_with_least_to_do_is_taken_and_who_had_it_keeps_it() -> None:
    day = diary(taken(at("17:00"), by=MINT), rooms=())
    assert getattr(fit(day, at("14:00")), "performer_id", None) == NAN.id
    assert getattr(fit(day, at("14:00"), first=MINT.id), "performer_id", None) == MINT.id


def test_three_good_times_are_offered_in_different_half_days() -> None:
    assert offers(diary(), at("11:20")) == [at("13:00"), at("10:30", 1), at("13:00", 1)]
    # Tuesday evening: Wednesday is closed.
    assert offers(diary(), at("20:00", 1)) == [at("10:30", 3), at("13:00", 3), at("10:30", 4)]
    nobody = diary(taken(at("00:00"), room=ROOM, minutes=60 * 24 * 30))
    assert offers(nobody, at("11:20")) == []


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans(), st.booleans()), max_size=12), st.integers(0, 96))
def test_no_free_time_overlaps_what_is_taken(busy: list[tuple[int, bool, bool]], since: int) -> None:
    rows = [
        taken(MONDAY + timedelta(minutes=15 * n), by=MINT if mint else NAN, room=ROOM if room else None)
        for n, mint, room in busy
    ]
    day, start = diary(*rows), MONDAY + timedelta(minutes=15 * since)
    for _, slot in zip(range(20), free(day, start), strict=False):
        assert slot.starts_at >= start
        assert is_open(day, slot.starts_at)
        for row in rows:
            if row.starts_at < slot.ends_at and slot.starts_at < row.ends_at:
                assert row.performer_id != slot.performer_id
                assert row.room_id != slot.room_id


def test_a_doctor_without_a_licence_number_is_not_booked() -> None:
    unlicensed = Performer(uuid4(), "หมอ", False, True)
    assert may_perform([unlicensed, MINT], None) == [MINT]
    assert may_perform([], None) == []
    for staff, wanted, code in (
        ([unlicensed], None, "no_licence_on_file"),
        ([unlicensed, MINT], unlicensed.id, "cannot_perform"),
        ([MINT], NAN.id, "cannot_perform"),
    ):
        with pytest.raises(DomainError) as caught:
            may_perform(staff, wanted)
        assert caught.value.code == code


def test_two_reservations_change_places() -> None:
    mine, other = taken(at("14:00"), by=MINT), taken(at("14:30"), by=NAN)
    can = {other.appointment_id: diary(rooms=(), people=(MINT,))}
    assert exchange(mine, [other], NAN.id, can) == {mine.appointment_id: NAN.id, other.appointment_id: MINT.id}
    assert exchange(mine, [], NAN.id, {}) == {mine.appointment_id: NAN.id}


@pytest.mark.parametrize("firm", [True, False])
def test_what_was_promised_is_not_given_away(firm: bool) -> None:
    """Neither a performer who was asked for or has accepted, nor a reservation that nobody else could do."""
    mine, other = taken(at("14:00"), by=MINT), taken(at("14:30"), by=NAN, firm=firm)
    able = (MINT,) if firm else ()
    busy = () if firm else (taken(at("15:00"), by=MINT),)
    can = {other.appointment_id: diary(*busy, rooms=(), people=able or (MINT,))}
    with pytest.raises(DomainError) as caught:
        exchange(mine, [other], NAN.id, can)
    assert caught.value.code == "busy_then"


def test_the_cut_off_and_when_somebody_is_missing() -> None:
    check_cut_off(at("14:00", 1), at("14:00"), timedelta(hours=24))
    with pytest.raises(DomainError) as caught:
        check_cut_off(at("13:59", 1), at("14:00"), timedelta(hours=24))
    assert (caught.value.code, caught.value.facts["hours"]) == ("too_late_to_move", 24)
    assert missed_at(at("14:00"), 0) == at("14:15")
    assert missed_at(at("14:00"), 20) == at("14:35")


def test_the_counters_code_works_for_a_minute_at_its_clinic() -> None:
    branch, now = uuid4(), at("14:00")
    code = make_code(SECRET, branch, now)
    assert len(code) <= 64
    assert code.replace("-", "").replace("_", "").isalnum()
    assert read_code(SECRET, code, now + timedelta(seconds=60)) == branch
    assert read_code(SECRET, make_code(SECRET, None, now), now) is None
    for secret, text, moment in (
        (SECRET, code, now + timedelta(seconds=61)),
        (SECRET, code, now + timedelta(hours=1)),  # a photo
        (SECRET, code, now - timedelta(seconds=1)),
        ("22" * 32, code, now),  # another clinic's
        (SECRET, code[:-2] + ("AA" if code[-2:] != "AA" else "BB"), now),
        (SECRET, PREFIX, now),
        (SECRET, PREFIX + "ก" * 30, now),
    ):
        with pytest.raises(DomainError) as caught:
            read_code(secret, text, moment)
        assert caught.value.code == "arrival_code_old"
