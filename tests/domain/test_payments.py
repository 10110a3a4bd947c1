"""Sums of money: what people type is read to the satang, and never more than is due is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.payments.model import PaymentMethod
from domain.payments.rules import MAX_AMOUNT, check_amount, needs_second_person, parse_amount

THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
amounts = st.integers(1, 10_000_000_00)


def test_methods_are_the_stored_words() -> None:
    assert {*PaymentMethod} == {"cash", "card", "transfer"}


@pytest.mark.parametrize(
    ("typed", "satang"),
    [
        ("12900", 1_290_000), ("12,900", 1_290_000), (" 12,900 บาท", 1_290_000), ("฿12,900.50", 1_290_050),
        ("12,900.5", 1_290_050), ("THB 12,900", 1_290_000), ("12900thb", 1_290_000),
        ("๑๒,๙๐๐.๒๕ บาท", 1_290_025), ("500.-", 50_000), ("500 บ.", 50_000), ("500 baht", 50_000),
        ("0.01", 1), ("\uff15\uff10\uff10", 50_000), ("10,000,000", 1_000_000_000), ("10000000.00", 1_000_000_000),
    ],
)  # fmt: skip
def test_usual_ways_to_write_a_sum(typed: str, satang: int) -> None:
    assert parse_amount(typed) == satang


@pytest.mark.parametrize(
    "typed",
    [
        "", "บาท", "0", "0.00", "-5", "+5", "12.345", "12,90", "1,2900", "1,29,000", "12 900", "1e5", "5%",
        "ห้าร้อย", "10,000,000.01", "10000001", "99999999999999999999999", "500 600", "500-600", "500 USD",
        "12.", ".5", "NaN", "½",
    ],
)  # fmt: skip
def test_what_is_not_one_sum_is_refused(typed: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse_amount(typed)
    assert (refusal.value.code, refusal.value.facts) == ("bad_amount", {"most": MAX_AMOUNT})


@given(
    satang=amounts,
    prefix=st.sampled_from(["", "฿", "THB ", " "]),
    suffix=st.sampled_from(["", " บาท", "บาท", " ฿", " thb"]),
    grouped=st.booleans(),
    thai=st.booleans(),
)
def test_every_sum_reads_back(satang: int, prefix: str, suffix: str, grouped: bool, thai: bool) -> None:
    baht, rest = divmod(satang, 100)
    number = f"{baht:,}.{rest:02}" if grouped else f"{baht}.{rest:02}"
    assert parse_amount(prefix + (number.translate(THAI) if thai else number) + suffix) == satang


@given(st.text(max_size=30))
def test_any_text_is_a_sum_within_bounds_or_a_refusal(typed: str) -> None:
    try:
        satang = parse_amount(typed)
    except DomainError:
        return
    assert 0 < satang <= MAX_AMOUNT


def test_the_limit_itself_needs_two_people() -> None:
    assert [needs_second_person(sum_, 3_000_000) for sum_ in (2_999_999, 3_000_000, 3_000_001)] == [
        False,
        True,
        True,
    ]


@given(due=st.integers(0, 10**9), amount=st.integers(-(10**9), 10**9))
def test_only_a_sum_up_to_the_due_one_passes(due: int, amount: int) -> None:
    if 0 < amount <= due:
        check_amount(amount, due)
        return
    with pytest.raises(DomainError) as refusal:
        check_amount(amount, due)
    assert refusal.value.code == ("more_than_due" if amount > 0 else "bad_amount")
    if amount > 0:
        assert refusal.value.facts == {"due": due}
