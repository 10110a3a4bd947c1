"""When the clock was moved is remembered over a restart, and reaches the page as JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bots.simulator.control import Chat, Move, Strip
from bots.simulator.moves import Moves

NOON = datetime(2026, 7, 16, 5, 0, tzinfo=UTC)


def test_moves_of_the_clock_are_known_after_a_restart(tmp_path: Path) -> None:
    first = Moves(tmp_path / "moves.jsonl")
    assert first.all() == ()
    moves = (Move(NOON, 3600.0), Move(NOON + timedelta(minutes=1), 86_400.5))
    for move in moves:
        first.note(move)
    assert first.all() == moves
    assert Moves(tmp_path / "moves.jsonl").all() == moves


def test_the_page_is_told_who_speaks_what_and_when_the_clock_was_moved() -> None:
    strip = Strip(NOON, "Asia/Bangkok", chats=(Chat("line", "U1", None),), moves=(Move(NOON, 3600.0),)).to_json()
    assert strip["chats"] == ({"channel": "line", "person": "U1", "language": None},)
    assert strip["moves"] == ({"at": NOON.isoformat(), "ahead": 3600.0},)
