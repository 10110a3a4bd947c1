"""What platforms send fits into PostgreSQL, whatever strings are in it, and not one event is lost for one."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.database.session import Engine, accept_events
from domain.database.storable import storable
from tests.conftest import Database

TEXTS = st.text(st.characters() | st.sampled_from("\x00\ud800\udbff\udc00\udfff"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
BROKEN: dict[str, Any] = {"message": {"id": "1", "text": "a\x00b\ud83e"}, "k\x00": [["\udd70", None, 5, True]]}
KEPT: dict[str, Any] = {"message": {"id": "1", "text": "a\ufffdb\ufffd"}, "k\ufffd": [["\ufffd", None, 5, True]]}


def characters(value: Any) -> set[str]:
    """Every character of every string in a JSON value, keys included."""
    match value:
        case str():
            return set(value)
        case list():
            return set().union(*map(characters, value))
        case dict():
            return characters(list(value)) | characters(list(value.values()))
        case _:
            return set()


def is_refused(character: str) -> bool:
    return character == "\x00" or 0xD800 <= ord(character) <= 0xDFFF


@given(JSON)
def test_nothing_is_left_that_postgresql_refuses_and_nothing_else_changes(value: Any) -> None:
    kept = storable(value)
    assert not any(map(is_refused, characters(kept)))
    assert kept == value or any(map(is_refused, characters(value)))
    assert storable(kept) == kept


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (BROKEN, KEPT),
        ("", ""),
        ("\x00", "\ufffd"),
        ("\udd70\ud83e", "\ufffd\ufffd"),
        (json.loads('"\\ud83e\\udd70"'), "🥰"),
        ([{"\x00": {"\x00": "\x00"}}], [{"\ufffd": {"\ufffd": "\ufffd"}}]),
        ("สวัสดี \\u0000 \x01\n\u2028", "สวัสดี \\u0000 \x01\n\u2028"),
        (None, None),
        (7.5, 7.5),
    ],
)
def test_only_nul_and_lone_surrogates_are_replaced(given_: Any, expected: Any) -> None:
    assert storable(given_) == expected


async def test_an_event_with_such_strings_enters_the_inbox_beside_the_good_ones(
    database: Database, engine: Engine
) -> None:
    owner = await asyncpg.connect(database.admin_url)
    try:
        clinic, account = await _line_account(owner)
        good: dict[str, Any] = {"message": {"id": "2", "text": "สวัสดี 🥰 \\u0000"}}
        arrivals = [("broken", "U1", BROKEN), ("good", "U1", good)]
        new = await accept_events(engine, clinic, account, arrivals)
        rows = await owner.fetch("select event_id, lane, payload, id from inbox order by seq")
        assert [(row["event_id"], row["lane"], json.loads(row["payload"])) for row in rows] == [
            ("broken", "U1", KEPT),
            ("good", "U1", good),
        ]
        assert new == {row["event_id"]: row["id"] for row in rows}
        assert await accept_events(engine, clinic, account, arrivals) == {}
    finally:
        await owner.close()


async def _line_account(owner: asyncpg.Connection) -> tuple[UUID, UUID]:
    clinic = await owner.fetchval(
        "insert into clinics (slug, name_th, name_en, created_at) values ('aura', 'ออร่า', 'Aura', now()) returning id"
    )
    account = await owner.fetchval(
        "insert into channel_accounts (clinic_id, channel, external_id, handle, name, secrets)"
        " values ($1, 'line', 'Ub', '@aura', 'Aura', '') returning id",
        clinic,
    )
    return UUID(str(clinic)), UUID(str(account))
