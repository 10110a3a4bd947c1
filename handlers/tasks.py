"""Tasks: what waits for beauticians and doctors, and accepting, declining or giving it back.

A press on an outdated card is answered with who acted and when, and with the task as it stands now; what two
people press in the same moment is decided by the domain. The card itself is made in `task_cards`; doing the treatment
is in `treating`, its start in `start_gate`, passing it on in `handing`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.tasks import service as tasks
from domain.tasks.model import Day, Round, TaskView
from domain.unit import Clinic, Unit
from handlers.cards import Action, Button, Card, row_id
from handlers.duty import duty_button
from handlers.forms import Data, Form
from handlers.members import ROLE_NAMES
from handlers.menu import command_button
from handlers.router import Routes
from handlers.scans import say_waiting
from handlers.steps import text_step
from handlers.talk import Talk
from handlers.task_cards import show_task, task_button, task_card, task_list
from handlers.task_words import REASONS, reason_code, slot
from handlers.words import N_, Words

routes = Routes()


# Reading


@routes.command("tasks")
async def waiting(talk: Talk) -> None:
    """What this person could accept now."""
    views = await tasks.waiting_tasks(talk.unit)
    scans_wait = await say_waiting(talk)
    if not views and scans_wait:
        return
    duty = await duty_button(talk)
    if not views:
        talk.say(nothing_waits_card(talk.words, duty))
    elif len(views) == 1:
        show_task(talk, views[0])
    else:
        card = task_list(talk.words, talk.t("Tasks waiting"), views, "task.waiting", now=talk.unit.now)
        talk.say(replace(card, quick=(command_button(talk.words, "mytasks"), duty)))


def nothing_waits_card(words: Words, duty: Button) -> Card:
    """There is nothing to accept."""
    text = words.t("No task is waiting. We write to you as soon as there is one.")
    return Card(text=text, quick=(command_button(words, "mytasks"), duty))


@routes.command("mytasks")
async def mine(talk: Talk) -> None:
    """What this person has accepted: the one under way or next as a card, the others as a list; and their day."""
    views, day, duty = await tasks.my_tasks(talk.unit), await tasks.my_day(talk.unit), await duty_button(talk)
    count = day_line(talk.words, day)
    if not views:
        talk.say(no_task_card(talk.words, day, duty))
        return
    show_task(talk, views[0], count)
    talk.cards[-1] = replace(talk.cards[-1], quick=(*talk.cards[-1].quick, duty))
    if later := views[1:]:
        talk.say(task_list(talk.words, talk.t("After that"), later, "task.mine"))


def day_line(words: Words, day: Day) -> str:
    """How much of today is done."""
    return words.t("Today: {total}, done: {done}", total=day.total, done=day.done)


def no_task_card(words: Words, day: Day, duty: Button) -> Card:
    """There is nothing to do."""
    text = words.t("You have no open task. See which ones are waiting:")
    return Card(text=f"{day_line(words, day)}\n{text}", buttons=(command_button(words, "tasks"), duty))


@routes.action("task.waiting")
async def waiting_page(talk: Talk, action: Action) -> None:
    """Another page of what waits."""
    views = await tasks.waiting_tasks(talk.unit)
    talk.say(task_list(talk.words, talk.t("Tasks waiting"), views, "task.waiting", action.choice, now=talk.unit.now))


@routes.action("task.mine")
async def mine_page(talk: Talk, action: Action) -> None:
    """Another page of what this person has accepted."""
    views = (await tasks.my_tasks(talk.unit))[1:]
    talk.say(task_list(talk.words, talk.t("After that"), views, "task.mine", action.choice))


@routes.action("task.show")
async def show(talk: Talk, action: Action) -> None:
    """One task as it stands now."""
    show_task(talk, await tasks.task_view(talk.unit, row_id(action)))


# Acting


@routes.action("task.accept")
async def accept(talk: Talk, action: Action) -> None:
    """Take the task; a second press by the same person shows the card again."""
    show_task(talk, await tasks.accept(talk.unit, row_id(action)))


@routes.action("task.ask_again")
async def ask_again(talk: Talk, action: Action) -> None:
    """A manager has everybody on duty asked once more."""
    show_task(talk, await tasks.ask_again(talk.unit, row_id(action)), talk.t("Everybody on duty has been asked again."))


@routes.action("task.resume")
async def resume(talk: Talk, action: Action) -> None:
    """The pause is over."""
    show_task(talk, await tasks.resume(talk.unit, row_id(action)))


@dataclass(frozen=True, slots=True)
class ReasonedAct:
    """An act that wants to know why: `title` asks, `chips` are codes of `REASONS`, `message` says that it is done."""

    run: Callable[[Unit, UUID, str], Awaitable[TaskView]]
    title: str
    chips: tuple[str, ...]
    message: str


DECLINED: Final = N_("You declined this task")
LEFT_TO_MANAGERS: Final = N_(
    "Thank you. The managers are looking for somebody now. You can still take it until somebody has."
)
"""When nobody is left who was asked and has not answered."""

ACTS: Final[Mapping[str, ReasonedAct]] = {
    "decline": ReasonedAct(
        tasks.decline,
        N_("Why can you not take this task? Choose or write."),
        ("busy", "break", "skill"),
        N_("Thank you. The others can still take it, and so can you until somebody has."),
    ),
    "release": ReasonedAct(
        tasks.release,
        N_("Why do you give this task back? Choose or write."),
        ("busy", "unwell", "skill"),
        N_("You have given the task back; your colleagues are asked."),
    ),
    "hold": ReasonedAct(
        tasks.hold,
        N_("Why is the treatment paused? Choose or write."),
        ("prepare", "rest", "doctor"),
        N_("Paused. Press Resume when you go on."),
    ),
    "error": ReasonedAct(
        tasks.mark_error,
        N_("What is wrong with this task? Choose or write."),
        ("twice", "wrong"),
        N_("The task is closed as a mistake."),
    ),
}


def _chips(talk: Talk, data: Data) -> list[str]:
    return [talk.t(REASONS[code]) for code in ACTS[data["act"]].chips]


def _question(talk: Talk, data: Data) -> str:
    about = f"{talk.words.pick(data['treatment'])} · {slot(talk.words, data['at'])}\n" if "treatment" in data else ""
    return about + talk.t(ACTS[data["act"]].title)


async def _reasoned(talk: Talk, data: Data) -> None:
    act = ACTS[data["act"]]
    view = await act.run(talk.unit, UUID(data["task"]), reason_code(talk.words, data["reason"]))
    if data["act"] == "decline":
        _say_declined(talk, view)
    else:
        show_task(talk, view, talk.t(act.message))


def _say_declined(talk: Talk, view: TaskView) -> None:
    show_task(talk, view, talk.t(LEFT_TO_MANAGERS if view.round is Round.MANAGERS else ACTS["decline"].message))
    talk.cards[-1] = declined_card(talk.words, talk.cards[-1])


def declined_card(words: Words, card: Card) -> Card:
    """A waiting task's card for who has just declined it: there is no more to decline, only to take it after all."""
    rest = tuple(button for button in card.buttons if not button.action or button.action.name != "task.decline")
    return replace(card, title=words.t(DECLINED), buttons=rest)


