"""A task passed on to a colleague with all that was written down; what people hear of a stopped treatment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.tasks import service as tasks
from domain.unit import Clinic
from handlers.cards import Action, Card, row_id
from handlers.forms import Choice, Data, Form
from handlers.journeys import show_button
from handlers.router import Routes
from handlers.steps import pick_step
from handlers.talk import Talk
from handlers.task_cards import show_task, task_button, task_card
from handlers.task_words import REASONS
from handlers.words import N_, Words

routes = Routes()

ASKED: Final = N_("{name} has been asked. Until they accept, the task stays yours.")


@routes.action("task.hand_over")
async def hand_over(talk: Talk, action: Action) -> None:
    """To whom? Those on duty who may do it."""
    view = await tasks.task_view(talk.unit, row_id(action))
    if not await tasks.colleagues(talk.unit, view):
        raise DomainError("nobody_on_duty")
    await handing.start(talk, task=str(view.id), customer=view.customer_name)


async def _colleagues(talk: Talk, data: Data) -> Sequence[Choice]:
    view = await tasks.task_view(talk.unit, UUID(data["task"]))
    return [Choice(member.name, str(member.user_id)) for member in await tasks.colleagues(talk.unit, view)]


async def _asked(talk: Talk, data: Data) -> None:
    view = await tasks.hand_over(talk.unit, UUID(data["task"]), UUID(data["to"]))
    said = N_("{name} has been asked.") if view.orphaned else ASKED
    show_task(talk, view, talk.t(said, name=view.handed_name))


handing = routes.form(
    Form(
        "task_handing",
        (pick_step("to", lambda talk, data: talk.t("Who takes over {name}?", name=data["customer"]), _colleagues),),
        _asked,
        subject=("task.show", "task"),
    )
)


@routes.action("task.take_over")
async def take_over(talk: Talk, action: Action) -> None:
    """The colleague accepts: the task is theirs from now on."""
    show_task(talk, await tasks.take_over(talk.unit, row_id(action)), talk.t("The task is yours now."))


@routes.action("task.keep")
async def keep(talk: Talk, action: Action) -> None:
    """The colleague cannot."""
    view = await tasks.refuse_hand_over(talk.unit, row_id(action))
    stays = N_("The managers look for somebody else.") if view.orphaned else N_("The task stays with {name}.")
    show_task(talk, view, talk.t(stays, name=view.assignee_name))


@routes.presenter("task.handover")
def present_handover(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the colleague: the whole card, with protocol, lots and notes."""
    text = words.t("{name} asks you to take this over.", name=facts.get("by") or facts["assignee_name"])
    buttons = (
        replace(task_button(words, facts, N_("Take over"), "take_over"), style="primary"),
        task_button(words, facts, N_("I cannot"), "keep"),
    )
    card = task_card(words, {**facts, "handed_name": None}, text=text)
    return replace(card, title=words.t("Can you take over?"), buttons=buttons)


@routes.presenter("task.handed")
def present_handed(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the one who passed it on."""
    text = words.t("{name} has taken over.", name=facts["assignee_name"])
    return replace(task_card(words, facts, text=text), buttons=())


@routes.presenter("task.kept")
def present_kept(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the one who asked, or to managers where that one has left: the colleague cannot."""
    still_yours = N_("{name} cannot take over. The task is still yours.")
    said = N_("{name} cannot take over. Please ask somebody else.") if facts.get("orphaned") else still_yours
    text = words.t(said, name=facts["by"])
    return replace(task_card(words, facts, text=text), buttons=(task_button(words, facts, N_("Show task"), "show"),))


@routes.presenter("treatment.aborted")
def present_aborted(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the desk: what happened, and what is theirs to decide. Nothing medical but the kind of reason."""
    text = (
        words.t("The customer waits here; the team has been asked again.")
        if facts["stays"]
        else words.t("The customer goes home. Please find a new time with them, or decide what comes next.")
    )
    return Card(
        title=words.t("{name}: treatment stopped", name=facts["name"]),
        text=text,
        rows=(
            (words.t("Treatment"), words.pick(facts["treatment"])),
            (words.t("Reason"), words.t(REASONS[facts["reason"]])),
            (words.t("Stopped by"), facts["by"]),
        ),
        buttons=(show_button(words, UUID(facts["journey_id"])),),
    )


@routes.presenter("treatment.broken_off")
def present_broken_off(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the customer who went home from a treatment that was stopped."""
    said = words.t(
        "Your treatment could not be finished this time, and the session is not used. Our staff will agree a new time"
        " with you. You can write to us here at any time."
    )
    return Card(title=words.pick(facts["treatment"]), text=said)
