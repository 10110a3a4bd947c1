"""The treatment under way: its protocol ticked line by line, and its end. Lots and notes are in `records`.

Ticks are written down by `domain.tasks.recording`; finishing moves the journey, so it goes through the workflow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.errors import DomainError
from domain.tasks import service as tasks
from domain.tasks.model import PHASES, Line, TaskView
from domain.tasks.rules import check_note
from domain.workflow import service as workflow
from domain.workflow.treating import StopReason
from handlers.cards import Action, Button, Card, row_id
from handlers.forms import Choice, Data, Form
from handlers.pauses import pause_buttons
from handlers.records import as_note, note_chips
from handlers.router import Routes
from handlers.steps import pick_step, text_step
from handlers.talk import Talk
from handlers.task_cards import line_mark, show_task, task_button
from handlers.task_words import PHASES as PHASE_NAMES
from handlers.task_words import REASONS
from handlers.words import N_, Words

routes = Routes()


# The protocol


@routes.action("task.tick")
async def tick(talk: Talk, action: Action) -> None:
    """Tick a line, or take its tick back."""
    view = await tasks.task_view(talk.unit, row_id(action))
    codes = [line.code for line in view.checklist if line_mark(line.code) == action.version]
    if not codes:
        raise DomainError("outdated")
    show_task(talk, await tasks.tick(talk.unit, view.id, codes[0]))


@routes.action("task.phase")
async def phase(talk: Talk, action: Action) -> None:
    """The lines of another part of the protocol."""
    show_task(talk, await tasks.task_view(talk.unit, row_id(action)), phase=_phase(action))


@routes.action("task.all_done")
async def all_done(talk: Talk, action: Action) -> None:
    """What is open in this part, to be confirmed at once."""
    view = await tasks.task_view(talk.unit, row_id(action))
    lines = [line for line in view.checklist if line.phase == _phase(action) and line.at is None]
    if not lines:
        show_task(talk, view)
        return
    talk.say(all_done_card(talk.words, view.id, _phase(action), lines))


def all_done_card(words: Words, task_id: UUID, phase: str, lines: Sequence[Line]) -> Card:
    """The open lines of one part."""
    yes = Action("task.tick_rest", task_id, PHASES.index(phase))
    return Card(
        title=words.t("Is all of this done? ({part})", part=words.t(PHASE_NAMES[phase])),
        text="\n".join(f"☐ {words.pick({'th': line.th, 'en': line.en})}" for line in lines),
        buttons=(
            Button(words.t("Yes, all done"), yes, style="primary"),
            Button(words.t("Back to the task"), Action("task.show", task_id)),
        ),
    )


@routes.action("task.tick_rest")
async def tick_rest(talk: Talk, action: Action) -> None:
    """All of it is done."""
    show_task(talk, await tasks.tick_rest(talk.unit, row_id(action), _phase(action)))


def _phase(action: Action) -> str:
    return PHASES[min(action.choice, len(PHASES) - 1)]


@routes.action("task.more")
async def more(talk: Talk, action: Action) -> None:
    """What is needed now and then during a treatment."""
    view = await tasks.task_view(talk.unit, row_id(action))
    card = more_card(talk.words, view)
    talk.say(replace(card, buttons=(*card.buttons, *pause_buttons(talk, view.customer_id))))


def more_card(words: Words, view: TaskView) -> Card:
    """What can be done with a treatment under way besides ticking and completing."""
    facts = tasks.task_facts(view)
    ways = (
        (N_("Add lot"), "lot"),
        (N_("Add note"), "note"),
        (N_("Pause"), "hold"),
        (N_("Hand over"), "hand_over"),
        (N_("Stop treatment"), "stop"),
        (N_("Back to the task"), "show"),
    )
    buttons = tuple(
        replace(task_button(words, facts, label, name), style="danger" if name == "stop" else "secondary")
        for label, name in ways
    )
    return Card(title=view.customer_name, text=words.pick(view.treatment), buttons=buttons)


# The end


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
    text, chips = as_note(talk, data["note"])
    done = await workflow.complete_treatment(talk.unit, UUID(data["task"]), text, chips)
    show_task(talk, done, talk.t("Thank you! The points are usable now, and the aftercare has begun."))


completion = routes.form(
    Form(
        "completion",
        (text_step("note", _ask_note, chips=note_chips, check=check_note),),
        _finish,
        review=_review,
        confirm=lambda talk, data: Button(talk.t("Complete")),
        subject=("task.show", "task"),
    )
)


@routes.action("task.stop")
async def stop(talk: Talk, action: Action) -> None:
    """The treatment cannot go on: why, and is the customer still here?"""
    view = await tasks.task_view(talk.unit, row_id(action))
    await stopping.start(talk, task=str(view.id))


async def _why(talk: Talk, data: Data) -> Sequence[Choice]:
    return [Choice(talk.t(REASONS[reason]), reason) for reason in StopReason]


async def _stays(talk: Talk, data: Data) -> Sequence[Choice]:
    return [Choice(talk.t("They wait here"), "yes"), Choice(talk.t("They go home"), "no")]


async def _stop_review(talk: Talk, data: Data) -> Card:
    view = await tasks.task_view(talk.unit, UUID(data["task"]))
    return stop_summary(talk.words, view.customer_name, data["why"], stays=data["stays"] == "yes")


def stop_summary(words: Words, name: str, why: str, *, stays: bool) -> Card:
    """What stopping means."""
    next_ = (
        words.t("The session is not used. Somebody is asked to treat them now.")
        if stays
        else words.t("The session is not used. Sales finds a new time.")
    )
    rows = ((words.t("Customer"), name), (words.t("Reason"), words.t(REASONS[why])))
    return Card(title=words.t("Stop this treatment?"), rows=rows, footnote=next_)


async def _stopped(talk: Talk, data: Data) -> None:
    stays, reason = data["stays"] == "yes", StopReason(data["why"])
    view: TaskView = await workflow.abort_treatment(talk.unit, UUID(data["task"]), reason, stays=stays)
    show_task(talk, view, talk.t("The treatment is stopped; the session is not used."))
    talk.cards[-1] = replace(talk.cards[-1], buttons=())


stopping = routes.form(
    Form(
        "task_stop",
        (
            pick_step("why", lambda talk, data: talk.t("Why is the treatment stopped?"), _why),
            pick_step("stays", lambda talk, data: talk.t("Does the customer wait here, or go home?"), _stays),
        ),
        _stopped,
        review=_stop_review,
        confirm=lambda talk, data: Button(talk.t("Stop treatment"), style="danger"),
        subject=("task.show", "task"),
    )
)
