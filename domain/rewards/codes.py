"""The codes of coupons: what people read out and type, and what a picture shows at the counter for a minute.

A code is 11 characters of Crockford's base 32 without look-alikes: 7 by chance, 3 that only this clinic would have
put there, and a check digit. So a slip of the finger and another clinic's coupon are told apart without looking
anywhere. A picture holds the code and 8 characters more: the second it was made, signed with the coupon's secret.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.unit import new_code

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 11
TOKEN_SECONDS: Final = 60
"""A picture shown at the counter works this long."""
_RANDOM, _BOUND, _CLOCK, _SIGNED = 7, 3, 4, 4
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")
_BETWEEN: Final = re.compile(r"[\W_]+")
_CYCLE: Final = 32**_CLOCK
"""Seconds after which the clock in a picture begins again: 12 days."""


def make(clinic_id: UUID) -> str:
    """A new code of this clinic."""
    chance = new_code(_RANDOM)
    bound = chance + _mac(clinic_id.bytes, chance, _BOUND)
    return bound + _check_digit(bound)


def show(code: str) -> str:
    """A code as people read it: ABCD-EFGH-JKM."""
    return "-".join((code[:4], code[4:8], code[8:]))


def read(clinic_id: UUID, typed: str) -> tuple[str, str]:
    """The code in what somebody typed or scanned, and the token after it ('' when it was typed).

    DomainErrors `no_such_coupon` (mistyped, or no code at all) and `coupon_other_clinic`.
    """
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper().translate(_LOOK_ALIKES)
    code, token = plain[:LENGTH], plain[LENGTH:]
    if len(code) < LENGTH or set(plain) - set(ALPHABET) or code[-1] != _check_digit(code[:-1]):
        raise DomainError("no_such_coupon")
    if code[_RANDOM:-1] != _mac(clinic_id.bytes, code[:_RANDOM], _BOUND):
        raise DomainError("coupon_other_clinic")
    return code, token


def token(code: str, secret: str, now: datetime) -> str:
    """What a picture made now says after the code."""
    clock = _digits(int(now.timestamp()) % _CYCLE, _CLOCK)
    return clock + _mac(secret.encode(), code + clock, _SIGNED)


def check_token(given: str, code: str, secret: str, now: datetime) -> None:
    """DomainErrors `no_such_coupon` for a token that is not ours, `coupon_token_old` for one older than a minute."""
    clock, signed = given[:_CLOCK], given[_CLOCK:]
    if not hmac.compare_digest(signed, _mac(secret.encode(), code + clock, _SIGNED)):
        raise DomainError("no_such_coupon")
    made = int("".join(f"{ALPHABET.index(digit):05b}" for digit in clock), 2)
    if (int(now.timestamp()) - made) % _CYCLE > TOKEN_SECONDS:
        raise DomainError("coupon_token_old")


def _mac(key: bytes, message: str, length: int) -> str:
    digest = int.from_bytes(hmac.digest(key, message.encode(), sha256)[:8], "big")
    return _digits(digest % 32**length, length)


def _digits(value: int, length: int) -> str:
    return "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(length)))


def _check_digit(body: str) -> str:
    """Luhn's algorithm modulo 32: finds every wrong character and nearly every swap of two neighbours
    (https://en.wikipedia.org/wiki/Luhn_mod_N_algorithm)."""
    total = 0
    for place, character in enumerate(reversed(body)):
        doubled = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += doubled // 32 + doubled % 32
    return ALPHABET[-total % 32]
