"""The card of a task: one, made from its facts, for answers, notices and edits; and the list of tasks.

Facts come from `domain.tasks.service.task_facts`; the buttons follow the task's state and who looks at it. A treatment
under way shows its protocol, with the lines of one part to tap.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.people.model import PERFORMERS
from domain.tasks import service as tasks
from domain.tasks.model import PHASES, TaskState, TaskView
from domain.unit import Actor
from handlers.cards import Action, Button, Card, Item, filled
from handlers.lists import list_card
from handlers.menu import command_buttons
from handlers.pauses import pause_buttons
from handlers.talk import Talk
from handlers.task_words import PHASES as PHASE_NAMES
from handlers.task_words import TITLES, alert_lines, note_line, said, slot, state_line, tier_name
from handlers.words import N_, Words

__all__ = ["line_mark", "show_task", "task_button", "task_card", "task_list", "tier_name"]

_TAPPABLE: Final = 5
"""Lines of a protocol as buttons at once: with the others as many as fit under one card on LINE."""


def show_task(talk: Talk, view: TaskView, text: str = "", *, phase: str = "") -> None:
    """Answer with the task's card, and for those who do tasks the way to the others. Sales see nothing medical."""
    medical = bool(talk.roles & PERFORMERS)
    facts = tasks.task_facts(view, medical=medical)
    if "manager" not in talk.roles and not medical:
        facts["alerts_hidden"] = 0
    card = task_card(talk.words, facts, talk.unit.actor, text, phase=phase)
    lists = ("mytasks", "tasks") if medical else ()
    aside = () if view.state is TaskState.IN_PROGRESS else pause_buttons(talk, view.customer_id)  # else behind [More]
    talk.say(replace(card, quick=(*command_buttons(talk.words, lists), *aside)))


def task_card(
    words: Words, facts: Mapping[str, Any], viewer: Actor | None = None, text: str = "", *, phase: str = ""
) -> Card:
    """A task from its facts (`domain.tasks.service.task_facts`), with what `viewer` may do next.

    Without a viewer it is for those to whom the task was offered. `phase`: the part of the protocol to tap.
    """
    state = TaskState(facts["state"])
    rows = [
        (words.t("Customer"), facts["customer_name"]),
        (words.t("Tier"), tier_name(words, facts["tier"])),
        (words.t("Customer no."), facts.get("customer_code", "")),
        (words.t("Treatment"), words.pick(facts["treatment"])),
        (words.t("Time"), slot(words, facts["scheduled_at"])),
        (words.t("Room"), words.pick(facts.get("room", {}))),
        (words.t("Asked for"), (facts.get("performer_name") or "") if facts.get("performer_named") else ""),
        (words.t("State"), state_line(words, facts)),
        (words.t("Reason"), said(words, facts.get("reason", ""))),
        (words.t("Waiting for"), facts.get("handed_name") or ""),
        *_protocol(words, facts),
        *((words.t("Lot"), _lot(lot)) for lot in facts.get("lots", ())),
        *((words.t("Note"), note_line(words, note)) for note in facts.get("notes", ())),
    ]
    return Card(
        title=words.t(TITLES.get(state, N_("Task closed"))),
        text="\n".join(filter(None, (text, *alert_lines(words, facts)))),
        rows=filled(*rows),
        buttons=_buttons(words, facts, viewer, phase),
    )


def task_button(words: Words, facts: Mapping[str, Any], title: str, action: str, choice: int = 0) -> Button:
    """A button that does something with the task."""
    return Button(words.t(title), Action(f"task.{action}", UUID(facts["id"]), choice, facts["version"]))


def line_mark(code: str) -> int:
    """What a button carries for a line of the protocol: lines have no number that lasts."""
    return zlib.crc32(code.encode())


def task_list(
    words: Words, title: str, views: Sequence[TaskView], more: str, page: int = 0, *, now: datetime | None = None
) -> Card:
    """Tasks as rows, each with a button that opens it; with `now` also how long each has been waiting."""
    items = [
        Item(
            " · ".join(filter(None, (slot(words, view.scheduled_at), view.customer_name))),
            _line(words, view, now),
            Button(view.customer_name, Action("task.show", view.id, version=view.version)),
        )
        for view in views
    ]
    return list_card(words, title, items, more, page)


