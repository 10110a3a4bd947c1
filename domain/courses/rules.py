"""How long a course lasts. Pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MONTHS: Final = 12
"""A course can be used for a year after it was paid."""


def expires_at(opened: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) after the clinic's day a year later, 28 February for the 29th."""
    local = opened.astimezone(zone)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    last = datetime(local.year + MONTHS // 12, local.month, day, tzinfo=zone)
    return (last + timedelta(days=1)).astimezone(UTC)
