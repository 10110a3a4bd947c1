"""Words: one person's language and their clinic's zone, and everything that depends on the two.

English sentences are the message ids; the Thai catalogue in `locales/th` is read once at start. A message
takes named fields (`{name}`), filled after translation, so that nothing a person typed is ever looked up
or parsed. Numbers, money and dates go through Babel; Buddhist years appear here, at the edge, and nowhere else.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = ("th", "en")
LOCALES = Path(__file__).parent / "locales"
BANGKOK = ZoneInfo("Asia/Bangkok")
TIED = "\N{NO-BREAK SPACE}"
"""Between the parts of a sum, a date or a time, so that no line ends within one."""


def N_(message: str) -> str:
    """Mark a message for the catalogue where it stands; it is translated later, with `Words.t`."""
    return message


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if language == "en" or not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as source:
        catalog = read_po(source, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _addressed(text: str, fields: Mapping[str, Any]) -> str:
    """Thai addresses people as คุณ{name}: once, also one entered with their คุณ, and apart from Latin letters."""
    for name, value in fields.items():
        if str(value).startswith("คุณ"):
            text = text.replace(f"คุณ{{{name}}}", f"{{{name}}}")
        elif str(value)[:1].isascii():
            text = text.replace(f"คุณ{{{name}}}", f"คุณ {{{name}}}")
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language (`th` or `en`), with times shown in `zone`."""

    language: str = "th"
    zone: ZoneInfo = BANGKOK

    def t(self, message: str, **fields: Any) -> str:
        """The message in this language, its fields filled in."""
        text = _catalogue(self.language).gettext(message)
        return _addressed(text, fields).format(**fields) if fields else text

    def n(self, one: str, many: str, count: int, **fields: Any) -> str:
        """The message for `count` things; `{count}` is shown with separators."""
        text = _catalogue(self.language).ngettext(one, many, count)
        return text.format(count=self.number(count), **fields)

    def pick(self, both: Mapping[str, str]) -> str:
        """The clinic's own words, kept in both languages; the other language if one is missing."""
        return both.get(self.language) or next((both[code] for code in LANGUAGES if both.get(code)), "")

    def number(self, value: int) -> str:
        """1234 as 1,234."""
        return format_decimal(value, locale=self.language)

    def money(self, satang: int) -> str:
        """Satang as baht: '1,290 บาท', 'THB 1,290.50'; satang are shown only when there are any."""
        pattern = "#,##0" if satang % 100 == 0 else "#,##0.00"
        baht = format_decimal(satang / 100, format=pattern, locale=self.language)
        return f"{baht}{TIED}บาท" if self.language == "th" else f"THB{TIED}{baht}"

    def date(self, moment: datetime | str) -> str:
        """'17 ก.ค. 2569' (Buddhist year) or '17 Jul 2026', in the clinic's zone."""
        day = self._local(moment).date()
        if self.language == "th":
            return f"{format_date(day, 'd MMM', locale='th')} {day.year + 543}".replace(" ", TIED)
        return format_date(day, "d MMM y", locale="en_GB").replace(" ", TIED)

    def last_day(self, end: datetime | str) -> str:
        """The last day before `end`, which is the first moment when something is over (a midnight, mostly)."""
        moment = datetime.fromisoformat(end) if isinstance(end, str) else end
        return self.date(moment - timedelta(microseconds=1))

    def time(self, moment: datetime | str) -> str:
        """'14:02 น.' or '14:02', in the clinic's zone."""
        clock = self._local(moment).strftime("%H:%M")
        return f"{clock}{TIED}น." if self.language == "th" else clock

    def when(self, moment: datetime | str) -> str:
        """Date and time."""
        return f"{self.date(moment)} {self.time(moment)}"

    def slot(self, moment: datetime | str) -> str:
        """A time to choose, with its weekday: 'ส. 28 พ.ย. 10:00', 'Sat 28 Nov 10:00'."""
        day = self._weekday(moment, " d MMM")
        return f"{day} {self._local(moment):%H:%M}".replace(" ", TIED)

    def slot_in_full(self, moment: datetime | str) -> str:
        """A time that is about to be chosen, with weekday and year: 'ส. 28 พ.ย. 2569 10:00 น.'."""
        return f"{self._weekday(moment)}{TIED}{self.when(moment)}"

    def _weekday(self, moment: datetime | str, more: str = "") -> str:
        locale = "th" if self.language == "th" else "en_GB"
        return format_date(self._local(moment).date(), f"E{more}", locale=locale)

    def _local(self, moment: datetime | str) -> datetime:
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        return moment.astimezone(self.zone)
