"""Rewards, what stands between a customer and one of them, and coupons, as records.

Built from rows by the store, judged by `rules.py`, shown by `handlers/rewards.py` and `handlers/coupons.py`. Points
are whole, money is satang, times are aware UTC; an end is the first moment at which something is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import DomainError


class Period(StrEnum):
    """Calendar periods of the clinic in which stock and limits count anew."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class Kind(StrEnum):
    """What a coupon is good for: money off a bill, a thing, or a treatment."""

    DISCOUNT = "discount"
    ITEM = "item"
    TREATMENT = "treatment"


class State(StrEnum):
    """Life of a redemption (PRODUCT C7): points set aside, coupon given, and its three ends."""

    HELD = "held"
    ISSUED = "issued"
    USED = "used"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Reward:
    """Something that points can get. `branches` are codes, none meaning all; `name` is in both languages.

    `stock` and `person_limit` count within their period, or for ever without one; None is no limit.
    """

    id: UUID
    code: str
    name: Mapping[str, str]
    points: int
    min_tier: str
    stock: int | None
    stock_period: Period | None
    person_limit: int | None
    limit_period: Period | None
    branches: tuple[str, ...]
    active_from: datetime | None
    active_until: datetime | None
    valid_days: int
    fixed_end: datetime | None
    kind: Kind
    discount_satang: int | None
    minimum_satang: int | None
    refundable: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """Redemptions of a reward that count now: everybody's against its stock, the customer's own against the limit."""

    taken: int
    mine: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward as one customer sees it. `blocked` is the one thing that stands in the way.

    `number` is what a redemption confirmed now would be: the customer's so many-th.
    """

    reward: Reward
    usable: int
    number: int
    valid_until: datetime
    blocked: DomainError | None


@dataclass(frozen=True, slots=True)
class CouponView:
    """A coupon with its reward, its customer, and how it ended; `state` is what its row says, the clock decides too."""

    id: UUID
    redemption_id: UUID
    code: str
    state: State
    reward: Reward
    points: int
    customer_id: UUID
    customer_name: str
    customer_person_id: UUID
    issued_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    used_by: str | None
    used_at: datetime | None
    branch: Mapping[str, str] | None
    secret: str
