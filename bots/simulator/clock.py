"""Where the page's clock buttons lead to: a request in the clinic's words becomes one instant.

The browser says "an hour later", "tomorrow at ten" or a date and time as the clinic reads it; the
program's clock wants an aware instant that lies ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FARTHEST = timedelta(days=400)  # every reminder and expiry of a year's plan lies inside; more only costs time


class BadTime(ValueError):
    """The request names no instant that the clock can move to; `code` is `past`, `too_far` or `not_a_time`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def destination(wanted: Mapping[str, Any], now: datetime, zone: str) -> datetime:
    """The instant that a clock request means, given the clinic's `now` (aware) and IANA time zone.

    One of `{"minutes": n}`, `{"tomorrow_10": true}`, `{"to": ISO}`; an ISO time without an offset is the
    clinic's local time. Raises BadTime for anything else, for the past, and beyond `FARTHEST`.
    """
    to = _wanted(wanted, now, ZoneInfo(zone))
    if to <= now:
        raise BadTime("past")
    if to - now > FARTHEST:
        raise BadTime("too_far")
    return to


def _wanted(wanted: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> datetime:
    match wanted:
        case {"minutes": int(minutes)}:
            return now + timedelta(minutes=max(0, min(minutes, FARTHEST // timedelta(minutes=1) + 1)))
        case {"tomorrow_10": True}:
            tomorrow = now.astimezone(zone).date() + timedelta(days=1)
            return datetime.combine(tomorrow, time(10), zone)
        case {"to": str(text)}:
            try:
                to = datetime.fromisoformat(text)
            except ValueError:
                raise BadTime("not_a_time") from None
            return to if to.tzinfo else to.replace(tzinfo=zone)
    raise BadTime("not_a_time")
