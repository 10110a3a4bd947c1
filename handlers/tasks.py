"""Tasks: what waits for beauticians and doctors, and accepting, starting and completing it.

A press on an outdated card is answered with who acted and when, and with the task as it stands now; what two
people press in the same moment is decided by the domain. The card itself is made in `task_cards`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.tasks import service as tasks
from domain.tasks.model import TaskState, TaskView
from domain.tasks.rules import check_note
from domain.unit import Clinic
from domain.workflow import service as workflow
from handlers.cards import Action, Button, Card, row_id
from handlers.forms import Data, Form
from handlers.members import ROLE_NAMES
from handlers.menu import command_button
from handlers.pauses import pause_buttons
from handlers.permissions import PERFORMERS
from handlers.router import Routes
from handlers.scans import say_waiting
from handlers.steps import text_step
from handlers.talk import Talk
from handlers.task_cards import task_card, task_list
from handlers.words import N_, Words

routes = Routes()

# Whole notes: a chip is a record of its own, so none may be shorter than a typed note must be.
NOTES = (
    N_("Skin fine, aftercare explained"),
    N_("Slight redness, aftercare explained"),
    N_("Slight swelling, cold pack given"),
    N_("Customer comfortable, no complaints"),
    N_("Doctor informed, check-up advised"),
)


# Reading


@routes.command("tasks")
async def waiting(talk: Talk) -> None:
    """What this person could accept now."""
    views = await tasks.waiting_tasks(talk.unit)
    scans_wait = await say_waiting(talk)
    if not views and scans_wait:
        return
    if not views:
        text = talk.t("No task is waiting. We write to you as soon as there is one.")
        talk.say(Card(text=text, quick=(command_button(talk.words, "mytasks"),)))
    elif len(views) == 1:
        _show(talk, views[0])
    else:
        talk.say(task_list(talk.words, talk.t("Tasks waiting"), views, "task.waiting"))


@routes.command("mytasks")
async def mine(talk: Talk) -> None:
    """What this person has accepted: the one under way or next as a card, the others as a list."""
    views = sorted(await tasks.my_tasks(talk.unit), key=lambda view: view.state is not TaskState.IN_PROGRESS)
    if not views:
        text = talk.t("You have no open task. See which ones are waiting:")
        talk.say(Card(text=text, buttons=(command_button(talk.words, "tasks"),)))
        return
    _show(talk, views[0])
    if later := views[1:]:
        talk.say(task_list(talk.words, talk.t("After that"), later, "task.mine"))


@routes.action("task.waiting")
async def waiting_page(talk: Talk, action: Action) -> None:
    """Another page of what waits."""
    views = await tasks.waiting_tasks(talk.unit)
    talk.say(task_list(talk.words, talk.t("Tasks waiting"), views, "task.waiting", action.choice))


@routes.action("task.mine")
async def mine_page(talk: Talk, action: Action) -> None:
    """Another page of what this person has accepted."""
    views = await tasks.my_tasks(talk.unit)
    talk.say(task_list(talk.words, talk.t("My tasks"), views, "task.mine", action.choice))


@routes.action("task.show")
async def show(talk: Talk, action: Action) -> None:
    """One task as it stands now."""
    _show(talk, await tasks.task_view(talk.unit, row_id(action)))


# Acting


@routes.action("task.accept")
async def accept(talk: Talk, action: Action) -> None:
    """Take the task; a second press by the same person shows the card again."""
    _show(talk, await tasks.accept(talk.unit, row_id(action)))


@routes.action("task.start")
async def start(talk: Talk, action: Action) -> None:
    """Begin the treatment."""
    view = await workflow.start_treatment(talk.unit, row_id(action))
    _show(talk, view, talk.t("Press Complete when you are done."))


@routes.action("task.complete")
async def complete(talk: Talk, action: Action) -> None:
    """Ask for the note, then finish the treatment."""
    view = await tasks.completable(talk.unit, row_id(action))
    await completion.start(talk, task=str(view.id), customer=view.customer_name)


def _ask_note(talk: Talk, data: Data) -> str:
    return talk.t("How did it go with {name}? Choose a note or write your own.", name=data["customer"])


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
    done = await workflow.complete_treatment(talk.unit, UUID(data["task"]), data["note"])
    _show(talk, done, talk.t("Thank you! The points are usable now, and the aftercare has begun."))


def _confirm(talk: Talk, data: Data) -> Button:
    return Button(talk.t("Complete"))


def _chips(talk: Talk) -> list[str]:
    return [talk.t(note) for note in NOTES]


completion = routes.form(
    Form(
        "completion",
        (text_step("note", _ask_note, chips=_chips, check=check_note),),
        _finish,
        review=_review,
        confirm=_confirm,
        subject=("task.show", "task"),
    )
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


@routes.presenter("task.closed")
def present_closed(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """In place of whatever was shown: the journey moved on without this task."""
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
    card = replace(card, buttons=(*card.buttons, *pause_buttons(talk, view.customer_id)))
    lists = ("mytasks", "tasks") if talk.roles & PERFORMERS else ()
    talk.say(replace(card, quick=tuple(command_button(talk.words, name) for name in lists)))
