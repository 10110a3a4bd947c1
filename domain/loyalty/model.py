"""Points and tiers as records: lots, what was taken from them, the balance shown, the ladder climbed.

Built from rows by the store, moved by `rules.py` and `tiers.py`, shown by cards and pictures.
Points are whole, money is satang, factors are basis points (10,000 = x1), times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class LotState(StrEnum):
    """Life of a lot: earned, usable after treatment, and one of two ends besides being spent."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Lot:
    """Points earned together; they expire together, `expires_at` being the first moment they are unusable.

    `held` of the `remaining` points are set aside for redemptions: nobody else can spend them.
    """

    id: UUID
    points: int
    remaining: int
    state: LotState
    earned_at: datetime
    active_from: datetime | None = None
    expires_at: datetime | None = None
    held: int = 0

    @property
    def free(self) -> int:
        """What is left of it and not set aside."""
        return self.remaining - self.held


@dataclass(frozen=True, slots=True)
class Allocation:
    """Points of one lot that one row of the books holds, takes or gives back."""

    lot_id: UUID
    points: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer sees; `expiring_points` go first, at `expiring_at` (None: nothing of it expires)."""

    usable: int
    pending: int
    held: int
    debt: int
    expiring_points: int
    expiring_at: datetime | None


@dataclass(frozen=True, slots=True)
class Expiring:
    """Usable points that go together; `at` is the first moment they are unusable (None: they stay)."""

    points: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Tier:
    """One rung of a clinic's ladder. `enter_satang` and `keep_satang` measure net spend in 12 months."""

    code: str
    name_th: str
    name_en: str
    enter_satang: int
    keep_satang: int
    multiplier_bp: int
    expiry_months: int
    welcome: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The way to the next rung: what is missing, and how full the bar is (0 to 1); None at the top."""

    next_tier: Tier | None
    missing_satang: int
    fraction: float


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's loyalty account as its row says; `tier` is a code of the clinic's ladder.

    `paused_until` is the end of the medical pause that is on, if there is one.
    """

    id: UUID
    customer_id: UUID
    tier: str
    tier_valid_until: datetime | None
    held: int
    debt: int
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A medical pause of a customer's loyalty clock, from `started_at` to `until`, or to an earlier `ended_at`."""

    id: UUID
    customer_id: UUID
    reason: str
    started_at: datetime
    until: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Earning:
    """Points to be booked as one new lot. `body` is what the key stands for; `facts` are words for the history.

    Only purchases carry `tier_spend_satang`. A purchase's points wait for the treatment; all others are
    usable `at_once`.
    """

    key: str
    source: str
    points: int
    body: Mapping[str, Any]
    expiry_months: int
    multiplier_bp: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    at_once: bool = True
    tier_spend_satang: int = 0
    payment_id: UUID | None = None
    journey_id: UUID | None = None
    line_id: UUID | None = None
    sessions: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan as points see it: its price, the treatments that release it, and how many were done already.

    Without an id it is a journey as a whole.
    """

    id: UUID | None
    price_satang: int
    sessions: int = 1
    done: int = 0


@dataclass(frozen=True, slots=True)
class OwnedLot:
    """A lot with what earned it: payment, line, the treatments that release it, and the spend that they make count."""

    lot: Lot
    payment_id: UUID | None
    line_id: UUID | None
    sessions: int
    tier_spend_satang: int
    expiry_months: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the books: signed points, the lot it is about, and the lots whose points it moves.

    Its kind says how `taken` moves them: set aside (hold), no longer (release), gone (redeem, a debt repaid,
    claw-back), given back (restore).
    """

    kind: str
    points: int
    lot_id: UUID | None
    facts: Mapping[str, Any]
    at: datetime
    taken: tuple[Allocation, ...] = ()


@dataclass(frozen=True, slots=True)
class PointRow:
    """One line of the history a customer reads; `facts` has `treatment` {th, en} when it was about one."""

    kind: str
    points: int
    reason: str
    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class LoyaltyCard:
    """All that a membership card shows. `multiplier` is a factor: 1.25 means a quarter more points.

    `keep_missing_satang`: what must still be spent before `valid_until` to keep the tier. `pending_for` names the
    treatments that pending points wait for, in both languages.
    """

    balance: Balance
    tier: Tier
    valid_until: datetime | None
    multiplier: Decimal
    next_tier: Tier | None
    missing_satang: int
    fraction: float
    keep_missing_satang: int = 0
    paused_until: datetime | None = None
    pending_for: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TierChange:
    """A customer went up; the new tier lasts until `valid_until`."""

    before: Tier
    after: Tier
    valid_until: datetime | None
