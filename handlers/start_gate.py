"""Starting a treatment: one card with every light of the start gate, and for each red the way to put it right.

The gate is asked in `domain.workflow.gate`; who answers for a red does so by name, with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.tasks import service as tasks
from domain.tasks.model import TaskView
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.gate import ANSWERS_FOR, Answer, Check, Gate
from handlers.cards import Action, Button, Card, row_id
from handlers.consents import paper
from handlers.forms import Data, Form
from handlers.router import Routes
from handlers.steps import text_step
from handlers.talk import Talk
from handlers.task_cards import show_task, task_button, task_card
from handlers.task_words import GATES, REASONS, reason_code, said
from handlers.words import N_, Words

routes = Routes()

_ORDER: Final = tuple(Gate)
_CHIPS: Final[Mapping[str, tuple[str, ...]]] = {
    Gate.PAID: ("later", "agreed"),
    Gate.CONTRAINDICATION: ("checked",),
    Gate.ROOM: ("free",),
}
_WHO: Final[Mapping[str, str]] = {Gate.PAID: N_("Ask a manager"), Gate.CONTRAINDICATION: N_("Ask a doctor")}
_OWN: Final[Mapping[str, str]] = {
    Gate.PAID: N_("Let it start"),
    Gate.CONTRAINDICATION: N_("Treat anyway"),
    Gate.ROOM: N_("The room is free"),
}


@routes.action("task.start")
async def start(talk: Talk, action: Action) -> None:
    """Begin the treatment, or see all that still stands in the way."""
    answer = await workflow.start_gate(talk.unit, row_id(action))
    if answer.reds:
        talk.say(gate_card(talk, answer))
        return
    view = await workflow.start_treatment(talk.unit, row_id(action))
    show_task(talk, view, talk.t("Press Complete when you are done."))


@routes.action("task.here")
async def here(talk: Talk, action: Action) -> None:
    """The customer has arrived."""
    await workflow.they_are_here(talk.unit, row_id(action))
    await _look_again(talk, row_id(action))


@routes.action("task.paper")
async def on_paper(talk: Talk, action: Action) -> None:
    """The text to be signed; then that it was signed on paper."""
    task = await tasks.startable(talk.unit, row_id(action))
    language, text = await paper(talk, task.customer_id)
    if not action.choice:
        talk.say(paper_card(talk, task, text))
        return
    await workflow.signed_on_paper(talk.unit, task.id, language=language, text=text)
    await _look_again(talk, row_id(action))


def paper_card(talk: Talk, task: TaskView, to_sign: str) -> Card:
    """The text `to_sign`, in the customer's language."""
    signed = Button(talk.t("Signed on paper"), Action("task.paper", task.id, 1, task.version), style="primary")
    show = Button(talk.t("Back to the task"), Action("task.show", task.id))
    asks = talk.t("Let {name} read and sign this on paper, and keep the sheet:", name=task.customer_name)
    return Card(title=talk.t("Consent to health data"), text=f"{asks}\n\n{to_sign}", buttons=(signed, show))


@routes.action("task.ask")
async def ask(talk: Talk, action: Action) -> None:
    """Ask those on duty who may answer for a red."""
    view = await workflow.ask_for(talk.unit, row_id(action), _gate(action))
    show_task(talk, view, talk.t("They have been asked. You hear from us as soon as somebody answers."))


@routes.action("task.clear")
async def clear(talk: Talk, action: Action) -> None:
    """Answer for a red oneself: why?"""
    gate = _gate(action)
    if talk.unit.actor.role not in ANSWERS_FOR.get(gate, ()):
        raise DomainError("not_your_role")
    view = await tasks.task_view(talk.unit, row_id(action))
    await answers.start(talk, task=str(view.id), gate=str(gate))


def _gate(action: Action) -> Gate:
    """The light that a button carries as its number."""
    if action.choice >= len(_ORDER):
        raise DomainError("bad_button")
    return _ORDER[action.choice]


def _why(talk: Talk, data: Data) -> str:
    gate = talk.t(GATES[data["gate"]])
    return talk.t("You answer for “{gate}” with your name. Why may it start? Choose or write.", gate=gate)


def _chips(talk: Talk, data: Data) -> list[str]:
    return [talk.t(REASONS[code]) for code in _CHIPS[data["gate"]]]


