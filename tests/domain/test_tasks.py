"""Tasks: every state and action is asked, offers wait the right time, and no work ends without a note."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.tasks.model import TaskAction, TaskState
from domain.tasks.rules import accept_window, check_note, next_task_state

NOW = datetime(2026, 7, 17, 3, tzinfo=UTC)
OPEN = {"requested", "accepted", "in_progress", "on_hold"}
EXPECTED = {
    "requested": {"accept": "accepted", "decline": "declined", "expire": "expired", "cancel": "cancelled"},
    "accepted": {"start": "in_progress", "release": "released", "cancel": "cancelled"},
    "in_progress": {"hold": "on_hold", "complete": "completed", "fail": "failed", "cancel": "cancelled"},
    "on_hold": {"resume": "in_progress", "cancel": "cancelled"},
}


@pytest.mark.parametrize("state", [*TaskState])
@pytest.mark.parametrize("action", [*TaskAction])
def test_every_state_and_action(state: TaskState, action: TaskAction) -> None:
    expected = EXPECTED.get(state, {}).get(action)
    if action == "mark_error" and state != "entered_in_error":
        expected = "entered_in_error"
    if expected:
        assert next_task_state(state, action) == expected
        return
    with pytest.raises(DomainError) as refusal:
        next_task_state(state, action)
    assert refusal.value.code == ("illegal_task_move" if state in OPEN else "task_closed")
    assert refusal.value.facts == {"state": state, "action": action}


@given(st.lists(st.sampled_from([*TaskAction])))
def test_work_completes_only_after_it_was_accepted_and_started(actions: list[TaskAction]) -> None:
    state, done = TaskState.REQUESTED, []
    for action in actions:
        try:
            state = next_task_state(state, action)
        except DomainError:
            continue
        done.append(action)
    if state is TaskState.COMPLETED:
        assert done[:2] == [TaskAction.ACCEPT, TaskAction.START]
        assert done.count(TaskAction.COMPLETE) == 1


@pytest.mark.parametrize(
    ("scheduled_at", "minutes"),
    [
        (None, 5),
        (NOW - timedelta(hours=1), 5),
        (NOW + timedelta(hours=4), 5),
        (NOW + timedelta(hours=4, seconds=1), 30),
        (NOW + timedelta(days=3), 30),
    ],
)
def test_an_offer_waits_longer_when_the_slot_is_far_off(scheduled_at: datetime | None, minutes: int) -> None:
    assert accept_window(NOW, scheduled_at) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("text", "chips"), [("", 1), ("0123456789", 0), ("ผิวแดงเล็กน้อย", 0), ("  skin was fine ", 0)])
def test_enough_of_a_note(text: str, chips: int) -> None:
    check_note(text, chips)


@pytest.mark.parametrize("text", ["", "012345678", "ok" + " " * 20, "a" + "\n" * 9 + "b"])
def test_too_short_a_note_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        check_note(text)
    assert (refusal.value.code, refusal.value.facts) == ("note_too_short", {"needed": 10})
