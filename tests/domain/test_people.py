"""Names and telephone numbers: every way people type them ends in one stored form, or in a refusal."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.people.model import LANGUAGES, Role
from domain.people.rules import MAX_NAME_GRAPHEMES, clean_name, parse_phone, show_phone

MOBILE = "+66812345678"
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")

mobiles = st.builds("8{:08d}".format, st.integers(0, 99_999_999))
bangkok = st.builds("2{:07d}".format, st.integers(1_000_000, 9_999_999))


def test_roles_and_languages_are_the_stored_words() -> None:
    assert {*Role} == {"customer", "beautician", "doctor", "sales", "manager", "system"}
    assert LANGUAGES == ("th", "en")


@pytest.mark.parametrize(
    "typed",
    [
        "0812345678", "081-234-5678", "081 234 5678", " 081.234.5678 ", "(081) 2345678", "๐๘๑-๒๓๔-๕๖๗๘",
        "๐812345678", "+66812345678", "+66 81 234 5678", "66812345678", "0066812345678",
        "0066 (0) 81 234 5678", "+66(0)812345678", "(+66) 081-234-5678", "+๖๖๘๑๒๓๔๕๖๗๘", "812345678",
        "\uff10812345678", "081\u2013234\u20135678", "\u202a081-234-5678\u202c", "081\u00a0234\u200b5678",
        "660812345678",
    ],
)  # fmt: skip
def test_usual_thai_forms_are_one_number(typed: str) -> None:
    assert parse_phone(typed) == MOBILE


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("021234567", "+6621234567", "02-123-4567"),
        ("66 2 123 4567", "+6621234567", "02-123-4567"),
        ("053-123456", "+6653123456", "053-123-456"),
        ("0612345678", "+66612345678", "061-234-5678"),
        ("661234567", "+66661234567", "066-123-4567"),  # a mobile 066 without its zero, not code 66
        ("+44 20 7183 8750", "+442071838750", "+44 20 7183 8750"),
    ],
)
def test_other_numbers(typed: str, stored: str, shown: str) -> None:
    assert parse_phone(typed) == stored
    assert show_phone(stored) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "+", "081234567", "08123456789", "0112345678", "1669", "1800123456", "+661800123456", "191",
        "0812345678/9", "0812345678, 0898765432", "081234567a", "โทร", "++66812345678", "081+2345678",
        "+1234", "00442071838750", "+66", "0660812345678", "21234567", "٠٨١٢٣٤٥٦٧٨",
        "0691234567", "+9991234567", "+441234",
    ],
)  # fmt: skip
def test_what_is_not_one_number_is_refused(typed: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse_phone(typed)
    assert (refusal.value.code, refusal.value.facts) == ("bad_phone", {})


@given(
    national=st.one_of(mobiles, bangkok),
    prefix=st.sampled_from(["0", "66", "+66", "0066", "+66(0)", "66 0", "0066-0"]),
    gaps=st.lists(st.sampled_from(["", " ", "-", ".", "\u200b"]), min_size=9, max_size=9),
    thai=st.booleans(),
)
def test_prefix_digits_and_gaps_never_matter(national: str, prefix: str, gaps: list[str], thai: bool) -> None:
    typed = prefix + "".join(gap + digit for gap, digit in zip(gaps, national, strict=False))
    assert parse_phone(typed.translate(THAI) if thai else typed) == f"+66{national}"


@given(st.one_of(mobiles, bangkok))
def test_what_is_shown_reads_back(national: str) -> None:
    stored = f"+66{national}"
    shown = show_phone(stored)
    assert shown.replace("-", "") == f"0{national}"
    assert parse_phone(shown) == stored


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_refusal(typed: str) -> None:
    try:
        stored = parse_phone(typed)
    except DomainError:
        return
    assert parse_phone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  สมชาย   ใจดี ", "สมชาย ใจดี"),
        ("Anna\tMaria\nde\u2028Groot", "Anna Maria de Groot"),
        ("Cafe\u0301", "Café"),
        ("Cafe\u200b\u0301", "Café"),
        ("\u202eanna\u2066\u200f", "anna"),
        ("นก\x00\x1b\ufeff", "นก"),
        ("🌼", "🌼"),
        ("พลอย 👩\u200d⚕️", "พลอย 👩\u200d⚕️"),
        ("O'Brien-สมิธ (2)", "O'Brien-สมิธ (2)"),
        ("ก" * 80, "ก" * 80),
        ("ที่" * 80, "ที่" * 80),  # three code points each, one character to the eye
        ("น้ำ" * 80, "น้ำ" * 80),
        ("👩\u200d⚕️" * 80, "👩\u200d⚕️" * 80),
    ],
)
def test_names_are_cleaned(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "", " \n", "\u200b\u202e", "\u3164", "\u2800\u2800", "---", "\u200d", "่",
        "ก" * 81, "ที่" * 81, "a" + "\u0301" * 400,
    ],
)  # fmt: skip
def test_no_name_and_too_long_a_name_are_refused(typed: str) -> None:
    with pytest.raises(DomainError) as refusal:
        clean_name(typed)
    assert (refusal.value.code, refusal.value.facts) == ("bad_name", {"longest": 80})


@given(st.text(max_size=120))
@example("a\u200bb\u0301")
def test_a_clean_name_is_clean_for_good(typed: str) -> None:
    try:
        name = clean_name(typed)
    except DomainError:
        return
    assert clean_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert name == " ".join(name.split())
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Co"} for char in name)
    assert not any(unicodedata.bidirectional(char) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "PDI"}
                   for char in name)  # fmt: skip


@given(st.text(alphabet="กขคาำิี่้๊์เแโabcÉ 🙂👍🏽", min_size=1, max_size=200).map("ก".__add__))
def test_length_is_counted_in_graphemes(typed: str) -> None:
    graphemes = len(regex.findall(r"\X", " ".join(unicodedata.normalize("NFC", typed).split())))
    try:
        clean_name(typed)
    except DomainError:
        assert graphemes > MAX_NAME_GRAPHEMES
    else:
        assert graphemes <= MAX_NAME_GRAPHEMES
