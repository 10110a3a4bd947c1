"""Tiers: where rolling spend puts a customer on the clinic's ladder, and how long it lasts.

The ladder is the clinic's data, in any order, with one rung that costs nothing. Spend is net satang of the
last 12 months; points never count. Falling is for a review at the end of a term, not for a purchase.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.loyalty.model import Pause, Progress, Tier
from domain.loyalty.rules import month_end

TERM_MONTHS: Final = 12
"""A tier lasts to the end of the month this many months after it was reached."""


def spend_since(now: datetime, zone: ZoneInfo) -> datetime:
    """Where the rolling 12 months begin (UTC): this time of the clinic's day a year ago, 28 February for the 29th."""
    local = now.astimezone(zone)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=local.year - 1, day=day).astimezone(UTC)


def keep_since(valid_until: datetime, pauses: Iterable[Pause], zone: ZoneInfo) -> datetime:
    """Where the spend begins that counts at the review at `valid_until` (UTC): 12 months before it, in which no time
    of a medical pause counts. `pauses` come newest first."""
    since = spend_since(valid_until, zone)
    for pause in pauses:
        end = pause.ended_at or pause.until
        if end > since:
            since -= min(end, valid_until) - max(pause.started_at, since)
    return since


def tier_for(spend_satang: int, ladder: Collection[Tier]) -> Tier:
    """The highest tier that this rolling spend enters."""
    return max((tier for tier in ladder if tier.enter_satang <= spend_satang), key=_height)


def tier_after_purchase(
    current: Tier,
    valid_until: datetime | None,
    spend: int,
    now: datetime,
    ladder: Collection[Tier],
    zone: ZoneInfo,
    frozen: timedelta = timedelta(),
) -> tuple[Tier, datetime | None]:
    """Tier and end of term after a purchase that made rolling spend (satang) `spend`.

    Up at once, rungs may be skipped; spend that would enter the present tier again extends it, so that
    nobody is worse off than a newcomer; never down, never shorter. The lowest tier has no end (None). `frozen` is
    what a medical pause that is on will still add.
    """
    reached = tier_for(spend, ladder)
    if _height(reached) < _height(current) or reached.enter_satang == 0:
        return current, valid_until
    end = month_end(now, TERM_MONTHS, zone) + frozen
    if reached.code == current.code and valid_until is not None:
        end = max(end, valid_until)
    return reached, end


def progress(spend: int, current: Tier, ladder: Collection[Tier]) -> Progress:
    """How far rolling spend (satang) is on the way to the tier above the present one."""
    above = [tier for tier in ladder if _height(tier) > _height(current)]
    if not above:
        return Progress(None, 0, 1.0)
    following = min(above, key=_height)
    return Progress(following, max(0, following.enter_satang - spend), min(1.0, max(0, spend) / following.enter_satang))


def _height(tier: Tier) -> int:
    return tier.enter_satang
