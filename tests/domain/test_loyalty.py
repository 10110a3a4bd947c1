"""Earning points: the golden numbers, multipliers, month ends, and parts that never drift."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.loyalty.model import Allocation, LotState
from domain.loyalty.rules import (
    activate,
    activation_share,
    clawback,
    earn_delta,
    points_for,
    repay_debt,
    spend,
    usable,
)
from tests.domain.wallets import BANGKOK, A, B, C, D, left, local, lot

MULTIPLIERS = (10_000, 11_000, 12_500, 15_000, 20_000)


def test_golden_spend_refund_and_repayment() -> None:
    start = [lot(A, 500, local(2027, 2, 1)), lot(B, 300, local(2026, 7, 1)), lot(C, 200)]

    taken, lots = spend(start, 600, now := local(2026, 5, 1))
    assert taken == [Allocation(B, 300), Allocation(A, 300)]
    assert left(lots) == {A: 200, B: 0, C: 200}
    assert usable(lots, 0, now) == 400

    taken, lots, debt = clawback(lots, {A}, 500, now := local(2026, 7, 2))
    assert taken == [Allocation(A, 200), Allocation(C, 200)]
    assert debt == 100
    assert left(lots) == {A: 0, B: 0, C: 0}
    assert usable(lots, debt, now) == 0

    repaid, points = repay_debt(debt, 150)
    assert (repaid, points) == (100, 50)
    assert usable([*lots, replace(lot(D, 150), remaining=points)], debt - repaid, now) == 50


def test_golden_partial_and_full_refund() -> None:
    assert points_for(1_290_000, 12_500) == 645
    assert earn_delta(paid_before=1_290_000, paid_after=990_000, tier_multiplier_bp=12_500) == -(645 - 495)
    assert earn_delta(paid_before=990_000, paid_after=0, tier_multiplier_bp=12_500) == -495


@pytest.mark.parametrize(("bp", "points"), [(10_000, 359), (11_000, 395), (12_500, 449), (15_000, 539)])
def test_golden_multipliers(bp: int, points: int) -> None:
    assert points_for(899_000, bp) == points


@pytest.mark.parametrize(
    ("activated", "months", "unusable_from"),
    [
        (local(2026, 7, 17), 12, local(2027, 8, 1)),
        (local(2026, 1, 31), 12, local(2027, 2, 1)),
        (local(2028, 2, 29), 12, local(2029, 3, 1)),
        (local(2026, 12, 31), 12, local(2028, 1, 1)),
        (local(2026, 7, 31, 23), 12, local(2027, 8, 1)),
        (local(2026, 8, 1, 1), 12, local(2027, 9, 1)),  # still July in UTC: the clinic's month counts
        (local(2026, 7, 17), 24, local(2028, 8, 1)),
    ],
)
def test_golden_expiry_is_a_month_end_in_the_clinics_zone(
    activated: datetime, months: int, unusable_from: datetime
) -> None:
    active = activate(lot(A, 500, state=LotState.PENDING), activated.astimezone(UTC), months, BANGKOK)
    assert (active.state, active.active_from, active.expires_at) == (
        LotState.ACTIVE,
        activated,
        unusable_from,
    )
    assert usable([active], 0, unusable_from - timedelta(microseconds=1)) == 500
    assert usable([active], 0, unusable_from) == 0


def test_a_date_stated_with_the_points_is_not_lengthened() -> None:
    promised = local(2026, 9, 1)
    pending = lot(A, 88, promised, LotState.PENDING)
    assert activate(pending, local(2026, 7, 17), 12, BANGKOK).expires_at == promised


@pytest.mark.parametrize("state", [LotState.ACTIVE, LotState.EXPIRED, LotState.CANCELLED])
def test_no_lot_activates_twice(state: LotState) -> None:
    with pytest.raises(ValueError, match="pending"):
        activate(lot(A, 1, state=state), local(2026, 1, 1), 12, BANGKOK)


@given(
    parts=st.lists(st.integers(0, 5_000_000), max_size=8),
    bp=st.sampled_from(MULTIPLIERS),
    campaign=st.sampled_from([10_000, 20_000]),
)
def test_parts_never_drift(parts: list[int], bp: int, campaign: int) -> None:
    totals = [sum(parts[:count]) for count in range(len(parts) + 1)]
    earned = sum(
        earn_delta(paid_before=before, paid_after=after, tier_multiplier_bp=bp, campaign_bp=campaign)
        for before, after in pairwise(totals)
    )
    assert earned == points_for(totals[-1], bp, campaign)


@given(net=st.integers(0, 10**9), bp=st.sampled_from(MULTIPLIERS), campaign=st.integers(10_000, 30_000))
def test_points_are_the_floor_of_the_exact_value(net: int, bp: int, campaign: int) -> None:
    points, scale = points_for(net, bp, campaign), 100 * 25 * 10_000 * 10_000
    assert points * scale <= net * bp * campaign < (points + 1) * scale


def test_a_negative_sum_earns_an_error_not_points() -> None:
    with pytest.raises(ValueError, match="negative"):
        points_for(-1, 10_000)


@given(points=st.integers(0, 100_000), sessions=st.integers(1, 30))
def test_a_course_releases_all_its_points_the_rest_with_the_last_session(points: int, sessions: int) -> None:
    shares = [activation_share(points, sessions, nth) for nth in range(1, sessions + 1)]
    assert sum(shares) == points
    assert set(shares[:-1]) <= {points // sessions}
    assert 0 <= shares[-1] - points // sessions < sessions


@pytest.mark.parametrize("nth", [0, 6, -1])
def test_a_course_has_no_other_sessions(nth: int) -> None:
    with pytest.raises(ValueError, match="of 5"):
        activation_share(100, 5, nth)
