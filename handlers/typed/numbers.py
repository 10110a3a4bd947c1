"""Numbers as people type them: Thai digits, separators, and the number words that Thais tell the time with.

`tidy` is also the first step of reading days and hours (`days.py`, `hours.py`). Number words stop
at 99, which is what clocks and calendars need; a library for the rest (pythainlp) would weigh 67 MB.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from domain.errors import DomainError

_UNITS: Final = ("ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
# A vowel typed in two halves looks right to the person: เ+เ for แ, and ํ+า for ำ (which NFKC makes too).
_TWO_HALVES: Final = (("เเ", "แ"), ("ํา", "ำ"))
_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff]")
_WHOLE: Final = re.compile(r"\d{1,3}(,\d{3})+|\d+")
_LONGEST: Final = 12


def _spelt(number: int) -> str:
    """21 as ยี่สิบเอ็ด."""
    tens, unit = divmod(number, 10)
    if tens == 0:
        return _UNITS[unit]
    return {1: "", 2: "ยี่"}.get(tens, _UNITS[tens]) + "สิบ" + {0: "", 1: "เอ็ด"}.get(unit, _UNITS[unit])


_SPELT: Final = {_spelt(number): number for number in range(100)} | {"นึง": 1}
_ANY_SPELT: Final = re.compile("|".join(sorted(_SPELT, key=len, reverse=True)))


def tidy(text: str) -> str:
    """What was meant by the typing: plain digits, lower case, single spaces, nothing unseen, vowels in one piece."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
    text = "".join(str(unicodedata.decimal(char, char)) for char in text)
    for halves, whole in _TWO_HALVES:
        text = text.replace(halves, whole)
    return " ".join(text.split())


def spelt_as_digits(text: str) -> str:
    """A tidy text with Thai number words (0 to 99) as digits: 'บ่ายสองโมง' as 'บ่าย 2 โมง'."""
    return " ".join(_ANY_SPELT.sub(lambda word: f" {_SPELT[word[0]]} ", text).split())


def read_number(text: str) -> int:
    """A whole number of at most 12 digits: `1,290`, `๑๒`, `สิบห้า`; else DomainError `bad_number`."""
    plain = spelt_as_digits(tidy(text))
    if not _WHOLE.fullmatch(plain) or len(plain) > _LONGEST + plain.count(","):
        raise DomainError("bad_number")
    return int(plain.replace(",", ""))
