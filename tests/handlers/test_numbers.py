"""Numbers as people type them, in digits and in Thai words."""

from __future__ import annotations

import pytest

from domain.errors import DomainError
from handlers.typed.numbers import read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        ("1,290", 1290),
        ("๑,๒๙๐", 1290),
        (" 007 ", 7),
        ("สิบห้า", 15),
        ("ยี่สิบเอ็ด", 21),
        ("ศูนย์", 0),
        ("สามสิบ", 30),
    ],
)
def test_numbers(typed: str, number: int) -> None:
    assert read_number(typed) == number


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "1,29", "12 13", "สองสาม", "พัน", "½", "9" * 13])
def test_what_is_no_number(typed: str) -> None:
    with pytest.raises(DomainError, match="bad_number"):
        read_number(typed)
