"""Entries of the loyalty programme: tiers, badges and rewards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.catalogue.entry import Code, Count, Named
from domain.payments.rules import SATANG_PER_BAHT
from domain.rewards.model import Kind, Period


class Tier(Named):
    """A rung of the ladder: baht to enter and to keep, earning factor in basis points, months until points expire."""

    enter: Count
    keep: Count
    multiplier_bp: Annotated[int, Field(gt=0)]
    expiry_months: Annotated[int, Field(gt=0)]
    welcome_points: Count = 0

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        return {
            **super().columns(),
            "enter_satang": self.enter * SATANG_PER_BAHT,
            "keep_satang": self.keep * SATANG_PER_BAHT,
            "multiplier_bp": self.multiplier_bp,
            "expiry_months": self.expiry_months,
            "welcome_points": self.welcome_points,
        }


class Achievement(Named):
    """A badge: what is counted, how much of it, and the points given with it."""

    metric: Literal["completed_treatments"]
    target: Annotated[int, Field(gt=0)]
    points: Count

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        return {**super().columns(), "metric": self.metric, "target": self.target, "points": self.points}


class Reward(Named):
    """What points can get: minimum tier, stock and limit (for ever, or in each period), and how its coupon ends.

    `discount` and `minimum` are baht; `treatment` is the code of what a treatment coupon is good for.
    """

    points: Annotated[int, Field(gt=0)]
    tier: Code
    stock: Count | None = None
    stock_period: Period | None = None
    limit: Annotated[int, Field(gt=0)] | None = None
    limit_period: Period | None = None
    branches: list[Code] = []
    active_from: datetime | None = None
    active_until: datetime | None = None
    valid_days: Annotated[int, Field(gt=0)]
    fixed_end: datetime | None = None
    kind: Kind
    discount: Annotated[int, Field(gt=0)] | None = None
    minimum: Count | None = None
    treatment: Code | None = None
    refundable: bool = True

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        return {
            **super().columns(),
            "points": self.points,
            "min_tier": self.tier,
            "stock": self.stock,
            "stock_period": self.stock_period,
            "person_limit": self.limit,
            "limit_period": self.limit_period,
            "branches": self.branches,
            "active_from": self.active_from,
            "active_until": self.active_until,
            "valid_days": self.valid_days,
            "fixed_end": self.fixed_end,
            "kind": self.kind,
            "discount_satang": self.discount * SATANG_PER_BAHT if self.discount else None,
            "minimum_satang": self.minimum * SATANG_PER_BAHT if self.minimum else None,
            "treatment_code": self.treatment,
            "refundable": self.refundable,
            "active": True,
        }
