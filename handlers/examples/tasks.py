"""Examples of tasks: the offer, the card in each state, the list, and completing one."""

from __future__ import annotations

from datetime import timedelta

from domain.errors import DomainError
from domain.tasks.model import TaskState
from handlers import tasks
from handlers.cards import Button, Card
from handlers.examples import example
from handlers.examples.chat import at_step, summary, talk
from handlers.examples.demo import (
    AS_BEAUTICIAN,
    AS_DOCTOR,
    CLINIC,
    DOCTOR,
    FACIAL,
    LONGEST,
    NOK,
    NOW,
    PEOPLE,
    TREATMENTS,
    task,
    task_facts,
)
from handlers.refusals import refusal
from handlers.task_cards import task_card, task_list
from handlers.words import Words


@example("task.offer", "the doctor's longest treatment, a long name")
def offer(words: Words) -> Card:
    return tasks.present_offer(words, CLINIC, task_facts())


@example("task.offer", "a facial without a time")
def facial(words: Words) -> Card:
    facts = {**task_facts(), "customer_name": NOK, "tier": "bronze", "treatment": FACIAL, "roles": ["beautician"]}
    return tasks.present_offer(words, CLINIC, {**facts, "scheduled_at": None, "accept_by": None})


@example("task.taken", "in place of the offer")
def taken(words: Words) -> Card:
    return tasks.present_taken(words, CLINIC, task_facts(TaskState.ACCEPTED))


@example("task.unclaimed", "to managers")
def unclaimed(words: Words) -> Card:
    return tasks.present_unclaimed(words, CLINIC, task_facts(roles=("beautician", "doctor")))


@example("tasks.card", "accepted by the reader")
def accepted(words: Words) -> Card:
    return task_card(words, task_facts(TaskState.ACCEPTED), AS_DOCTOR)


@example("tasks.card", "under way")
def under_way(words: Words) -> Card:
    said = words.t("Press Complete when you are done.")
    return task_card(words, task_facts(TaskState.IN_PROGRESS), AS_DOCTOR, said)


@example("tasks.card", "completed, with a long note")
def completed(words: Words) -> Card:
    note = "แดงเล็กน้อยที่แก้มทั้งสองข้าง ประคบเย็นให้ 10 นาที อธิบายการดูแลหลังทำแล้ว นัดตรวจซ้ำใน 2 สัปดาห์"
    return task_card(words, task_facts(TaskState.COMPLETED, note=note), AS_DOCTOR)


@example("tasks.card", "somebody else was first")
def overtaken(words: Words) -> Card:
    said = refusal(words, DomainError("task_taken", by=DOCTOR, at=task_facts(TaskState.ACCEPTED)["accepted_at"]))
    return task_card(words, task_facts(TaskState.ACCEPTED, assignee_id=None), AS_BEAUTICIAN, said)


@example("tasks.list", "more than fit")
def waiting(words: Words) -> Card:
    kinds = [(LONGEST, "platinum"), (TREATMENTS["HIFU"].names, "gold"), (FACIAL, "bronze")]
    views = [
        task(customer_name=name, treatment=treatment, tier=tier, scheduled_at=NOW + timedelta(hours=n))
        for n, (name, (treatment, tier)) in enumerate(zip(PEOPLE, kinds * 4, strict=True))
    ]
    return task_list(words, words.t("Tasks waiting"), views, "task.waiting")


@example("tasks.note", "the one question")
def note(words: Words) -> Card:
    return at_step(tasks.completion, "note", talk(words, AS_BEAUTICIAN), customer=NOK)


@example("tasks.review", "a ready-made note")
def review(words: Words) -> Card:
    shown = tasks.completion_summary(words, task(TaskState.IN_PROGRESS), words.t(tasks.NOTES[1]))
    return summary(words, shown, Button(words.t("Complete")))
