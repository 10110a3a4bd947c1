"""Examples of entering a new customer."""

from __future__ import annotations

from typing import Any

from domain.workflow.model import Stage
from handlers import leads
from handlers.cards import Button, Card
from handlers.examples import example
from handlers.examples.chat import at_step, summary, talk
from handlers.examples.demo import AS_SALES, AT, CLINIC, FACIAL, ID, LONG, LONGEST, PHONE, journey
from handlers.words import Words

ENTERED: dict[str, Any] = {
    "name": LONG,
    "phone": PHONE,
    "treatment": str(ID),
    "treatment_names": LONGEST,
    "treatment_price": 2_990_000,
    "source": "walk_in",
}


@example("leads.name", "the first question")
def name(words: Words) -> Card:
    return at_step(leads.form, "name", talk(words, AS_SALES))


@example("leads.phone", "a long name")
def phone(words: Words) -> Card:
    return at_step(leads.form, "phone", talk(words, AS_SALES), name=LONG)


@example("leads.source", "a long name")
def source(words: Words) -> Card:
    known = {"name": LONG, "phone": PHONE, "treatment": str(ID)}
    return at_step(leads.form, "source", talk(words, AS_SALES), **known)


@example("leads.review", "somebody new")
def review(words: Words) -> Card:
    return summary(words, leads.summary_card(words, ENTERED, []))


@example("leads.review", "the phone of two others")
def shared_phone(words: Words) -> Card:
    return summary(words, leads.summary_card(words, {**ENTERED, "source": "เห็นป้ายหน้าร้าน"}, ["สมชาย", "เมย์"]))


@example("leads.open_plan", "one open plan")
def open_plan(words: Words) -> Card:
    return summary(words, leads.open_plans_card(words, LONG, [journey()]), Button(words.t("New plan")))


@example("leads.open_plan", "two open plans, long treatments")
def open_plans(words: Words) -> Card:
    plans = [journey(Stage.PROPOSAL_SENT, treatment=LONGEST), journey(treatment=FACIAL)]
    return summary(words, leads.open_plans_card(words, LONG, plans), Button(words.t("New plan")))


@example("lead.new", "a stranger with a long name")
def new_lead(words: Words) -> Card:
    facts = {"journey_id": str(ID), "customer_id": str(ID), "name": LONG, "phone": PHONE, "treatment": FACIAL, "at": AT}
    return leads.new_lead(words, CLINIC, facts)
