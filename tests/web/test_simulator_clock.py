"""Where the page's clock buttons lead to, whatever the hour, the zone or the text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.simulator.clock import FARTHEST, BadTime, destination

NOON = datetime(2026, 7, 16, 5, 0, tzinfo=UTC)  # 12:00 in Bangkok


@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    zone=st.sampled_from(["Asia/Bangkok", "America/New_York", "Pacific/Auckland", "UTC"]),
)
def test_tomorrow_at_ten_is_always_ahead_and_at_ten(now: datetime, zone: str) -> None:
    to = destination({"tomorrow_10": True}, now.replace(tzinfo=UTC), zone)
    assert (to.hour, to.minute, to.tzname() is not None) == (10, 0, True)
    assert timedelta(hours=9) <= to - now.replace(tzinfo=UTC) <= timedelta(hours=35)


@given(st.text())
def test_no_text_breaks_the_clock(text: str) -> None:
    try:
        to = destination({"to": text}, NOON, "Asia/Bangkok")
    except BadTime:
        return
    assert NOON < to <= NOON + FARTHEST


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"minutes": 0}, "past"),
        ({"minutes": -5}, "past"),
        ({"minutes": 10**9}, "too_far"),
        ({"to": "2026-07-16T11:59"}, "past"),
        ({"to": "soon"}, "not_a_time"),
        ({"to": 5}, "not_a_time"),
        ({}, "not_a_time"),
    ],
)
def test_a_time_out_of_reach_is_refused_with_its_reason(wanted: dict[str, object], why: str) -> None:
    with pytest.raises(BadTime) as refusal:
        destination(wanted, NOON, "Asia/Bangkok")
    assert refusal.value.code == why
