"""Tasks: what waits for beauticians and doctors, and accepting, starting and completing it.

A press on an outdated card is answered with who acted and when, and with the task as it stands now; what two
people press in the same moment is decided by the domain. The card itself is made in `task_cards`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.tasks import service as tasks
from domain.tasks.model import TaskState, TaskView
from domain.tasks.rules import check_note
from domain.unit import Clinic
from domain.workflow import service as workflow
from handlers.cards import Action, Button, Card
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.members import ROLE_NAMES
from handlers.menu import command_button
from handlers.refusals import refusal
from handlers.router import PERFORMERS, STAFF, Routes
from handlers.talk import Talk
from handlers.task_cards import list_card, task_card
from handlers.words import N_, Words

routes = Routes()

OVERTAKEN: Final = frozenset(
    {"task_taken", "task_closed", "task_not_accepted", "not_assignee", "already_started", "already_completed"}
)
"""Refusals that mean the card was not of today; the domain refuses so before it writes anything."""

# Whole notes: a chip is a record of its own, so none may be shorter than a typed note must be.
NOTES = (
    N_("Skin fine, aftercare explained"),
    N_("Slight redness, aftercare explained"),
    N_("Slight swelling, cold pack given"),
    N_("Customer comfortable, no complaints"),
    N_("Doctor informed, check-up advised"),
)


# Reading


@routes.command("tasks", "งาน", N_("Tasks"), PERFORMERS)
async def waiting(talk: Talk) -> None:
    """What this person could accept now."""
    views = await tasks.waiting_tasks(talk.unit)
    if not views:
        text = talk.t("No task is waiting. We write to you as soon as there is one.")
        talk.say(Card(text=text, quick=(command_button(talk.words, "mytasks"),)))
    elif len(views) == 1:
        _show(talk, views[0])
    else:
        talk.say(list_card(talk.words, talk.t("Tasks waiting"), views))


@routes.command("mytasks", "งานของฉัน", N_("My tasks"), PERFORMERS)
async def mine(talk: Talk) -> None:
    """What this person has accepted: the one under way or next as a card, the others as a list."""
    views = sorted(await tasks.my_tasks(talk.unit), key=lambda view: view.state is not TaskState.IN_PROGRESS)
    if not views:
        text = talk.t("You have no open task. See which ones are waiting:")
        talk.say(Card(text=text, buttons=(command_button(talk.words, "tasks"),)))
        return
    _show(talk, views[0])
    if later := views[1:]:
        talk.say(list_card(talk.words, talk.t("After that"), later))


@routes.action("task.show", STAFF)
async def show(talk: Talk, action: Action) -> None:
    """One task as it stands now."""
    _show(talk, await _task(talk, action))


# Acting


@routes.action("task.accept", PERFORMERS)
async def accept(talk: Talk, action: Action) -> None:
    """Take the task; a second press by the same person shows the card again."""
    view = await _task(talk, action)
    try:
        _show(talk, await tasks.accept(talk.unit, view.id))
    except DomainError as error:
        await _overtaken(talk, view.id, error)


@routes.action("task.start", PERFORMERS)
async def start(talk: Talk, action: Action) -> None:
    """Begin the treatment."""
    view = await _task(talk, action)
    try:
        _show(talk, await workflow.start_treatment(talk.unit, view.id), talk.t("Press Complete when you are done."))
    except DomainError as error:
        await _overtaken(talk, view.id, error)


@routes.action("task.complete", PERFORMERS)
async def complete(talk: Talk, action: Action) -> None:
    """Ask for the note, then finish the treatment."""
    view = await _task(talk, action)
    if late := _cannot_complete(view, talk.user_id):
        _late(talk, view, late)
        return
    await completion.start(talk, task=str(view.id))


async def _ask_note(talk: Talk, data: Data) -> Question:
    return note_question(talk.words, await tasks.task_view(talk.unit, UUID(data["task"])))


def note_question(words: Words, view: TaskView) -> Question:
    """How it went, with ready-made notes."""
    return Question(
        title=words.t("Complete: {treatment}", treatment=words.pick(view.treatment)),
        text=words.t("How did it go with {name}? Choose a note or write your own.", name=view.customer_name),
        choices=[Choice(words.t(note), words.t(note)) for note in NOTES],
    )


async def _read_note(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    check_note(text)
    return {"note": text.strip()}


async def _review(talk: Talk, data: Data) -> Card:
    return completion_summary(talk.words, await tasks.task_view(talk.unit, UUID(data["task"])), data["note"])


def completion_summary(words: Words, view: TaskView, note: str) -> Card:
    """What is about to be recorded."""
    return Card(
        title=words.t("Complete this treatment?"),
        rows=(
            (words.t("Customer"), view.customer_name),
            (words.t("Treatment"), words.pick(view.treatment)),
            (words.t("Note"), note),
        ),
        footnote=words.t("The customer's points become usable and the aftercare begins."),
    )


async def _finish(talk: Talk, data: Data) -> None:
    view = await tasks.task_view(talk.unit, UUID(data["task"]))
    if late := _cannot_complete(view, talk.user_id):
        _late(talk, view, late)
        return
    done = await workflow.complete_treatment(talk.unit, view.id, data["note"])
    _show(talk, done, talk.t("Thank you! The points are usable now, and the aftercare has begun."))


def _confirm(talk: Talk, data: Data) -> Button:
    return Button(talk.t("Complete"))


completion = routes.form(
    Form("completion", (Step("note", _ask_note, _read_note),), _finish, review=_review, confirm=_confirm)
)


# Telling


@routes.presenter("task.offer")
def present_offer(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To everybody who may do it."""
    return task_card(words, facts)


