"""The drawn journey is the one that the program follows."""

from __future__ import annotations

from domain.workflow.model import Stage
from domain.workflow.rules import TRANSITIONS
from tests.architecture.diagram import PAGE, drawing, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.architecture.diagram --update"


def test_every_move_and_stage_is_drawn() -> None:
    drawn = drawing()
    assert all(f"| {move.id} | {move.action} |" in drawn for move in TRANSITIONS)
    assert all(stage in drawn for stage in Stage)
