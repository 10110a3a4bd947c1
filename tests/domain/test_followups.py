"""Follow-ups: due by the clinic's calendar, moved out of quiet hours to the right edge."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.followups.model import WINDOWS, DeliveryClass, Outcome
from domain.followups.rules import due_at, into_window

BANGKOK = ZoneInfo("Asia/Bangkok")
moments = st.timedeltas(timedelta(0), timedelta(days=2_500)).map(datetime(2024, 1, 1, tzinfo=UTC).__add__)
classes = st.sampled_from([*DeliveryClass])


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of July 2026 on a clock in Bangkok."""
    return datetime(2026, 7, day, hour, minute, tzinfo=BANGKOK)


def test_stored_words() -> None:
    assert {*DeliveryClass} == {"safety", "care", "service", "marketing"}
    assert {*Outcome} == {"fine", "amber", "red", "action"}


@pytest.mark.parametrize(
    ("anchor", "days", "at", "minutes", "due"),
    [
        (local(17, 15, 20), 1, time(10), 0, local(18, 10)),
        (local(17, 23, 59), 1, time(10), 0, local(18, 10)),
        (local(17, 0, 1), 1, time(10), 0, local(18, 10)),  # still the 16th in UTC: the clinic's day counts
        (local(17, 15, 20), 2, time(18), 0, local(19, 18)),
        (local(17, 15, 20), -1, None, 0, local(16, 15, 20)),
        (local(17, 15, 20), 0, None, -120, local(17, 13, 20)),
        (local(17, 15, 20), 0, None, 10, local(17, 15, 30)),
        (local(17, 15, 20), 14, None, 0, local(31, 15, 20)),
    ],
)
def test_due(anchor: datetime, days: int, at: time | None, minutes: int, due: datetime) -> None:
    result = due_at(anchor.astimezone(UTC), days, at, BANGKOK, minutes=minutes)
    assert result == due
    assert result.tzinfo is UTC


@pytest.mark.parametrize(
    ("cls", "when", "later", "earlier"),
    [
        ("safety", local(17, 3), local(17, 3), local(17, 3)),
        ("care", local(17, 7, 59), local(17, 8), local(16, 20)),
        ("care", local(17, 8), local(17, 8), local(17, 8)),
        ("care", local(17, 20, 1), local(18, 8), local(17, 20)),
        ("service", local(17, 20, 59), local(17, 20, 59), local(17, 20, 59)),
        ("service", local(17, 23), local(18, 8), local(17, 21)),
        ("service", local(17, 6, 30), local(17, 8), local(16, 21)),
        ("marketing", local(17, 9), local(17, 10), local(16, 19)),
        ("marketing", local(17, 19, 30), local(18, 10), local(17, 19)),
    ],
)
def test_quiet_hours(cls: str, when: datetime, later: datetime, earlier: datetime) -> None:
    assert into_window(when, DeliveryClass(cls), BANGKOK) == later
    assert into_window(when, DeliveryClass(cls), BANGKOK, earlier=True) == earlier


@given(when=moments, cls=classes, earlier=st.booleans())
def test_a_moved_message_is_inside_its_hours_near_and_in_the_asked_direction(
    when: datetime, cls: DeliveryClass, earlier: bool
) -> None:
    moved = into_window(when, cls, BANGKOK, earlier=earlier)
    assert into_window(moved, cls, BANGKOK, earlier=earlier) == moved
    assert moved <= when if earlier else moved >= when
    assert abs(moved - when) < timedelta(hours=15)
    if window := WINDOWS[cls]:
        assert window.opens <= moved.astimezone(BANGKOK).time() <= window.closes


@given(anchor=moments, days=st.integers(-60, 365), at=st.times())
def test_an_hour_of_the_day_is_kept(anchor: datetime, days: int, at: time) -> None:
    due = due_at(anchor, days, at, BANGKOK).astimezone(BANGKOK)
    assert due.time() == at
    assert (due.date() - anchor.astimezone(BANGKOK).date()).days == days
