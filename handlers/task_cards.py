"""The card of a task: one, made from its facts, for answers, notices and edits; and the list of tasks.

Facts come from `domain.tasks.service.task_facts`; the buttons follow the task's state and who looks at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.tasks.model import TaskState, TaskView
from domain.unit import Actor
from handlers.cards import Action, Button, Card, filled
from handlers.lists import Entry, list_card
from handlers.words import N_, Words

TIER_NAMES = {
    "bronze": N_("Bronze"),
    "silver": N_("Silver"),
    "gold": N_("Gold"),
    "platinum": N_("Platinum"),
    "diamond": N_("Diamond"),
}
TITLES = {
    TaskState.REQUESTED: N_("New task"),
    TaskState.ACCEPTED: N_("Task accepted"),
    TaskState.IN_PROGRESS: N_("Treatment under way"),
    TaskState.ON_HOLD: N_("Treatment paused"),
    TaskState.COMPLETED: N_("Treatment completed"),
    TaskState.CANCELLED: N_("Task cancelled"),
}
# The state in words, with the fact that says since when.
STATES = {
    TaskState.REQUESTED: (N_("Waiting until {when} for somebody to accept"), "accept_by"),
    TaskState.ACCEPTED: (N_("Accepted by {by}, {when}"), "accepted_at"),
    TaskState.IN_PROGRESS: (N_("Started by {by}, {when}"), "started_at"),
    TaskState.ON_HOLD: (N_("Started by {by}, {when}; paused"), "started_at"),
    TaskState.COMPLETED: (N_("Completed by {by}, {when}"), "completed_at"),
}


def task_card(words: Words, facts: Mapping[str, Any], viewer: Actor | None = None, text: str = "") -> Card:
    """A task from its facts (`domain.tasks.service.task_facts`), with what `viewer` may do next.

    Without a viewer it is for those to whom the task was offered.
    """
    state = TaskState(facts["state"])
    rows = [
        (words.t("Customer"), facts["customer_name"]),
        (words.t("Tier"), tier_name(words, facts["tier"])),
        (words.t("Treatment"), words.pick(facts["treatment"])),
        (words.t("Time"), _slot(words, facts["scheduled_at"])),
        (words.t("State"), _state(words, facts)),
        (words.t("Note"), facts["note"]),
    ]
    return Card(
        title=words.t(TITLES.get(state, N_("Task closed"))),
        text=text,
        rows=filled(*rows),
        buttons=_buttons(words, facts, viewer),
    )


def tier_name(words: Words, code: str) -> str:
    """A tier's name from its code; a clinic's own tier, unknown to us, is shown as it is."""
    return words.t(TIER_NAMES[code]) if code in TIER_NAMES else code


def _state(words: Words, facts: Mapping[str, Any]) -> str:
    """The state with who and since when; words alone where there is no more to say."""
    message, moment = STATES.get(TaskState(facts["state"]), ("", ""))
    if not message:
        return words.t("Nothing is left to do")
    if not facts[moment]:
        return words.t("Waiting for somebody to accept")
    return words.t(message, by=facts["assignee_name"] or "", when=words.when(facts[moment]))


def _buttons(words: Words, facts: Mapping[str, Any], viewer: Actor | None) -> tuple[Button, ...]:
    """The one thing to do next, if it is this viewer's to do."""
    state, task_id, version = facts["state"], UUID(facts["id"]), facts["version"]
    if state == TaskState.REQUESTED and (viewer is None or viewer.role in facts["roles"]):
        return (Button(words.t("Accept"), Action("task.accept", task_id, version=version), style="primary"),)
    if viewer is None or viewer.user_id is None or facts["assignee_id"] != str(viewer.user_id):
        return ()
    if state == TaskState.ACCEPTED:
        return (Button(words.t("Start"), Action("task.start", task_id, version=version), style="primary"),)
    if state == TaskState.IN_PROGRESS:
        return (Button(words.t("Complete"), Action("task.complete", task_id, version=version), style="primary"),)
    return ()


def task_list(words: Words, title: str, views: Sequence[TaskView], more: str, page: int = 0) -> Card:
    """Tasks as rows, each with a button that opens it."""
    entries = [
        Entry(
            _slot(words, view.scheduled_at),
            _line(words, view),
            Button(view.customer_name, Action("task.show", view.id, version=view.version)),
        )
        for view in views
    ]
    return list_card(words, title, entries, more, page)


def _line(words: Words, view: TaskView) -> str:
    return " · ".join((view.customer_name, tier_name(words, view.tier), words.pick(view.treatment)))


def _slot(words: Words, at: datetime | str | None) -> str:
    return words.when(at) if at else words.t("Not set yet")