def _line(words: Words, view: TaskView, now: datetime | None) -> str:
    parts = [tier_name(words, view.tier), words.pick(view.treatment)]
    if now is not None:
        minutes = int((now - view.created_at).total_seconds() // 60)
        parts.append(words.n("waiting for {count} minute", "waiting for {count} minutes", minutes))
    return " · ".join(parts)


def _lot(lot: Mapping[str, Any]) -> str:
    return " · ".join(filter(None, (lot["lot"], lot["dose"], lot["site"])))


def _protocol(words: Words, facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The protocol's lines by part, while the treatment runs."""
    if facts["state"] not in (TaskState.IN_PROGRESS, TaskState.ON_HOLD):
        return
    for phase in PHASES:
        lines = [line for line in facts.get("checklist", ()) if line["phase"] == phase]
        if lines:
            yield words.t(PHASE_NAMES[phase]), "\n".join(_ticked(words, line) for line in lines)


def _ticked(words: Words, line: Mapping[str, Any]) -> str:
    if not line["at"]:
        return f"☐ {words.pick(line)}"
    return f"☑ {words.pick(line)} · {line['by']} {words.time(line['at'])}"


def _buttons(words: Words, facts: Mapping[str, Any], viewer: Actor | None, phase: str) -> tuple[Button, ...]:
    """What this viewer may do next, the likeliest first."""
    state, user = facts["state"], str(viewer.user_id) if viewer and viewer.user_id else None

    def button(label: str, action: str) -> Button:
        return task_button(words, facts, label, action)

    if state == TaskState.REQUESTED and (viewer is None or viewer.role in facts["roles"]):
        buttons = [button(N_("Accept"), "accept"), button(N_("Decline"), "decline")]
    elif state == TaskState.REQUESTED and viewer and viewer.role == "manager":
        buttons = [button(N_("Ask the team again"), "ask_again"), button(N_("Entered by mistake"), "error")]
    elif user is not None and facts.get("handed_to") == user:
        buttons = [button(N_("Take over"), "take_over"), button(N_("I cannot"), "keep")]
    elif facts.get("orphaned") and viewer and viewer.role == "manager":
        buttons = [button(N_("Hand over"), "hand_over")]
    elif state == TaskState.COMPLETED and viewer and _may_amend(facts, viewer):
        return (button(N_("Amend note"), "note"),)
    elif user is None or facts["assignee_id"] != user:
        return ()
    elif state == TaskState.ACCEPTED:
        buttons = [
            button(N_("Start"), "start"),
            button(N_("Hand over"), "hand_over"),
            button(N_("Give back"), "release"),
        ]
    elif state == TaskState.IN_PROGRESS:
        return _running(words, facts, phase)
    elif state == TaskState.ON_HOLD:
        buttons = [button(N_("Resume"), "resume"), button(N_("Hand over"), "hand_over")]
        buttons.append(replace(button(N_("Stop treatment"), "stop"), style="danger"))
    else:
        return ()
    return (replace(buttons[0], style="primary"), *buttons[1:])


def _may_amend(facts: Mapping[str, Any], viewer: Actor) -> bool:
    return facts["assignee_id"] == str(viewer.user_id) or viewer.role in ("doctor", "manager")


def _running(words: Words, facts: Mapping[str, Any], phase: str) -> tuple[Button, ...]:
    """The lines of one part to tap, all of it at once, the other parts; then Complete and what is seldom needed."""
    lines = facts.get("checklist", ())
    phases = [name for name in PHASES if any(line["phase"] == name for line in lines)]
    waiting = [name for name in phases if any(line["phase"] == name and not line["at"] for line in lines)]
    phase = phase or (waiting or phases[-1:] or [""])[0]
    here = sorted((line for line in lines if line["phase"] == phase), key=lambda line: bool(line["at"]))
    complete = replace(task_button(words, facts, N_("Complete"), "complete"), style="primary")
    return (
        *(_tick(words, facts, line) for line in here[:_TAPPABLE]),
        *([task_button(words, facts, N_("All done"), "all_done", PHASES.index(phase))] if phase in waiting else ()),
        *(
            task_button(words, facts, PHASE_NAMES[name], "phase", PHASES.index(name))
            for name in phases
            if name != phase
        ),
        complete,
        task_button(words, facts, N_("More"), "more"),
    )


def _tick(words: Words, facts: Mapping[str, Any], line: Mapping[str, Any]) -> Button:
    label = f"{'☑' if line['at'] else '☐'} {words.pick(line)}"
    return Button(label, Action("task.tick", UUID(facts["id"]), version=line_mark(line["code"])))