async def _answered(talk: Talk, data: Data) -> None:
    reason = reason_code(talk.words, data["why"])
    view = await workflow.answer_for(talk.unit, UUID(data["task"]), Gate(data["gate"]), reason)
    if view.assignee_id == talk.user_id:
        await _look_again(talk, view.id)
    else:
        show_task(talk, view, talk.t("Thank you. {name} can start now.", name=view.assignee_name))


answers = routes.form(
    Form("gate_answer", (text_step("why", _why, chips=_chips),), _answered, subject=("task.show", "task"))
)


async def _look_again(talk: Talk, task_id: UUID) -> None:
    """What is still red; else the task with its Start."""
    answer = await workflow.start_gate(talk.unit, task_id)
    if answer.reds:
        talk.say(gate_card(talk, answer))
    else:
        show_task(talk, await tasks.task_view(talk.unit, task_id), talk.t("Everything is ready. Press Start."))


def gate_card(talk: Talk, answer: Answer) -> Card:
    """Every light, and for each red what puts it right."""
    facts = tasks.task_facts(answer.task)
    ways = [button for check in answer.reds for button in _way(talk, facts, check)]
    first, *others = (*ways, task_button(talk.words, facts, N_("Start"), "start"))
    return Card(
        title=talk.t("Not ready to start yet"),
        text=talk.t("Put right what is red, then press Start."),
        rows=tuple((talk.t(GATES[check.gate]), _light(talk.words, answer, check)) for check in answer.checks),
        buttons=(replace(first, style="primary"), *others),
        footnote=f"{answer.task.customer_name} · {talk.words.pick(answer.task.treatment)}",
    )


def _light(words: Words, answer: Answer, check: Check) -> str:
    if check.override is not None:
        reason = said(words, check.override.reason)
        return words.t("🟡 {by} answers for it: {reason}", by=check.override.by, reason=reason)
    if check.ok:
        return "🟢"
    match check.gate:
        case Gate.PAID:
            return words.t("🔴 {due} is still due", due=words.money(check.due_satang))
        case Gate.ARRIVED:
            return words.t("🔴 Nobody has written down that they are here")
        case Gate.CONSENT if check.refused:
            return words.t("🔴 They said no. Ask them again: they can sign on paper; without it nobody is treated")
        case Gate.CONSENT:
            return words.t("🔴 The current text is not signed yet")
        case Gate.CONTRAINDICATION:
            blocking = ", ".join(alert.text for alert in answer.task.alerts if alert.blocks)
            return words.t("🔴 {alerts}: only a doctor may decide", alerts=blocking)
        case Gate.LICENCE:
            return words.t("🔴 Your licence number is not on file. Ask a manager to enter it, or give the task back")
        case _:
            return words.t("🔴 Every room is in use")


def _way(talk: Talk, facts: Mapping[str, Any], check: Check) -> list[Button]:
    """What puts a red right, for the one who treats."""
    number, words = _ORDER.index(check.gate), talk.words
    match check.gate:
        case Gate.ARRIVED:
            return [task_button(words, facts, N_("They are here"), "here")]
        case Gate.CONSENT:
            return [task_button(words, facts, N_("Record paper consent"), "paper")]
        case gate if talk.unit.actor.role in ANSWERS_FOR.get(gate, ()):
            return [task_button(words, facts, _OWN[gate], "clear", number)]
        case gate if gate in _WHO:
            return [task_button(words, facts, _WHO[gate], "ask", number)]
        case _:
            return [task_button(words, facts, N_("Give back"), "release")]


@routes.presenter("task.asked")
def present_asked(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To those who may answer for a red."""
    gate = facts["gate"]
    text = words.t("{by} cannot start: “{gate}” is red. May it start?", by=facts["by"], gate=words.t(GATES[gate]))
    buttons = (
        replace(task_button(words, facts, _OWN[gate], "clear", _ORDER.index(Gate(gate))), style="primary"),
        task_button(words, facts, N_("Show task"), "show"),
    )
    return replace(task_card(words, facts, text=text), title=words.t("May this start?"), buttons=buttons)


@routes.presenter("task.cleared")
def present_cleared(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the one who treats: somebody answers for a red."""
    gate, why = words.t(GATES[facts["gate"]]), said(words, facts["why"])
    text = words.t("{by} answers for “{gate}”: {why}", by=facts["by"], gate=gate, why=why)
    start = replace(task_button(words, facts, N_("Start"), "start"), style="primary")
    return replace(task_card(words, facts, text=text), buttons=(start,))
