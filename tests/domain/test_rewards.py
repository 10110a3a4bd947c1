"""Rewards without a database: what is missing, how long a coupon lasts, and codes that tell what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.loyalty.model import Balance, Tier
from domain.rewards import codes
from domain.rewards.model import Counted, Kind, Period, Reward
from domain.rewards.rules import check_reward, period_start, valid_until

BANGKOK = ZoneInfo("Asia/Bangkok")
NOW = datetime(2026, 7, 17, 12, tzinfo=BANGKOK)
LADDER = [
    Tier(code, code, code, enter, 0, 10_000, 12, 0) for code, enter in (("bronze", 0), ("silver", 20), ("gold", 50))
]
MASK = Reward(
    id=UUID(int=1),
    code="RMASK",
    name={"th": "มาส์ก", "en": "Mask"},
    points=900,
    min_tier="silver",
    stock=2,
    stock_period=Period.MONTH,
    person_limit=1,
    limit_period=Period.QUARTER,
    branches=(),
    active_from=None,
    active_until=None,
    valid_days=30,
    fixed_end=None,
    kind=Kind.ITEM,
    discount_satang=None,
    minimum_satang=None,
    refundable=True,
    active=True,
)
CLINIC, OTHER = UUID(int=7), UUID(int=8)


def local(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=BANGKOK)


def points(usable: int, debt: int = 0) -> Balance:
    return Balance(usable, 0, 0, debt, 0, None)


@pytest.mark.parametrize(
    ("changes", "balance", "tier", "counted", "code", "facts"),
    [
        ({}, points(900), "silver", Counted(1, 0), None, {}),
        ({}, points(900), "gold", Counted(1, 0), None, {}),
        ({"stock": None, "person_limit": None}, points(900), "gold", Counted(99, 99), None, {}),
        ({"active": False}, points(900), "silver", Counted(0, 0), "no_such_reward", {}),
        (
            {"active_from": NOW + timedelta(days=1)},
            points(900),
            "silver",
            Counted(0, 0),
            "reward_not_yet",
            {"at": (NOW + timedelta(days=1)).isoformat()},
        ),
        ({"active_until": NOW}, points(900), "silver", Counted(0, 0), "reward_over", {}),
        ({"fixed_end": NOW}, points(900), "silver", Counted(0, 0), "reward_over", {}),
        ({}, points(900), "bronze", Counted(0, 0), "reward_tier", {"tier": {"th": "silver", "en": "silver"}}),
        ({}, points(0), "silver", Counted(2, 0), "reward_gone", {"again": "2026-07-31T17:00:00+00:00"}),
        ({"stock_period": None}, points(0), "silver", Counted(2, 0), "reward_gone", {"again": None}),
        ({}, points(0), "silver", Counted(1, 1), "reward_limit", {"again": "2026-09-30T17:00:00+00:00"}),
        ({}, points(0, debt=5), "silver", Counted(1, 0), "points_owed", {"debt": 5}),
        ({}, points(899), "silver", Counted(1, 0), "not_enough_points", {"usable": 899}),
    ],
)
def test_the_one_condition_that_is_missing(
    changes: dict[str, Any], balance: Balance, tier: str, counted: Counted, code: str | None, facts: dict[str, Any]
) -> None:
    reward = replace(MASK, **changes)
    if code is None:
        check_reward(reward, balance, tier, LADDER, counted, NOW, BANGKOK)
        return
    with pytest.raises(DomainError) as refused:
        check_reward(reward, balance, tier, LADDER, counted, NOW, BANGKOK)
    assert (refused.value.code, refused.value.facts) == (code, facts)


@pytest.mark.parametrize(
    ("period", "start", "following"),
    [
        (Period.MONTH, local(2026, 7, 1), local(2026, 8, 1)),
        (Period.QUARTER, local(2026, 7, 1), local(2026, 10, 1)),
        (Period.HALF_YEAR, local(2026, 7, 1), local(2027, 1, 1)),
        (Period.YEAR, local(2026, 1, 1), local(2027, 1, 1)),
    ],
)
def test_periods_are_the_clinics_calendar(period: Period, start: datetime, following: datetime) -> None:
    assert period_start(period, NOW, BANGKOK) == start
    assert period_start(period, NOW, BANGKOK, later=1) == following
    assert period_start(period, (following - timedelta(microseconds=1)).astimezone(UTC), BANGKOK) == start


def test_a_coupon_lasts_whole_days_or_to_its_fixed_end() -> None:
    assert valid_until(MASK, NOW, BANGKOK) == local(2026, 8, 17)
    assert valid_until(replace(MASK, fixed_end=local(2026, 8, 1)), NOW, BANGKOK) == local(2026, 8, 1)
    assert valid_until(replace(MASK, fixed_end=local(2027, 1, 1)), NOW, BANGKOK) == local(2026, 8, 17)


def refused(typed: str, clinic: UUID = CLINIC) -> str | None:
    try:
        codes.read(clinic, typed)
    except DomainError as error:
        return error.code
    return None


@given(clinic=st.uuids())
def test_a_code_is_read_however_it_is_typed(clinic: UUID) -> None:
    code = codes.make(clinic)
    assert len(code) == codes.LENGTH
    for typed in (code, codes.show(code).lower(), code.replace("0", "o").replace("1", "l"), f" {code[:5]} {code[5:]}"):
        assert codes.read(clinic, typed) == (code, "")


def test_a_code_of_another_clinic_is_known_as_such() -> None:
    told = [refused(codes.make(OTHER)) for _ in range(200)]
    assert set(told) == {"coupon_other_clinic"}


@given(place=st.integers(0, codes.LENGTH - 1), character=st.sampled_from(codes.ALPHABET))
def test_every_wrong_character_is_found(place: int, character: str) -> None:
    code = codes.make(CLINIC)
    typed = code[:place] + character + code[place + 1 :]
    assert refused(typed) == (None if typed == code else "no_such_coupon")


@pytest.mark.parametrize("typed", ["", "ABC", "สวัสดี", "U" * 11, "K7Q2M0XR4T"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert refused(typed) == "no_such_coupon"


@pytest.mark.parametrize(
    ("age", "code"),
    [(0, None), (60, None), (61, "coupon_token_old"), (-2, "coupon_token_old"), (86_400, "coupon_token_old")],
)
def test_a_picture_works_for_a_minute(age: int, code: str | None) -> None:
    coupon, secret = codes.make(CLINIC), uuid4().hex
    given = codes.token(coupon, secret, NOW)
    assert codes.read(CLINIC, coupon + given) == (coupon, given)
    if code is None:
        codes.check_token(given, coupon, secret, NOW + timedelta(seconds=age))
        return
    with pytest.raises(DomainError, match=code):
        codes.check_token(given, coupon, secret, NOW + timedelta(seconds=age))


def test_a_picture_cannot_be_made_without_the_coupons_secret() -> None:
    coupon = codes.make(CLINIC)
    with pytest.raises(DomainError, match="no_such_coupon"):
        codes.check_token(codes.token(coupon, "other", NOW), coupon, "secret", NOW)
    with pytest.raises(DomainError, match="no_such_coupon"):
        codes.check_token(codes.token(codes.make(CLINIC), "secret", NOW), coupon, "secret", NOW)
