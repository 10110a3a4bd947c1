"""Achievements: a badge is reached by counting, and its key tells people, badges and cycles apart."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.achievements.rules import award_key, reached

PERSON = UUID(int=7)
codes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=12)
awards = st.tuples(codes, st.uuids(), st.sampled_from(["once", "2026", "2027"]))


def test_first_is_reached_by_the_first_treatment() -> None:
    assert [reached(count, 1) for count in (0, 1, 2)] == [False, True, True]


def test_the_key_in_the_ledger() -> None:
    assert award_key("FIRST", PERSON) == f"ach:FIRST:{PERSON}:once"
    assert award_key("YEAR", PERSON, "2026") == f"ach:YEAR:{PERSON}:2026"


@given(one=awards, other=awards)
def test_keys_are_equal_only_for_the_same_award(one: tuple[str, UUID, str], other: tuple[str, UUID, str]) -> None:
    assert (award_key(*one) == award_key(*other)) == (one == other)
