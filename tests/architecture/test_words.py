"""Numbers, money, days and hours as people read them, in both languages and in the clinic's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.words import LANGUAGES, TIED, Words

THAI, ENGLISH = Words("th"), Words("en")
AFTERNOON = datetime(2026, 7, 17, 7, 2, tzinfo=UTC)  # 14:02 in Bangkok
ZONES = st.sampled_from(["Asia/Bangkok", "Asia/Tokyo", "Europe/London", "America/Los_Angeles"]).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
WHOLE = str.maketrans("~", TIED)
"""In the texts below a tilde stands where no line may end."""
MONTHS = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค."


@pytest.mark.parametrize(
    ("satang", "thai", "english"),
    [
        (0, "0~บาท", "THB~0"),
        (1, "0.01~บาท", "THB~0.01"),
        (99_000, "990~บาท", "THB~990"),
        (129_000, "1,290~บาท", "THB~1,290"),
        (129_050, "1,290.50~บาท", "THB~1,290.50"),
        (123_456_789_00, "123,456,789~บาท", "THB~123,456,789"),
    ],
)
def test_money(satang: int, thai: str, english: str) -> None:
    assert (THAI.money(satang), ENGLISH.money(satang)) == (thai.translate(WHOLE), english.translate(WHOLE))


@given(st.integers(0, 10**13), st.sampled_from(LANGUAGES))
def test_money_loses_no_satang(satang: int, language: str) -> None:
    shown = Words(language).money(satang).replace(",", "").removeprefix(f"THB{TIED}").removesuffix(f"{TIED}บาท")
    baht, _, rest = shown.partition(".")
    assert int(baht) * 100 + int(rest or 0) == satang
    assert len(rest) in (0, 2)


@pytest.mark.parametrize("words", [THAI, ENGLISH], ids=LANGUAGES)
def test_numbers(words: Words) -> None:
    assert [words.number(n) for n in (0, 999, 1_000, 1_234_567)] == ["0", "999", "1,000", "1,234,567"]


def test_day_and_hour() -> None:
    assert [THAI.date(AFTERNOON), ENGLISH.date(AFTERNOON)] == "17~ก.ค.~2569|17~Jul~2026".translate(WHOLE).split("|")
    assert [THAI.time(AFTERNOON), ENGLISH.time(AFTERNOON)] == "14:02~น.|14:02".translate(WHOLE).split("|")
    assert THAI.when(AFTERNOON) == "17~ก.ค.~2569 14:02~น.".translate(WHOLE)
    assert ENGLISH.when(AFTERNOON) == "17~Jul~2026 14:02".translate(WHOLE)
    assert THAI.slot(AFTERNOON) == "ศ.~17~ก.ค.~14:02".translate(WHOLE)
    assert ENGLISH.slot(AFTERNOON) == "Fri~17~Jul~14:02".translate(WHOLE)
    assert THAI.slot_in_full(AFTERNOON) == "ศ.~17~ก.ค.~2569 14:02~น.".translate(WHOLE)
    assert ENGLISH.slot_in_full(AFTERNOON) == "Fri~17~Jul~2026 14:02".translate(WHOLE)


def test_thai_months() -> None:
    shown = [THAI.date(datetime(2026, month, 9, tzinfo=UTC)) for month in range(1, 13)]
    assert shown == [f"9~{month}~2569".translate(WHOLE) for month in MONTHS.split()]


def test_a_leap_day_keeps_its_day_in_the_buddhist_year() -> None:
    """2567 itself cannot be divided by four: the year is changed after the day is known."""
    assert THAI.date(datetime(2024, 2, 29, 5, tzinfo=UTC)) == "29~ก.พ.~2567".translate(WHOLE)


@pytest.mark.parametrize(
    ("zone", "last_moment", "before", "after"),
    [
        ("Asia/Bangkok", datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), "31~ธ.ค.~2569", "1~ม.ค.~2570"),
        ("Asia/Tokyo", datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC), "31~ธ.ค.~2569", "1~ม.ค.~2570"),
        ("Europe/London", datetime(2026, 7, 17, 22, 59, 59, tzinfo=UTC), "17~ก.ค.~2569", "18~ก.ค.~2569"),
    ],
)
def test_the_day_changes_at_the_clinics_midnight(zone: str, last_moment: datetime, before: str, after: str) -> None:
    words = Words("th", ZoneInfo(zone))
    midnight = last_moment + timedelta(seconds=1)
    assert words.when(last_moment) == f"{before} 23:59~น.".translate(WHOLE)
    assert words.when(midnight) == f"{after} 00:00~น.".translate(WHOLE)


@given(MOMENTS, ZONES)
def test_both_languages_tell_the_same_day_and_hour(moment: datetime, zone: ZoneInfo) -> None:
    local = moment.astimezone(zone)
    thai, english = Words("th", zone), Words("en", zone)
    day, _, year = thai.date(moment).split(TIED)
    assert (int(day), int(year)) == (local.day, local.year + 543)
    day, _, year = english.date(moment).split(TIED)
    assert (int(day), int(year)) == (local.day, local.year)
    assert thai.time(moment) == f"{english.time(moment)}{TIED}น." == f"{local:%H:%M}{TIED}น."


@given(MOMENTS, ZONES, st.sampled_from(LANGUAGES))
def test_moments_out_of_facts_read_the_same(moment: datetime, zone: ZoneInfo, language: str) -> None:
    """Notices keep their moments as ISO text."""
    words = Words(language, zone)
    assert words.when(moment.isoformat()) == words.when(moment)


def test_counted_things() -> None:
    one, many = "{count} point is now usable.", "{count} points are now usable."
    assert [ENGLISH.n(one, many, count) for count in (1, 1_000)] == [
        "1 point is now usable.",
        "1,000 points are now usable.",
    ]
    assert [THAI.n(one, many, count) for count in (1, 1_000)] == ["แต้ม 1 แต้มใช้ได้แล้วค่ะ", "แต้ม 1,000 แต้มใช้ได้แล้วค่ะ"]


@pytest.mark.parametrize("words", [THAI, ENGLISH], ids=LANGUAGES)
@given(typed=st.text())
def test_what_people_type_is_shown_as_it_is(words: Words, typed: str) -> None:
    before, after = words.t("{name} has joined").split("{name}")
    said = words.t("{name} has joined", name=typed)
    assert said.endswith(typed + after)
    assert said[: len(said) - len(typed + after)].strip() in (before, "")


@pytest.mark.parametrize(
    ("name", "said"), [("นก", "คุณนก เข้าร่วมแล้ว"), ("คุณเจ", "คุณเจ เข้าร่วมแล้ว"), ("Anna", "คุณ Anna เข้าร่วมแล้ว")]
)
def test_people_are_addressed_once_and_legibly(name: str, said: str) -> None:
    assert THAI.t("{name} has joined", name=name) == said


def test_a_clinics_own_words_fall_back_to_the_other_language() -> None:
    both = {"th": "ทรีตเมนต์สิว", "en": "Acne facial"}
    assert (THAI.pick(both), ENGLISH.pick(both)) == ("ทรีตเมนต์สิว", "Acne facial")
    assert (THAI.pick({"th": "", "en": "Acne facial"}), ENGLISH.pick({"th": "ทรีตเมนต์สิว"})) == (
        "Acne facial",
        "ทรีตเมนต์สิว",
    )
    assert THAI.pick({}) == ""
