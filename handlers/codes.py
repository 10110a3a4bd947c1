"""Recognising codes in what somebody typed: of invitations and of coupons."""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"[\s\-_·.]+")
# Ten letters and digits, with at least one of each: no telephone number and hardly any name looks like that.
_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[0-9A-Za-z]{10}")


def as_code(text: str) -> str | None:
    """The code that a text is, without what people put between its characters; None when it is something else."""
    plain = _BETWEEN.sub("", text)
    return plain if _CODE.fullmatch(plain) else None


# Eleven of them are a coupon's code; a picture from the counter has eight more.
_COUPON = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[0-9A-Za-z]{11}(?:[0-9A-Za-z]{8})?")


def as_coupon(text: str) -> str | None:
    """The coupon code that a text is, as it stands without what lies between its characters; else None."""
    plain = _BETWEEN.sub("", text)
    return plain if _COUPON.fullmatch(plain) else None