reasons = routes.form(
    Form(
        "task_reason",
        (text_step("reason", _question, chips=_chips, title=lambda talk, data: str(data.get("customer", ""))),),
        _reasoned,
        subject=("task.show", "task"),
    )
)


async def _ask_why(talk: Talk, action: Action) -> None:
    view = await tasks.task_view(talk.unit, row_id(action))
    if view.version != action.version:
        raise DomainError("outdated")
    at = view.scheduled_at.isoformat() if view.scheduled_at else None
    about = {"customer": view.customer_name, "treatment": dict(view.treatment), "at": at}
    await reasons.start(talk, task=str(view.id), act=action.name.removeprefix("task."), **about)


for _act in ACTS:
    routes.action(f"task.{_act}")(_ask_why)


# Telling


@routes.presenter("task.offer")
def present_offer(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To everybody who may do it."""
    return task_card(words, facts)


@routes.presenter("task.reminder")
def present_reminder(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """Half of the time to answer is gone."""
    until = words.time(facts["accept_by"])
    text = words.t("This task still waits for your answer. At {time} others are asked.", time=until)
    return replace(task_card(words, facts, text=text), title=words.t("Task still waiting"))


@routes.presenter("task.taken")
def present_taken(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """In place of the offer, for all who saw it: who took it and when."""
    return _past(words, facts)


@routes.presenter("task.closed")
def present_closed(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """In place of every card, and to whoever had accepted: there is nothing left to do."""
    return _past(words, facts)


@routes.presenter("task.declined")
def present_declined(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """In place of the offer, for who declined it."""
    return replace(_past(words, facts), title=words.t(DECLINED))


@routes.presenter("task.unclaimed")
def present_unclaimed(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To managers: nobody who may do it is on duty, or nobody has taken it."""
    roles = ", ".join(words.t(ROLE_NAMES[role]) for role in facts["roles"] if role in ROLE_NAMES)
    minutes = facts.get("waited", 0)
    waited = words.n("Waiting for {count} minute.", "Waiting for {count} minutes.", minutes)
    text = words.t("Nobody on duty has taken it. Please call a colleague: {roles}", roles=roles)
    see = task_button(words, facts, N_("Show task"), "show")
    card = task_card(words, facts, text=f"{waited} {text}")
    return replace(card, title=words.t("Nobody for this task"), buttons=(see,))


def _past(words: Words, facts: Mapping[str, Any]) -> Card:
    return replace(task_card(words, {**facts, "handed_to": None}), buttons=())
