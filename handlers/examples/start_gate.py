"""Examples of the start gate: all lights, each way to put a red right, and those who answer for one."""

from __future__ import annotations

from dataclasses import replace

from domain.people.model import Alert
from domain.tasks.model import Override, TaskState
from domain.workflow.gate import Answer, Check, Gate
from handlers import start_gate
from handlers.cards import Card
from handlers.consents import health_text
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_BEAUTICIAN, AS_DOCTOR, AS_MANAGER, BEAUTICIAN, CLINIC, ID, NOW, task, task_facts
from handlers.words import Words

PREGNANT = (Alert("pregnancy", "ตั้งครรภ์ 5 เดือน", blocks=True), Alert("allergy", "แพ้ลาเท็กซ์", blocks=False))
TASK = task(TaskState.ACCEPTED, alerts=PREGNANT)
RED = tuple(Check(gate, ok=False, due_satang=1_989_950) for gate in Gate)


@example("start_gate.card", "everything is red, to a doctor")
def all_red(words: Words) -> Card:
    return start_gate.gate_card(talk(words, AS_DOCTOR), Answer(TASK, RED, None))


@example("start_gate.card", "everything is red, consent refused, to a beautician")
def refused(words: Words) -> Card:
    checks = tuple(replace(check, refused=True) for check in RED)
    return start_gate.gate_card(talk(words, AS_BEAUTICIAN), Answer(TASK, checks, None))


@example("start_gate.card", "a manager answers for the payment")
def answered(words: Words) -> Card:
    by = Override(Gate.PAID, "agreed", "คุณพลอย", ID, NOW)
    checks = [Check(gate, ok=gate is not Gate.ARRIVED) for gate in Gate]
    return start_gate.gate_card(
        talk(words, AS_BEAUTICIAN), Answer(TASK, (Check(Gate.PAID, ok=True, override=by), *checks[1:]), None)
    )


@example("start_gate.paper", "to be signed")
def paper(words: Words) -> Card:
    return start_gate.paper_card(talk(words, AS_BEAUTICIAN), TASK, health_text(words, CLINIC))


@example("start_gate.why", "a manager, for the payment")
def why(words: Words) -> Card:
    return at_step(start_gate.answers, "why", talk(words, AS_MANAGER), task=str(ID), gate="paid")


@example("start_gate.why", "a doctor, for a contraindication")
def why_safe(words: Words) -> Card:
    return at_step(start_gate.answers, "why", talk(words, AS_DOCTOR), task=str(ID), gate="contraindication")


@example("task.asked", "a doctor, about an alert")
def asked(words: Words) -> Card:
    facts = task_facts(TaskState.ACCEPTED, alerts=PREGNANT)
    return start_gate.present_asked(words, CLINIC, {**facts, "gate": "contraindication", "by": BEAUTICIAN})


@example("task.asked", "a manager, about the payment")
def asked_for_money(words: Words) -> Card:
    facts = {**task_facts(TaskState.ACCEPTED), "alerts_hidden": 2}
    return start_gate.present_asked(words, CLINIC, {**facts, "gate": "paid", "by": BEAUTICIAN})


@example("task.cleared", "in own words")
def cleared(words: Words) -> Card:
    facts = task_facts(TaskState.ACCEPTED)
    why = "คุยกับลูกค้าแล้ว ชำระส่วนที่เหลือหลังทำเสร็จวันนี้"
    return start_gate.present_cleared(words, CLINIC, {**facts, "gate": "paid", "why": why, "by": "คุณพลอย"})
