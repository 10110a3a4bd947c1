"""Every refusal that can reach a chat has a sentence, which can be said with the facts it is raised with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from domain.errors import DomainError
from handlers.refusals import NOUNS, SENTENCES, refusal
from handlers.words import Words
from tests.architecture.extraction import ROOT

PACKAGES = ("domain", "handlers", "bots")
NOT_IN_CHAT = {
    "bad_slug": "`aura clinic add` checks the short name",
    "slug_taken": "`aura clinic add` found the short name in use",
    "bad_timezone": "`aura clinic add` checks the zone",
    "bad_role": "`aura staff invite` checks the role",
    "no_such_branch": "`aura staff invite` looks the branch up",
    "which_staff": "`aura staff unbind` needs exactly one person",
    "no_clinic": "jobs and commands open a clinic by its id; a chat's clinic is that of its account",
    "bad_language": "the chat's buttons and words stand for the languages there are",
    "no_such_purpose": "the chat asks for purposes from its own list",
    "key_conflict": "one key for two different deeds is a mistake of the caller, in a script or in our code",
}
"""Codes without a sentence, and why nobody meets them in a chat."""

FACTS = {
    "action": "confirm_payment",
    "again": "2026-07-31T17:00:00+00:00",
    "amount": 129_000,
    "answer": {"th": "ดีมาก", "en": "Great"},
    "at": "2026-07-17T07:02:00+00:00",
    "branches": [{"th": "อารีย์", "en": "Ari"}],
    "by": "คุณมิ้นท์",
    "customer_id": "3f0c7c1e-0c6f-4d39-8b53-0a3c6d1c1f11",
    "debt": 100,
    "due": 129_000,
    "early": "2026-07-17T02:00:00+07:00",
    "hours": 24,
    "next": ["2026-07-17T07:00:00+00:00"],
    "gates": ["paid"],
    "journey_id": "3f0c7c1e-0c6f-4d39-8b53-0a3c6d1c1f11",
    "late": "2026-07-17T14:00:00+07:00",
    "left": 2,
    "cap": 2_000,
    "limit": 3_000_000,
    "lines": [{"th": "ทากันแดดให้แล้ว", "en": "SPF given"}],
    "longest": 80,
    "methods": ["cash"],
    "most": 129_000,
    "name": "นก",
    "needed": 10,
    "receipt_no": 7,
    "scheduled_at": "2026-07-17T07:00:00+00:00",
    "skill": {"th": "พิโคเลเซอร์", "en": "Pico laser"},
    "stage": "lead",
    "state": "requested",
    "timed": True,
    "tier": {"th": "โกลด์", "en": "Gold"},
    "total": 129_000,
    "treatment": "PICO",
    "until": "2026-07-31T17:00:00+00:00",
    "usable": 1_250,
}
"""A value for each fact that comes with a refusal."""


@dataclass(frozen=True)
class Refusal:
    """One place that refuses; `facts` are None where they come from a mapping that only runs can tell."""

    place: str
    codes: tuple[str, ...]
    facts: tuple[str, ...] | None


def refusals() -> Iterator[Refusal]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT)
            for node in ast.walk(ast.parse(path.read_text("utf-8"))) if "examples" not in name.parts else ():
                match node:
                    case ast.Call(func=ast.Name("DomainError"), args=[code], keywords=keywords):
                        names = tuple(keyword.arg or "**" for keyword in keywords)
                        place = f"{name}:{node.lineno}"
                        yield Refusal(place, tuple(_codes(code)), None if "**" in names else names)


def _codes(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(str(code)):
            yield code
        case ast.IfExp(body=one, orelse=other):
            yield from (*_codes(one), *_codes(other))


REFUSALS = list(refusals())
RAISED = {code for place in REFUSALS for code in place.codes}


def test_the_scan_sees_refusals() -> None:
    assert {"bad_phone", "already_paid", "task_not_accepted", "task_closed", "bad_button"} <= RAISED


def test_codes_are_written_where_they_are_raised() -> None:
    """A code from a variable could not be found here, and so would go without a sentence."""
    assert [place.place for place in REFUSALS if not place.codes] == []


def test_every_code_has_a_sentence_or_a_reason_not_to() -> None:
    assert RAISED - SENTENCES.keys() - NOT_IN_CHAT.keys() == set()


def test_no_code_has_two_sentences() -> None:
    codes = [code for noun in NOUNS for code in noun.SENTENCES]
    assert sorted(codes) == sorted(SENTENCES)


def test_no_sentence_is_for_nobody() -> None:
    assert SENTENCES.keys() - RAISED == set()
    assert NOT_IN_CHAT.keys() - RAISED == set()
    assert NOT_IN_CHAT.keys() & SENTENCES.keys() == set()


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_facts_raised_are_enough_for_the_sentence(language: str) -> None:
    for place in REFUSALS:
        names = FACTS.keys() if place.facts is None else place.facts
        for code in SENTENCES.keys() & {*place.codes}:
            said = refusal(Words(language), DomainError(code, **{name: FACTS[name] for name in names}))
            assert said, place
            assert not re.search("[{}]|None", said), place


@pytest.mark.parametrize(
    ("language", "said"), [("th", "ตอนนี้ยังทำรายการนี้ไม่ได้ค่ะ"), ("en", "This is not possible right now.")]
)
def test_an_unforeseen_code_gets_a_general_sentence(language: str, said: str) -> None:
    assert refusal(Words(language), DomainError("no_such_code")).startswith(said)
