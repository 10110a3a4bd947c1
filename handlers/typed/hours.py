"""Hours as people type them: the six-hour Thai clock (บ่ายสอง, หกโมงเย็น, สองทุ่มครึ่ง, ตีห้า), 24 hours, am and pm.

Text comes from `handlers/moments.py` and from forms; minutes of the day go back. Why no library: see there.
The clock: https://en.wikipedia.org/wiki/Thai_six-hour_clock.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Final

from domain.errors import DomainError
from handlers.typed.numbers import spelt_as_digits, tidy

# Each part of the day: the hours that people count in it, and what brings them to 24 hours. Six in the evening (หกทุ่ม)
# is 24: the midnight that ends the day.
_PARTS: Final = {
    "ตี": (range(1, 6), 0),
    "เช้า": (range(6, 12), 0),
    "สาย": (range(8, 12), 0),
    "บ่าย": (range(1, 6), 12),
    "เย็น": (range(3, 8), 12),
    "ค่ำ": (range(6, 9), 12),
    "คืน": (range(7, 12), 12),
    "ทุ่ม": (range(1, 7), 18),
    "morning": (range(5, 12), 0),
    "afternoon": (range(1, 6), 12),
    "evening": (range(4, 12), 12),
    "night": (range(6, 12), 12),
    "am": (range(1, 12), 0),
    "pm": (range(1, 12), 12),
}
_PART: Final = "|".join(part for part in _PARTS if part != "ทุ่ม")
_DARK: Final = frozenset({"เย็น", "ค่ำ", "คืน", "night"})
"""Parts that add nothing to an hour counted in ทุ่ม, or to midnight."""
_FIXED: Final = {"เที่ยงคืน": 24, "midnight": 24, "เที่ยง": 12, "เที่ยงวัน": 12, "noon": 12, "midday": 12}
_FIXED_WORDS: Final = "|".join(sorted(_FIXED, key=len, reverse=True))
_MINUTES: Final = r"(?P<half>ครึ่ง)|(?P<minutes>\d{1,2})\s*(?:นาที)?"
_CLOCK: Final = re.compile(
    rf"(?P<before>{_PART})?\s*(?:(?P<fixed>{_FIXED_WORDS})"
    r"|(?:(?P<hour>\d{1,2})(?:\s*[:.]\s*(?P<exact>\d\d)(?:[:.]\d\d)?)?)?"
    r"\s*(?P<unit>โมง|ทุ่ม|นาฬิกา|น\.?|h|hrs?|o'clock)?)"
    rf"\s*(?P<after>{_PART})?\s*(?:{_MINUTES})?\s*(?P<last>{_PART})?"
)
_DOTTED: Final = re.compile(r"\b([ap])\.\s?m\b\.?")
_ONE_LAST: Final = re.compile(r"ทุ่ม\s*1\b")
_FILLERS: Final = re.compile(r"วันที่|วัน|เวลา|ตอน|ช่วง|ขอ(?:เป็น)?|นัด|จอง|\b(?:at|on|in the|the)\b|[,|@]")
_PARTICLES: Final = re.compile(r"(?:\s|นะ|ค่ะ|คะ|ครับ|คับ|จ้า|please)+$")
_EARLIEST_PLAIN: Final = 7
"""From seven on an hour without more is taken as it stands; people say the smaller ones of day and night alike."""


def read_time(text: str) -> time:
    """The hour in a text that holds nothing else; midnight is 00:00.

    DomainError `which_half` (facts early, late: '02:00', '14:00') where it may be either, else `bad_time`.
    """
    found = minutes_of_day(spelt_as_digits(tidy(text)))
    if not found:
        raise DomainError("bad_time")
    clocks = [time(minute // 60 % 24, minute % 60) for minute in found]
    if len(clocks) > 1:
        raise DomainError("which_half", early=f"{clocks[0]:%H:%M}", late=f"{clocks[-1]:%H:%M}")
    return clocks[0]


def without_fillers(text: str) -> str:
    """A tidy text without what says nothing: เวลา, ตอน, at, a polite ending."""
    return " ".join(_FILLERS.sub(" ", _PARTICLES.sub("", text)).split())


def minutes_of_day(text: str) -> tuple[int, ...]:
    """Minutes since the day began, 1440 for the midnight that ends it: one, two where it may be either, or none.

    `text` is tidy, its number words are digits.
    """
    match = _CLOCK.fullmatch(_ONE_LAST.sub("1 ทุ่ม", _DOTTED.sub(r"\1m", without_fillers(text))))
    if match is None:
        return ()
    fixed, exact, half, unit = match["fixed"], match["exact"], match["half"], match["unit"] or ""
    named = frozenset(part for part in (match["before"], match["after"], match["last"]) if part)
    added = half or match["minutes"]
    # บ่ายโมง and ทุ่มครึ่ง are one o'clock; "14 30" is no time, "14 โมง 30" is one.
    typed = match["hour"] or ("1" if unit == "ทุ่ม" or (unit == "โมง" and named) else "")
    if added and (exact or not (fixed or unit or named)):
        return ()
    minute = 30 if half else int(exact or match["minutes"] or 0)
    if fixed:
        hours: tuple[int, ...] = () if named - _DARK else (_FIXED[fixed],)
    else:
        hours = _hours(typed, named, unit) if typed else ()
    return tuple(hour * 60 + minute for hour in hours if minute < 60 and hour * 60 + minute <= 24 * 60)


def _hours(typed: str, named: frozenset[str], unit: str) -> tuple[int, ...]:
    """The hours of 24 that may be meant; none where the words contradict each other."""
    hour = int(typed)
    if unit == "ทุ่ม":
        return _in_part(hour, "ทุ่ม") if named <= _DARK else ()
    if named == {"เช้า"} and unit == "โมง" and hour < 6:
        # The old count of the morning, where สองโมงเช้า is 8; ห้าโมงเช้า is 11 to some and 5 to others.
        return (hour + 6,) if hour < 4 else (hour, hour + 6)
    if named:
        meant = {_in_part(hour, part) for part in named}
        return meant.pop() if len(meant) == 1 else ()
    if unit == "โมง" and hour in (4, 5):
        return (hour + 12,)  # in today's speech always the afternoon
    if hour in range(1, _EARLIEST_PLAIN) and not typed.startswith("0"):
        return (hour + 6 if unit == "โมง" and hour < 4 else hour, hour + 12)
    return (hour,)


def _in_part(hour: int, part: str) -> tuple[int, ...]:
    """The hour within a part of the day, counted its way or up to 24: `บ่าย 3` and `บ่าย 15` are the same."""
    hours, shift = _PARTS[part]
    if part in ("am", "pm") and hour == 12:
        return (shift,)
    if hour in hours:
        return (hour + shift,)
    return (hour,) if hour - shift in hours else ()
