"""How typed names and telephone numbers become what we store, and back.

Text arrives from chats, forms and import files; what leaves is E.164 and clean Unicode. Pure functions.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import phonenumbers

from domain.errors import DomainError

MAX_REASON: Final = 500
"""Characters of a reason: as much as one reads in a list."""
MAX_NAME_GRAPHEMES: Final = 80
_MAX_CODE_POINTS: Final = 4 * MAX_NAME_GRAPHEMES
"""Thai needs at most three code points for one visible character; towers of marks are refused."""

_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_BETWEEN_DIGITS: Final = re.compile(r"[\s().\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_THAI: Final = re.compile(r"(?:(?:(?:\+|00)?660?|0)(?P<full>[2-7][0-9]{7}|[689][0-9]{8})|(?P<no_zero>[689][0-9]{8}))")
"""Fixed lines 02-07 have nine digits, mobiles 06, 08 and 09 ten; spreadsheets eat a mobile's first zero."""
_FOREIGN: Final = re.compile(r"\+(?!66)[1-9][0-9]{6,14}")

_ZERO_WIDTH_JOINER: Final = "\u200d"
_JOINERS: Final = frozenset("\u200c\u200d")
"""The only format characters that spell something: emoji families, some Indic and Persian names."""
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by category, but empty on the screen; people use them to have no name."""
_EXTENDING: Final = _JOINERS | frozenset("\u0e33\u0eb3") | frozenset(map(chr, range(0x1F3FB, 0x1F400)))
"""Besides marks: joiners, Thai and Lao sara am, skin tones (Unicode UAX 29, extended grapheme clusters)."""


def parse_phone(text: str) -> str:
    """The E.164 number somebody meant: any usual Thai way of writing it, or a foreign number with its `+`.

    Thai digits, spaces, dashes and the prefixes 0, 66, +66, 0066 and +66(0) are understood.
    Raises DomainError `bad_phone` for anything that is not one valid number.
    """
    compact = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text).translate(_THAI_DIGITS))
    if thai := _THAI.fullmatch(compact):
        compact = f"+66{thai['full'] or thai['no_zero']}"
    elif not _FOREIGN.fullmatch(compact):
        raise DomainError("bad_phone")
    try:
        number = phonenumbers.parse(compact, "TH")
    except phonenumbers.NumberParseException:
        raise DomainError("bad_phone") from None
    if not phonenumbers.is_valid_number(number):
        raise DomainError("bad_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_phone(e164: str) -> str:
    """A stored number as Thais write it, `081-234-5678`; a foreign one in its international form."""
    number = phonenumbers.parse(e164, "TH")
    if number.country_code != phonenumbers.country_code_for_region("TH"):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return national.replace(" ", "-")


def clean_name(text: str) -> str:
    """A name fit to store and show: NFC, single spaces, nothing invisible that could reorder or break text.

    Raises DomainError `bad_name` (fact `longest`) when no letter, digit or emoji is left, or when more
    than 80 visible characters are.
    """
    shown = "".join(" " if char.isspace() else char for char in text if char.isspace() or _is_shown(char))
    name = " ".join(unicodedata.normalize("NFC", shown).split())
    if not any(char.isalnum() or unicodedata.category(char) in {"So", "Cn"} for char in name):
        raise DomainError("bad_name", longest=MAX_NAME_GRAPHEMES)
    if len(name) > _MAX_CODE_POINTS or _count_graphemes(name) > MAX_NAME_GRAPHEMES:
        raise DomainError("bad_name", longest=MAX_NAME_GRAPHEMES)
    return name


def clean_reason(text: str) -> str:
    """A reason as the audit trail keeps it: single spaces. DomainError `bad_text` (longest) unless there is one."""
    reason = " ".join(text.split())
    if not reason or len(reason) > MAX_REASON:
        raise DomainError("bad_text", longest=MAX_REASON)
    return reason


def _is_shown(char: str) -> bool:
    """False for controls, bidi and other format characters, surrogates, private use and blank letters.

    Unassigned code points stay: they are tomorrow's emoji.
    """
    if char in _JOINERS:
        return True
    return char not in _BLANK_LETTERS and unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}


def _count_graphemes(name: str) -> int:
    """Characters as a reader counts them; a flag counts as two, which only makes the limit stricter."""
    count, joined = 1, False
    for char in name[1:]:
        extends = char in _EXTENDING or unicodedata.category(char).startswith("M")
        count += not (extends or joined)
        joined = char == _ZERO_WIDTH_JOINER
    return count
