"""Tiers: up at once on rolling spend, extended by it, never down by a purchase."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.loyalty.model import Progress, Tier
from domain.loyalty.rules import month_end
from domain.loyalty.tiers import progress, tier_after_purchase, tier_for

BANGKOK = ZoneInfo("Asia/Bangkok")
NOW = datetime(2026, 7, 17, 12, tzinfo=BANGKOK)
A_YEAR_ON = datetime(2027, 8, 1, tzinfo=BANGKOK)

BRONZE = Tier("bronze", "บรอนซ์", "Bronze", 0, 0, 10_000, 12, 100)
SILVER = Tier("silver", "ซิลเวอร์", "Silver", 2_000_000, 1_600_000, 11_000, 12, 0)
GOLD = Tier("gold", "โกลด์", "Gold", 5_000_000, 4_000_000, 12_500, 12, 0)
PLATINUM = Tier("platinum", "แพลทินัม", "Platinum", 12_000_000, 9_600_000, 15_000, 24, 0)
DIAMOND = Tier("diamond", "ไดมอนด์", "Diamond", 30_000_000, 24_000_000, 20_000, 24, 0)
LADDER = (GOLD, BRONZE, DIAMOND, SILVER, PLATINUM)
"""The order of the rungs in the clinic's data must not matter."""

spends = st.integers(0, 40_000_000) | st.sampled_from([tier.enter_satang for tier in LADDER])
moments = st.timedeltas(timedelta(0), timedelta(days=2_500)).map(datetime(2024, 1, 1, tzinfo=UTC).__add__)


@pytest.mark.parametrize(
    ("spend", "tier"),
    [
        (0, BRONZE),
        (1_999_999, BRONZE),
        (2_000_000, SILVER),
        (5_000_000, GOLD),
        (11_999_999, GOLD),
        (12_000_000, PLATINUM),
        (30_000_000, DIAMOND),
        (10**10, DIAMOND),
    ],
)
def test_spend_enters_a_tier_at_its_amount(spend: int, tier: Tier) -> None:
    assert tier_for(spend, LADDER) is tier


@pytest.mark.parametrize(
    ("current", "until", "spend", "tier", "end"),
    [
        (BRONZE, None, 500_000, BRONZE, None),
        (BRONZE, None, 2_000_000, SILVER, A_YEAR_ON),
        (BRONZE, None, 5_000_000, GOLD, A_YEAR_ON),  # skips silver
        (GOLD, NOW + timedelta(days=20), 5_100_000, GOLD, A_YEAR_ON),  # crossed again
        (GOLD, NOW + timedelta(days=20), 4_900_000, GOLD, NOW + timedelta(days=20)),
        (GOLD, NOW + timedelta(days=900), 5_100_000, GOLD, NOW + timedelta(days=900)),  # a longer grant
        (DIAMOND, NOW + timedelta(days=20), 100, DIAMOND, NOW + timedelta(days=20)),
        (GOLD, NOW + timedelta(days=900), 12_000_000, PLATINUM, A_YEAR_ON),
    ],
)
def test_after_a_purchase(current: Tier, until: datetime | None, spend: int, tier: Tier, end: datetime | None) -> None:
    assert tier_after_purchase(current, until, spend, NOW, LADDER, BANGKOK) == (tier, end)


@given(current=st.sampled_from(LADDER), until=moments, spend=spends, now=moments)
def test_a_purchase_never_lowers_or_shortens(current: Tier, until: datetime, spend: int, now: datetime) -> None:
    before = None if current is BRONZE else until
    tier, end = tier_after_purchase(current, before, spend, now, LADDER, BANGKOK)
    assert tier.enter_satang == max(current.enter_satang, tier_for(spend, LADDER).enter_satang)
    assert (end is None) == (tier is BRONZE)
    if end and before and tier is current:
        assert end >= before
    if end and tier_for(spend, LADDER) is tier:
        assert end >= month_end(now, 12, BANGKOK) > now


@pytest.mark.parametrize(
    ("spend", "current", "expected"),
    [
        (0, BRONZE, Progress(SILVER, 2_000_000, 0.0)),
        (1_500_000, BRONZE, Progress(SILVER, 500_000, 0.75)),
        (6_000_000, GOLD, Progress(PLATINUM, 6_000_000, 0.5)),
        (0, PLATINUM, Progress(DIAMOND, 30_000_000, 0.0)),  # a grant: spend may lie below the tier
        (31_000_000, DIAMOND, Progress(None, 0, 1.0)),
    ],
)
def test_progress_to_the_tier_above(spend: int, current: Tier, expected: Progress) -> None:
    assert progress(spend, current, LADDER) == expected


@given(current=st.sampled_from(LADDER), spend=spends)
def test_what_is_missing_is_just_enough_to_climb(current: Tier, spend: int) -> None:
    way = progress(spend, current, LADDER)
    assert 0 <= way.fraction <= 1
    if way.next_tier is None:
        assert current is DIAMOND
        return
    assert tier_for(spend + way.missing_satang, LADDER).enter_satang >= way.next_tier.enter_satang
    if way.missing_satang:
        assert tier_for(spend + way.missing_satang - 1, LADDER).enter_satang < way.next_tier.enter_satang
    assert (way.fraction == 1) == (way.missing_satang == 0)
