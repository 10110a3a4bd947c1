"""What a customer may redeem, how long a coupon lasts, and whether it can be used: pure, on records alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import DomainError
from domain.loyalty.model import Balance, Tier
from domain.rewards.model import Counted, CouponView, Period, Reward, State

_MONTHS: Final[Mapping[Period, int]] = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12}


def period_start(period: Period, now: datetime, zone: ZoneInfo, *, later: int = 0) -> datetime:
    """Where the clinic's calendar period around `now` begins (UTC), or the one `later` periods after it."""
    local, months = now.astimezone(zone), _MONTHS[period]
    years, month = divmod((local.month - 1) // months * months + later * months, 12)
    return datetime(local.year + years, month + 1, 1, tzinfo=zone).astimezone(UTC)


def valid_until(reward: Reward, now: datetime, zone: ZoneInfo) -> datetime:
    """The end of a coupon given now: of the day `valid_days` later, or the reward's fixed end, whichever is earlier."""
    last = now.astimezone(zone).date() + timedelta(days=reward.valid_days + 1)
    end = datetime(last.year, last.month, last.day, tzinfo=zone).astimezone(UTC)
    return min(end, reward.fixed_end or end)


def check_reward(
    reward: Reward, balance: Balance, tier: str, ladder: Sequence[Tier], counted: Counted, now: datetime, zone: ZoneInfo
) -> None:
    """Refuse with the one condition that is missing; the last to be named is what time alone may bring: points.

    DomainErrors: `no_such_reward`, `reward_not_yet` (at), `reward_over`, `reward_tier` (tier), `reward_gone` (again),
    `reward_limit` (again), `points_owed` (debt), `not_enough_points` (usable). `again` is when the next period begins,
    None for never.
    """
    if not reward.active:
        raise DomainError("no_such_reward")
    if reward.active_from and now < reward.active_from:
        raise DomainError("reward_not_yet", at=reward.active_from.isoformat())
    if any(end is not None and end <= now for end in (reward.active_until, reward.fixed_end)):
        raise DomainError("reward_over")
    rungs = {rung.code: rung for rung in ladder}
    needed, has = rungs.get(reward.min_tier), rungs.get(tier)
    if needed is not None and (has.enter_satang if has else 0) < needed.enter_satang:
        raise DomainError("reward_tier", tier={"th": needed.name_th, "en": needed.name_en})
    if reward.stock is not None and counted.taken >= reward.stock:
        raise DomainError("reward_gone", again=_again(reward.stock_period, now, zone))
    if reward.person_limit is not None and counted.mine >= reward.person_limit:
        raise DomainError("reward_limit", again=_again(reward.limit_period, now, zone))
    if balance.debt:
        raise DomainError("points_owed", debt=balance.debt)
    if balance.usable < reward.points:
        raise DomainError("not_enough_points", usable=balance.usable)


def check_open(coupon: CouponView, now: datetime) -> None:
    """Refuse a coupon that has ended, by its row or by the clock.

    DomainErrors: `coupon_used` (by, at), `coupon_cancelled` (at), `coupon_expired` (at).
    """
    if coupon.state is State.USED:
        raise DomainError("coupon_used", by=coupon.used_by, at=_iso(coupon.used_at))
    if coupon.state is State.CANCELLED:
        raise DomainError("coupon_cancelled", at=_iso(coupon.closed_at))
    if coupon.state is State.EXPIRED or coupon.expires_at <= now:
        raise DomainError("coupon_expired", at=(coupon.expires_at - timedelta(microseconds=1)).isoformat())


def _again(period: Period | None, now: datetime, zone: ZoneInfo) -> str | None:
    return period_start(period, now, zone, later=1).isoformat() if period else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
