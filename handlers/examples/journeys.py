"""Examples of the customer's card for sales."""

from __future__ import annotations

from typing import Any

from domain.errors import DomainError
from domain.workflow.model import Stage
from handlers import journeys
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import AT, DOCTOR, ID, LONG, LONGEST, NOW, SALES, journey
from handlers.refusals import refusal
from handlers.words import Words


@example("journeys.card", "new, to be paid")
def lead(words: Words) -> Card:
    said = words.t("Saved. You look after {name}.", name=LONG)
    return journeys.journey_card(words, journey(), said)


@example("journeys.card", "paid, waiting for a time")
def paid(words: Words) -> Card:
    amount = words.money(129_000)
    said = words.t("Payment of {amount} confirmed ✅ Receipt no. {no}.", amount=amount, no=7)
    return journeys.journey_card(words, journey(Stage.PAYMENT_CONFIRMED, paid_satang=129_000), said)


@example("journeys.card", "time set, chat linked, the longest treatment")
def scheduled(words: Words) -> Card:
    view = journey(Stage.TREATMENT_SCHEDULED, linked=True, treatment=LONGEST, tier="platinum", scheduled_at=NOW)
    return journeys.journey_card(words, view)


@example("journeys.card", "every stage, everything that can be known, to a manager")
def stages(words: Words) -> list[Card]:
    known: dict[str, Any] = {
        "agreed_satang": 6_529_000,
        "paid_satang": 1_000_050,
        "treatment": LONGEST,
        "sessions_left": 4,
    }
    visit: dict[str, Any] = {
        "appointment_id": ID,
        "appointment_state": "booked",
        "appointment_at": NOW,
        "performer_name": DOCTOR,
    }
    coming = {**visit, "scheduled_at": NOW, "late_minutes": 15, "no_show_count": 2}
    concerns = ("dark_spots", "dull_skin", "large_pores")
    return [
        journeys.journey_card(
            words,
            journey(stage, concerns=concerns, **known, **(coming if stage is Stage.TREATMENT_SCHEDULED else {})),
            roles=frozenset({"manager", "sales"}),
        )
        for stage in Stage
    ]


@example("journeys.card", "a scan first")
def to_scan(words: Words) -> Card:
    return journeys.journey_card(words, journey(scan_required=True, treatment=LONGEST))


@example("journeys.card", "a time kept before the payment")
def kept(words: Words) -> Card:
    held: dict[str, Any] = {
        "appointment_id": ID,
        "appointment_state": "held",
        "appointment_at": NOW,
        "performer_name": DOCTOR,
    }
    return journeys.journey_card(words, journey(Stage.PROPOSAL_SENT, **held))


@example("journeys.card", "an outdated press")
def overtaken(words: Words) -> Card:
    error = DomainError("already_paid", by=SALES, at=AT, amount=129_000, receipt_no=7)
    view = journey(Stage.PAYMENT_CONFIRMED, paid_satang=129_000, phone=None, owner_name=None)
    return journeys.journey_card(words, view, refusal(words, error))
