"""What a task's card offers to whom."""

from __future__ import annotations

import pytest

from domain.tasks.model import TaskState
from domain.unit import Actor
from handlers.cards import Action
from handlers.examples.demo import ID, task_facts
from handlers.task_cards import task_card
from handlers.words import Words


@pytest.mark.parametrize(
    ("role", "orphaned", "offered"),
    [("manager", True, ["task.hand_over"]), ("manager", False, []), ("sales", True, [])],
)
def test_a_manager_passes_on_what_its_performer_left(role: str, orphaned: bool, offered: list[str]) -> None:
    """Only while nobody is there to end it; otherwise it is its performer's."""
    facts = task_facts(TaskState.IN_PROGRESS, orphaned=orphaned, assignee_id=None)
    buttons = task_card(Words("en"), facts, Actor(role, user_id=ID)).buttons
    assert [button.action for button in buttons] == [Action(name, ID, version=2) for name in offered]