@routes.presenter("task.taken")
def present_taken(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """In place of the offer, for all who saw it: who took it and when."""
    return task_card(words, facts)


@routes.presenter("task.unclaimed")
def present_unclaimed(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To managers: nobody who may do it has a chat with us."""
    roles = ", ".join(words.t(ROLE_NAMES[role]) for role in facts["roles"] if role in ROLE_NAMES)
    text = words.t("No colleague can be reached in chat. Please call one: {roles}", roles=roles)
    see = Button(words.t("Show task"), Action("task.show", UUID(facts["id"]), version=facts["version"]))
    return replace(task_card(words, facts, text=text), title=words.t("Nobody for this task"), buttons=(see,))


def _show(talk: Talk, view: TaskView, text: str = "") -> None:
    """Answer with the task's card, and for those who do tasks the way to the others."""
    card = task_card(talk.words, tasks.task_facts(view), talk.unit.actor, text)
    lists = ("mytasks", "tasks") if talk.roles & PERFORMERS else ()
    talk.say(replace(card, quick=tuple(command_button(talk.words, name) for name in lists)))


async def _overtaken(talk: Talk, task_id: UUID, error: DomainError) -> None:
    """Answer a refusal that somebody's earlier act explains with the task as it stands now; raise any other."""
    if error.code not in OVERTAKEN:
        raise error
    _late(talk, await tasks.task_view(talk.unit, task_id), error)


def _late(talk: Talk, view: TaskView, why: DomainError) -> None:
    """An outdated press: what came before it, and the task as it stands."""
    _show(talk, view, refusal(talk.words, why))


def _cannot_complete(view: TaskView, me: UUID) -> DomainError | None:
    """Why `me` cannot finish the task: the refusal to word, or None."""
    if view.assignee_id is None:
        return DomainError("task_not_accepted" if view.state is TaskState.REQUESTED else "task_closed")
    if view.assignee_id != me:
        return DomainError("not_assignee", by=view.assignee_name)
    if view.state is TaskState.COMPLETED:
        return DomainError("already_completed", by=view.assignee_name, at=view.completed_at)
    if view.state is TaskState.ACCEPTED:
        return DomainError("task_not_started")
    return None if view.state is TaskState.IN_PROGRESS else DomainError("illegal_task_move")


async def _task(talk: Talk, action: Action) -> TaskView:
    if action.id is None:
        raise DomainError("bad_button")
    return await tasks.task_view(talk.unit, action.id)
