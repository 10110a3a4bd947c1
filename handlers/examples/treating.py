"""Examples of a treatment under way: its protocol, completing it, stopping it."""

from __future__ import annotations

from datetime import timedelta

from domain.catalogue import starting_catalogue
from domain.people.model import Alert
from domain.tasks.model import Line, Lot, Note, TaskState
from handlers import treating
from handlers.cards import Button, Card
from handlers.examples import example
from handlers.examples.chat import at_step, summary, talk
from handlers.examples.demo import AS_BEAUTICIAN, AS_DOCTOR, DOCTOR, ID, LONG, NOK, NOW, task, task_facts
from handlers.task_cards import task_card
from handlers.task_words import NOTES
from handlers.words import Words

ALERTS = (
    Alert("allergy", "แพ้ลาเท็กซ์และยาชาลิโดเคน", blocks=False),
    Alert("medicine", "ทานยาละลายลิ่มเลือดทุกวัน", blocks=True),
)
PROTOCOL = tuple(
    Line(line["code"], line["th"], line["en"], line["phase"], line.get("required", True))
    for line in max((row.get("checklist", ()) for row in starting_catalogue()["treatments"]), key=len)
)
"""The longest of all."""
HALF_DONE = tuple(
    line if n > 1 else Line(line.code, line.th, line.en, line.phase, line.required, DOCTOR, NOW)
    for n, line in enumerate(PROTOCOL)
)
LOTS = tuple(Lot(f"BTX-24-00{n}", "20 ยูนิต", "หน้าผาก", DOCTOR, NOW) for n in range(3))
OWN_WORDS = "แดงเล็กน้อยที่แก้มทั้งสองข้าง ประคบเย็นให้ 10 นาที อธิบายการดูแลหลังทำแล้ว นัดตรวจซ้ำใน 2 สัปดาห์"
WRITTEN = (
    Note(("redness", "doctor"), "", False, DOCTOR, NOW),
    Note((), OWN_WORDS, True, DOCTOR, NOW + timedelta(minutes=70)),
)


@example("treating.card", "just started, alerts and a protocol")
def started(words: Words) -> Card:
    said = words.t("Press Complete when you are done.")
    facts = task_facts(TaskState.IN_PROGRESS, alerts=ALERTS, checklist=PROTOCOL)
    return task_card(words, facts, AS_DOCTOR, said)


@example("treating.card", "in the middle, lots and notes")
def middle(words: Words) -> Card:
    written = {"checklist": HALF_DONE, "lots": LOTS, "notes": WRITTEN[:1]}
    return task_card(words, task_facts(TaskState.IN_PROGRESS, alerts=ALERTS, **written), AS_DOCTOR)


@example("treating.card", "paused")
def paused(words: Words) -> Card:
    said = words.t("Paused. Press Resume when you go on.")
    facts = task_facts(TaskState.ON_HOLD, reason="rest", checklist=HALF_DONE, alerts=ALERTS)
    return task_card(words, facts, AS_DOCTOR, said)


@example("treating.card", "completed, lots and an amended note")
def completed(words: Words) -> Card:
    said = words.t("Thank you! The points are usable now, and the aftercare has begun.")
    return task_card(words, task_facts(TaskState.COMPLETED, lots=LOTS, notes=WRITTEN), AS_DOCTOR, said)


@example("treating.all_done", "the rest of a part")
def all_done(words: Words) -> Card:
    return treating.all_done_card(words, ID, "during", [line for line in PROTOCOL if line.phase == "during"])


@example("treating.more", "what is seldom needed")
def more(words: Words) -> Card:
    return treating.more_card(words, task(TaskState.IN_PROGRESS))


@example("treating.note", "the one question")
def note(words: Words) -> Card:
    return at_step(treating.completion, "note", talk(words, AS_BEAUTICIAN), customer=NOK)


@example("treating.review", "a ready-made note")
def review(words: Words) -> Card:
    shown = treating.completion_summary(words, task(TaskState.IN_PROGRESS), words.t(next(iter(NOTES.values()))))
    return summary(words, shown, Button(words.t("Complete")))


@example("treating.stop", "why")
def why(words: Words) -> Card:
    return at_step(treating.stopping, "why", talk(words, AS_DOCTOR), task=str(ID))


@example("treating.stop", "does the customer stay")
def stays(words: Words) -> Card:
    return at_step(treating.stopping, "stays", talk(words, AS_DOCTOR), task=str(ID), why="device")


@example("treating.stop", "the summary, if they stay and if they go")
def stop(words: Words) -> list[Card]:
    stopping = Button(words.t("Stop treatment"))
    stopped = [treating.stop_summary(words, LONG, "device", stays=stays) for stays in (True, False)]
    return [summary(words, card, stopping) for card in stopped]
