"""Calendar dates as people type them: Buddhist and common years, Thai and English months, 17/7.

Years from 2400 on are Buddhist and are converted before the day is checked, because leap years are those of the common
era: 29/2/2567 exists, 29/2/2568 does not. dateparser was tried: it takes 2569 and 69 for common years. The names of the
months come from Babel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import get_month_names

from domain.errors import DomainError
from handlers.typed.numbers import tidy

_FIRST_BUDDHIST: Final = 2400
_OLDEST_BUDDHIST: Final = 2484
"""Before 2484 the Thai year began in April, so that it does not tell the common year."""
_BUDDHIST: Final = 543
_COMMON: Final = range(1900, 2400)
_LEAP_SPAN: Final = 9
"""Years within which 29 February comes round, also across 2100, which is no leap year."""


@dataclass(frozen=True, slots=True)
class FoundDay:
    """A day in a text: `assumed` says what was left out, `rest` is the text without it."""

    day: date
    assumed: frozenset[str] = frozenset()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """Which side of today a day lies on that was not fully said; today itself is on both."""

    today: date
    future: bool

    def has(self, day: date) -> bool:
        """Whether the day lies on this side."""
        return day >= self.today if self.future else day <= self.today

    @property
    def step(self) -> int:
        """Which way to look for the next one: 1 or -1."""
        return 1 if self.future else -1


Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Side], FoundDay]]
"""What to look for, and what it means."""


_STEMS: Final = re.compile(r"(คม|ยน|พันธ์)$")
_THAI_MONTHS: Final = {number: _STEMS.sub("", name) for number, name in get_month_names("wide", locale="th").items()}
_SHORT_MONTHS: Final = {
    number: tidy(name).replace(".", "") for number, name in get_month_names("abbreviated", locale="th").items()
}
_ENGLISH_MONTHS: Final = {number: name.lower() for number, name in get_month_names("wide", locale="en").items()}
_MONTHS: Final = {
    name[:3] if name.isascii() else name: number
    for names in (_THAI_MONTHS, _SHORT_MONTHS, _ENGLISH_MONTHS)
    for number, name in names.items()
}
_ENGLISH_MONTH: Final = (
    "(?P<name>sept|" + "|".join(f"{n[:3]}(?:{n[3:]})?" for n in _ENGLISH_MONTHS.values()) + r")\b\.?"
)
_THAI_MONTH: Final = (
    f"(?P<thai>{'|'.join(_THAI_MONTHS.values())}"
    f"|{'|'.join('[. ]*'.join(name) for name in _SHORT_MONTHS.values())})(?:คม|ยน|พันธ์)?\\.?"
)
_DAY: Final = r"(?<![\d:.])(?:วันที่\s*)?(?P<day>\d{1,2})"
_TH: Final = "(?:st|nd|rd|th)"
_HOURS_FOLLOW: Final = r"\d|\s*[:.]\s*\d|\s*(?:โมง|ทุ่ม|นาฬิกา|น\.|น(?=\s|$)|[ap]\.?m\b)"
_YEAR: Final = rf"[\s,]*(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)?\s*(?P<year>\d{{4}}|\d{{2}})(?!{_HOURS_FOLLOW})"


def _dated(match: re.Match[str], side: Side) -> FoundDay:
    parts = match.groupdict()
    if name := parts.get("name") or parts.get("thai"):
        plain = re.sub("[. ]", "", name)
        month = _MONTHS[plain[:3] if plain.isascii() else plain]
    else:
        month = int(parts["month"])
    day, year = int(parts["day"]), parts.get("year")
    if year is None:
        years = [side.today.year + side.step * n for n in range(_LEAP_SPAN)]
        return FoundDay(next(iter(_existing(years, month, day, side.has))), frozenset({"year"}))
    if len(year) == 2:
        return FoundDay(_in_some_century(int(year), month, day, side), frozenset({"century"}))
    return FoundDay(_existing([_common_year(int(year))], month, day)[0])


def _existing(
    years: Sequence[int], month: int, day: int, has: Callable[[date], bool] = lambda day: True
) -> Sequence[date]:
    """The days that there are, in the order of `years`; DomainError `no_such_day` when there is none."""
    days = []
    for year in years:
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue
    days = [day for day in days if has(day)]
    if not days:
        raise DomainError("no_such_day")
    return days


def _common_year(year: int) -> int:
    if year >= _FIRST_BUDDHIST:
        if year < _OLDEST_BUDDHIST:
            raise DomainError("old_year")
        year -= _BUDDHIST
    if year not in _COMMON:
        raise DomainError("no_such_day")
    return year


def _in_some_century(year: int, month: int, day: int, side: Side) -> date:
    """The nearest day that a two-digit year may mean, Buddhist (2569) or common (2026); a past one where asked for."""
    years = [year + century for century in (1900, 2000, 2400 - _BUDDHIST, 2500 - _BUDDHIST)]
    days = _existing([year for year in years if year in _COMMON], month, day)
    past = [day for day in days if side.has(day)] if not side.future else []
    return min(past or days, key=lambda day: abs(day - side.today))


def _day_of_month(match: re.Match[str], side: Side) -> FoundDay:
    first = side.today.year * 12 + side.today.month - 1
    months = [divmod(first + side.step * n, 12) for n in range(12)]
    number = int(match["day"])
    for year, month in months:
        try:
            day = date(year, month + 1, number)
        except ValueError:
            continue
        if side.has(day):
            return FoundDay(day, frozenset({"month"}))
    raise DomainError("no_such_day")


DATES: Final[Sequence[Rule]] = (
    (re.compile(r"(?<!\d)(?P<year>\d{4})([-/])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?:t(?=\d)|(?!\d))"), _dated),
    (re.compile(rf"{_DAY}\s?/\s?(?P<month>\d{{1,2}})(?:\s?/\s?(?P<year>\d{{4}}|\d{{2}}))?(?!\d|/)"), _dated),
    (re.compile(rf"{_DAY}([-.])(?P<month>\d{{1,2}})\2(?P<year>\d{{4}}|\d{{2}})(?!\d)"), _dated),
    (re.compile(rf"{_DAY}{_TH}?\s*(?:of\s)?\s*(?:{_THAI_MONTH}|{_ENGLISH_MONTH})(?:{_YEAR})?"), _dated),
    (re.compile(rf"\b{_ENGLISH_MONTH}\s*(?P<day>\d{{1,2}}){_TH}?(?!\d|\s*[:.]\d)(?:{_YEAR})?"), _dated),
    (re.compile(rf"วันที่\s*(?P<day>\d{{1,2}})(?!{_HOURS_FOLLOW})"), _day_of_month),
    (re.compile(rf"(?<!\d)(?P<day>\d{{1,2}}){_TH}\b"), _day_of_month),
)
