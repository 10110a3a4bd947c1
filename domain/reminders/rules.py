"""When a message that leaves later may reach a customer. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

OPENS: Final = time(8)
CLOSES: Final = time(21)
"""Service hours of the clinic's day, in which customers are written to: 08:00 to 21:00."""


def into_hours(at: datetime, zone: ZoneInfo) -> datetime:
    """`at` if it lies within the service hours of the clinic's zone, else the next opening."""
    local = at.astimezone(zone)
    if OPENS <= local.time() <= CLOSES:
        return at
    day = local.date() + timedelta(days=local.time() > CLOSES)
    return datetime.combine(day, OPENS, zone)
