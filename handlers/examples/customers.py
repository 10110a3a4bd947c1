"""Examples of a customer, whole, and of their history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.overview.model import Event, Flags
from domain.people.model import Alert, Customer, Note
from domain.workflow.model import Stage
from handlers import customers, timeline
from handlers.cards import Card
from handlers.customers import Seen
from handlers.examples import example
from handlers.examples.courses import course
from handlers.examples.demo import FACIAL, ID, LONG, LONGEST, NOK, NOW, PHONE, SALES, journey
from handlers.permissions import SALES as DESK
from handlers.words import Words

LADY = Customer(ID, ID, LONG, PHONE, ID, None, NOK, "DRG-0042", "friend")
TREATMENTS = (LONGEST, FACIAL, LONGEST, FACIAL)


@example("customer.show", "the desk's, four plans, everything known")
def full(words: Words) -> Card:
    plans = tuple(
        journey(stage, treatment=treatment, scheduled_at=NOW, agreed_satang=2_990_000, paid_satang=1_000_000)
        for stage, treatment in zip((Stage.PROPOSAL_SENT, *[Stage.TREATMENT_SCHEDULED] * 3), TREATMENTS, strict=True)
    )
    notes = (Note("โทรแล้ว ขอคิดดูก่อน อยากได้ช่วงเย็นวันเสาร์", SALES, NOW), Note("สอบถามราคา", SALES, NOW))
    flags = Flags(2, NOW + timedelta(days=3), linked=True)
    seen = Seen(
        LADY,
        plans,
        (course(treatment=LONGEST, sessions_total=10, used=3),),
        flags,
        "platinum",
        12_345,
        {"marketing_line": False},
        notes,
        SALES,
        NOW,
        DESK,
    )
    return customers.customer_card(words, seen, words.t("Noted."))


@example("customer.show", "the desk's, a stranger's name alone")
def bare(words: Words) -> Card:
    nobody = Customer(ID, ID, NOK, None, None, None)
    return customers.customer_card(
        words, Seen(nobody, (), (), Flags(0, None), "platinum", 12_345, {}, (), None, NOW, DESK)
    )


@example("customer.show", "the performers', with alerts")
def care(words: Words) -> Card:
    alerts = [Alert("allergy", "แพ้ยาชาลิโดเคน", True), Alert("pregnancy", "ตั้งครรภ์ 5 เดือน", True)]
    plans = [journey(Stage.TREATMENT_SCHEDULED, treatment=LONGEST, scheduled_at=NOW)]
    return customers.care_card(words, LADY, plans, alerts)


@example("customer.history", "a page of every kind")
def history(words: Words) -> Card:
    events = [
        _event("action", "edit", data={"detail": "phone", "before": "0812345678", "after": "0899999999"}),
        _event("action", "edit", data={"detail": "treatment", "before": FACIAL, "after": LONGEST}),
        _event("payment", "cash", satang=2_990_000),
        _event("note", "note", text="โทรแล้ว ขอคิดดูก่อน อยากได้ช่วงเย็นวันเสาร์", treatment={}),
        _event("fact", "customer_joined", by=None, treatment={}),
        _event("fact", "consent_given", by=None, treatment={}, data={"purpose": "health_record"}),
        _event("action", "cancel", text="ย้ายไปต่างจังหวัด"),
        _event("action", "create", data={"source": "friend"}),
        _event("action", "reassign"),
        _event("action", "schedule"),
    ]
    return timeline.history_card(words, LADY, events, 1)


@example("customer.history", "nothing yet")
def nothing(words: Words) -> Card:
    return timeline.history_card(words, LADY, [], 0)


def _event(source: str, what: str, **values: Any) -> Event:
    row: dict[str, Any] = {"by": SALES, "text": "", "satang": 0, "treatment": LONGEST, "data": {}, **values}
    return Event(NOW, source, what, **row)
