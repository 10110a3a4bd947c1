"""Days as people type them: a date, พรุ่งนี้, อีกสามวัน, a weekday (ศุกร์นี้, จันทร์หน้า, Fri).

A day is looked for inside a text and cut out of it, so that what remains can be read as an hour. The names of the
weekdays come from Babel; weeks begin on Monday, so that ศุกร์หน้า is the Friday of the next week.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from babel.dates import get_day_names

from handlers.typed.dates import DATES, FoundDay, Rule, Side


def find_day(text: str, today: date, *, prefer_future: bool) -> FoundDay | None:
    """The day in a tidy text with its number words as digits; None if it names none.

    `assumed` may hold `year`, `month`, `week` (a weekday without more), and what should be asked back: `century` (a
    two-digit year) and `weekday` (which does not fit the date; or อาทิตย์หน้า, Sunday or just next week).
    DomainError `no_such_day` (31 April), `old_year` (Buddhist years before 2484).
    """
    side = Side(today, prefer_future)
    named = _first(text, (*DATES, *_RELATIVE), side)
    if named is None:
        return _first(text, _WEEKDAYS, side)
    weekday = _first(named.rest, _WEEKDAYS, side)
    if weekday is None:
        return named
    fits = weekday.day.weekday() == named.day.weekday()
    return FoundDay(named.day, named.assumed if fits else named.assumed | {"weekday"}, weekday.rest)


def _first(text: str, rules: Sequence[Rule], side: Side) -> FoundDay | None:
    for pattern, read in rules:
        if match := pattern.search(text):
            found = read(match, side)
            return replace(found, rest=f"{text[: match.start()]} {found.rest} {text[match.end() :]}")
    return None


# Days counted from today

_WORDS: Final = {
    "day after tomorrow": 2,
    "มะรืน": 2,
    "tomorrow": 1,
    "tmr": 1,
    "พรุ่งนี้": 1,
    "พรุ้งนี้": 1,
    "พรุงนี้": 1,
    "วันนี้": 0,
    "today": 0,
    "yesterday": -1,
    "เมื่อวาน": -1,
}


def _worded(match: re.Match[str], side: Side) -> FoundDay:
    return FoundDay(side.today + timedelta(days=_WORDS[match[1]]))


def _part_of_today(match: re.Match[str], side: Side) -> FoundDay:
    part = match["thai"] or match["this"] or "night"
    return FoundDay(side.today, rest=part)


def _counted(match: re.Match[str], side: Side) -> FoundDay:
    many = 1 if match["many"] == "a" else int(match["many"])
    return FoundDay(side.today + timedelta(days=many * (1 if match["unit"] in ("วัน", "day") else 7)))


_RELATIVE: Final[Sequence[Rule]] = (
    (re.compile(f"(?:วัน)?(?:the )?({'|'.join(_WORDS)})(?:นี้)?"), _worded),
    (re.compile(r"(?P<thai>เช้า|สาย|บ่าย|เย็น|ค่ำ|คืน)นี้|this (?P<this>morning|afternoon|evening)|tonight"), _part_of_today),
    (re.compile(r"(?:อีก|\bin)\s*(?P<many>\d{1,3}|a)\s*(?P<unit>วัน|สัปดาห์|อาทิตย์|day|week)s?"), _counted),
)


# Weekdays

_THAI_DAYS: Final = [name.removeprefix("วัน") for _, name in sorted(get_day_names("wide", locale="th").items())]
_SHORT_DAYS: Final = [name for _, name in sorted(get_day_names("abbreviated", locale="th").items())]
_ENGLISH_DAYS: Final = [name.lower() for _, name in sorted(get_day_names("wide", locale="en").items())]
_NAMED: Final = "|".join(name.replace("บดี", "(?:บดี|ฯ)?") for name in _THAI_DAYS)
_DOTTED: Final = "|".join(re.escape(name) for name in sorted(_SHORT_DAYS, key=len, reverse=True))
_ENGLISH: Final = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _ENGLISH_DAYS)
_THAI_DAY: Final = rf"(?P<day>(?:วัน)?(?:{_NAMED})|(?<!\S)(?:{_DOTTED}))"
_ENGLISH_DAY: Final = rf"\b(?P<day>{_ENGLISH}|tues|thurs?)\b\.?"
_SUNDAY: Final = 6


def _weekday(match: re.Match[str], side: Side) -> FoundDay:
    said = match["day"].removeprefix("วัน")
    days = (_THAI_DAYS, _SHORT_DAYS) if not said.isascii() else (_ENGLISH_DAYS,)
    wanted = next(n for names in days for n, name in enumerate(names) if name[:3] == said[:3])
    which = match["which"] or ""
    coming = side.today + timedelta(days=(wanted - side.today.weekday()) % 7)
    if which in ("หน้า", "next"):
        monday = side.today - timedelta(days=side.today.weekday())
        unclear = {"weekday"} if match["day"] == "อาทิตย์" and match[0].startswith("อาทิตย์หน้า") else set()
        return FoundDay(monday + timedelta(days=7 + wanted), frozenset(unclear))
    if which:
        return FoundDay(coming)
    past = coming if coming == side.today else coming - timedelta(days=7)
    return FoundDay(coming if side.future else past, frozenset({"week"}))


_WEEKDAYS: Final[Sequence[Rule]] = (
    (re.compile(rf"{_THAI_DAY}\s*(?:ของ)?(?:อาทิตย์|สัปดาห์)(?P<which>หน้า|นี้)"), _weekday),
    (re.compile(rf"(?:อาทิตย์|สัปดาห์)(?P<which>หน้า|นี้)\s*{_THAI_DAY}"), _weekday),
    (re.compile(rf"{_THAI_DAY}\s*(?P<which>หน้า|นี้|ที่จะถึง(?:นี้)?)?"), _weekday),
    (re.compile(rf"{_ENGLISH_DAY}\s(?:of )?(?P<which>next|this) week\b"), _weekday),
    (re.compile(rf"\b(?P<which>next|this) week\s(?:on )?{_ENGLISH_DAY}"), _weekday),
    (re.compile(rf"(?:\b(?P<which>next|this|coming)\s)?{_ENGLISH_DAY}"), _weekday),
)
