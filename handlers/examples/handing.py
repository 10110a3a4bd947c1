"""Examples of passing a task on, and of what the desk hears of a stopped treatment."""

from __future__ import annotations

from domain.tasks.model import TaskState
from handlers import handing
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import question
from handlers.examples.demo import AS_DOCTOR, CLINIC, DOCTOR, ID, LONG, LONGEST, task_facts
from handlers.examples.treating import ALERTS, HALF_DONE, LOTS, WRITTEN
from handlers.forms import Choice, Question
from handlers.task_cards import task_card
from handlers.words import Words

OTHER = "พญ.กัลยกร ธนวัฒนานุกูลชัย"


@example("handing.to", "whom to ask")
def whom(words: Words) -> Card:
    choices = [Choice(name, name) for name in (OTHER, "คุณแนน")]
    return question(words, Question(words.t("Who takes over {name}?", name=LONG), choices), first=True)


@example("handing.card", "a colleague was asked")
def waiting(words: Words) -> Card:
    said = words.t("{name} has been asked. Until they accept, the task stays yours.", name=OTHER)
    return task_card(words, task_facts(TaskState.ACCEPTED, handed_name=OTHER), AS_DOCTOR, said)


@example("task.handover", "with all that was written down")
def handover(words: Words) -> Card:
    written = {"checklist": HALF_DONE, "lots": LOTS, "notes": WRITTEN[:1], "alerts": ALERTS}
    return handing.present_handover(words, CLINIC, task_facts(TaskState.IN_PROGRESS, handed_name=OTHER, **written))


@example("task.handed", "the colleague has it")
def handed(words: Words) -> Card:
    return handing.present_handed(words, CLINIC, task_facts(TaskState.ACCEPTED, assignee_name=OTHER))


@example("task.kept", "the colleague cannot")
def kept(words: Words) -> Card:
    return handing.present_kept(words, CLINIC, {**task_facts(TaskState.ACCEPTED), "by": OTHER})


@example("task.kept", "the colleague cannot, and the first one has left: to a manager")
def nobody_yet(words: Words) -> Card:
    return handing.present_kept(words, CLINIC, {**task_facts(TaskState.IN_PROGRESS, orphaned=True), "by": OTHER})


@example("treatment.aborted", "the customer stays, and goes")
def aborted(words: Words) -> list[Card]:
    facts = {"journey_id": str(ID), "name": LONG, "treatment": LONGEST, "by": DOCTOR}
    return [
        handing.present_aborted(words, CLINIC, {**facts, "reason": reason, "stays": stays})
        for reason, stays in (("device", True), ("medical", False))
    ]


@example("treatment.broken_off", "to the customer who goes home")
def broken_off(words: Words) -> Card:
    return handing.present_broken_off(words, CLINIC, {"treatment": LONGEST})
