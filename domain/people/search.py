"""Finding a customer by what somebody remembers of them: a name, a telephone number or a part of it, a code.

Names are compared by the trigrams of `search_key`, the database's own function (migrations/sql/0009_search.sql): it
leaves out what people mistype or leave away (tone and vowel marks, คุณ, letters that sound alike). Public through
`domain.people.service`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from domain.errors import DomainError
from domain.people import search_store
from domain.people.model import Customer, Sought
from domain.people.rules import parse_phone
from domain.unit import Unit

FOUND: Final = 8
"""Customers that fit under one card as buttons."""
_LONGEST: Final = 80
_FEWEST_DIGITS: Final = 4
"""Digits from which a part of a telephone number tells people apart."""
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_BETWEEN: Final = re.compile(r"[\s().+\-\u2010-\u2015]+")
_CODE: Final = re.compile(r"(?:(?P<slug>[A-Za-z][A-Za-z0-9]*?)[\s-]*)?(?P<number>[0-9]{1,6})")


def read_sought(text: str, slug: str) -> Sought:
    """What somebody looks for; `slug` begins the codes of the clinic's customers. Pure.

    DomainError `bad_search` for a text without a letter or digit.
    """
    typed = " ".join(unicodedata.normalize("NFC", text).translate(_THAI_DIGITS).split())[:_LONGEST]
    if not any(char.isalnum() for char in typed):
        raise DomainError("bad_search")
    compact = _BETWEEN.sub("", typed)
    digits = compact.isascii() and compact.isdecimal()
    code = _CODE.fullmatch(compact if digits else typed)
    wanted = f"{(code['slug'] or slug).upper()}-{int(code['number']):04}" if code else ""
    if not digits:
        return Sought(name=typed, code=wanted)
    return Sought(phone=_phone(typed), digits=_part_of_phone(compact), code=wanted)


async def find_customers(unit: Unit, text: str) -> list[Customer]:
    """At most 8 customers of this clinic who may be meant, the likeliest first. DomainError `bad_search`."""
    return await search_store.find(unit.db, unit.clinic.id, read_sought(text, unit.clinic.slug), FOUND)


def _phone(typed: str) -> str:
    try:
        return parse_phone(typed)
    except DomainError:
        return ""


def _part_of_phone(digits: str) -> str:
    """081234 as it stands inside +6681234…; the last four digits as they are."""
    if len(digits) < _FEWEST_DIGITS:
        return ""
    return digits[1:] if digits.startswith("0") and len(digits) > _FEWEST_DIGITS else digits
