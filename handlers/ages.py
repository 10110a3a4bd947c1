"""How long something has been so, in one rough unit, as people say it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from handlers.words import Words

_DAYS_FROM: Final = timedelta(hours=48)
"""Up to two days hours say more: "37 hours" is before the 48 that count as late, "1 day" could be after."""


def age(words: Words, since: datetime, now: datetime) -> str:
    """'12 minutes', '37 hours', '4 days' between the two; less than a minute counts as none."""
    passed = max(now - since, timedelta())
    if passed < timedelta(hours=1):
        return words.n("{count} minute", "{count} minutes", passed // timedelta(minutes=1))
    if passed < _DAYS_FROM:
        return words.n("{count} hour", "{count} hours", passed // timedelta(hours=1))
    return words.n("{count} day", "{count} days", passed.days)
