"""Sums of money: read from what people type, compared with what is due, and who must agree.

Money is integer satang (1 baht = 100 satang) everywhere. Text comes from chats and the API. Pure functions.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from domain.errors import DomainError
from domain.payments.model import PaymentMethod

SATANG_PER_BAHT: Final = 100
MAX_AMOUNT: Final = 10_000_000 * SATANG_PER_BAHT
"""Ten million baht: above any bill of a clinic, below any slip of the finger worth accepting."""

_AMOUNT: Final = re.compile(
    r"(?:฿|THB|บาท)?\s*"
    r"(?P<baht>\d{1,3}(?:,\d{3}){1,4}|\d{1,12})"
    r"(?:\.(?P<satang>\d{1,2})|\.-)?"  # `500.-` is how Thai price tags end
    r"\s*(?:฿|THB|BAHT|บาท|บ\.?)?",
    re.IGNORECASE,
)


def parse_amount(text: str) -> int:
    """Satang from a typed sum: `12,900`, `๑๒,๙๐๐.๕๐ บาท`, `฿500.-`, `THB 1,290`.

    Raises DomainError `bad_amount` (fact `most`, satang) unless it is one sum above zero and at most ten
    million baht, with commas only between thousands and at most two decimals.
    """
    match = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise DomainError("bad_amount", most=MAX_AMOUNT)
    # int() reads Thai digits as well as ASCII ones, as \d does.
    baht, satang = match["baht"].replace(",", ""), (match["satang"] or "").ljust(2, "0")
    amount = int(baht) * SATANG_PER_BAHT + int(satang)
    if not 0 < amount <= MAX_AMOUNT:
        raise DomainError("bad_amount", most=MAX_AMOUNT)
    return amount


def needs_second_person(amount_satang: int, limit_satang: int) -> bool:
    """True when two people must confirm: the clinic's limit itself already needs both."""
    return amount_satang >= limit_satang


def check_amount(amount: int, due: int) -> None:
    """Refuse a payment (satang) of nothing, `bad_amount`, or of more than is due, `more_than_due`."""
    if amount <= 0:
        raise DomainError("bad_amount", most=due)
    if amount > due:
        raise DomainError("more_than_due", due=due)


def check_method(method: str) -> None:
    """Refuse a way of paying that there is not: `bad_method` (methods)."""
    if method not in {*PaymentMethod}:
        raise DomainError("bad_method", methods=list(PaymentMethod))
