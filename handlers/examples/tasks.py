"""Examples of tasks: the offer, what becomes of it, the list, and the acts that want a reason."""

from __future__ import annotations

from datetime import timedelta

from domain.errors import DomainError
from domain.tasks.model import Day, TaskState
from handlers import duty, tasks
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import (
    AS_BEAUTICIAN,
    AS_DOCTOR,
    AS_MANAGER,
    CLINIC,
    DOCTOR,
    FACIAL,
    ID,
    LONG,
    LONGEST,
    NOK,
    NOW,
    PEOPLE,
    TREATMENTS,
    task,
    task_facts,
)
from handlers.examples.treating import ALERTS
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


@example("task.offer", "a named doctor, alerts, a reaction")
def named(words: Words) -> Card:
    facts = task_facts(alerts=ALERTS, adverse_open=True, performer_named=True, performer_name=DOCTOR)
    return tasks.present_offer(words, CLINIC, facts)


@example("task.reminder", "half of the time is gone")
def reminder(words: Words) -> Card:
    return tasks.present_reminder(words, CLINIC, task_facts())


@example("task.closed", "every end")
def closed(words: Words) -> list[Card]:
    ends = (TaskState.RELEASED, TaskState.FAILED, TaskState.CANCELLED, TaskState.ENTERED_IN_ERROR, TaskState.EXPIRED)
    return [tasks.present_closed(words, CLINIC, task_facts(end, reason="unwell")) for end in ends]


@example("task.declined", "in place of the offer")
def declined(words: Words) -> Card:
    return tasks.present_declined(words, CLINIC, task_facts())


@example("task.unclaimed", "to managers")
def unclaimed(words: Words) -> Card:
    facts = {**task_facts(roles=("beautician", "doctor")), "waited": 45, "alerts_hidden": 2}
    return tasks.present_unclaimed(words, CLINIC, facts)


@example("tasks.card", "accepted by the reader")
def accepted(words: Words) -> Card:
    return task_card(words, task_facts(TaskState.ACCEPTED), AS_DOCTOR)


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
    return task_list(words, words.t("Tasks waiting"), views, "task.waiting", now=NOW + timedelta(minutes=12))


@example("tasks.none", "nothing waits")
def nothing_waits(words: Words) -> Card:
    return tasks.nothing_waits_card(words, duty.off_card(words, 0).buttons[-1])


@example("tasks.none", "nothing to do")
def nothing_to_do(words: Words) -> Card:
    return tasks.no_task_card(words, Day(4, 4), duty.on_card(words).buttons[-1])


@example("tasks.card", "waiting, to a manager")
def to_manager(words: Words) -> Card:
    return task_card(words, {**task_facts(), "alerts_hidden": 2}, AS_MANAGER)


@example("tasks.why", "every act that wants a reason")
def why(words: Words) -> list[Card]:
    about = {"task": str(ID), "customer": LONG, "treatment": dict(LONGEST), "at": NOW.isoformat()}
    return [at_step(tasks.reasons, "reason", talk(words, AS_DOCTOR), act=act, **about) for act in tasks.ACTS]


@example("tasks.card", "declined by the only one who was asked")
def only_one(words: Words) -> Card:
    return tasks.declined_card(words, task_card(words, task_facts(), AS_DOCTOR, words.t(tasks.LEFT_TO_MANAGERS)))
