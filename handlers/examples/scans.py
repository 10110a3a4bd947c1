"""Examples of the skin scan: who waits, the consent before it, and what was found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import scans
from handlers.cards import Card
from handlers.concerns import CONCERNS
from handlers.consents import health_text
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_BEAUTICIAN, AS_SALES, BEAUTICIAN, CLINIC, ID, LONG, LONGEST, NOW, PEOPLE, journey
from handlers.forms import REVIEW
from handlers.words import Words

STARTED: dict[str, Any] = {"journey": str(ID), "version": 3, "customer": LONG}
SIX: dict[str, Any] = {f"concern{number}": code for number, code in enumerate(list(CONCERNS)[:6], start=1)}


@example("scans.waiting", "more than a page")
def waiting(words: Words) -> Card:
    views = [
        journey(customer_name=name, treatment=LONGEST, stage_changed_at=NOW - timedelta(days=n))
        for n, name in enumerate(PEOPLE)
    ]
    return scans.waiting_card(words, views)


@example("scans.consent", "to sales")
def consent(words: Words) -> Card:
    return scans.consent_card(talk(words, AS_SALES), journey(), health_text(words, CLINIC))


@example("scans.consent", "to a beautician")
def consent_for_performers(words: Words) -> Card:
    return scans.consent_card(talk(words, AS_BEAUTICIAN), journey(), health_text(words, CLINIC))


@example("scans.concern", "the first")
def first(words: Words) -> Card:
    return at_step(scans.form, "concern1", talk(words, AS_BEAUTICIAN), **STARTED)


@example("scans.concern", "one more")
def one_more(words: Words) -> Card:
    known = {"concern1": "dark_spots", "concern2": "dull_skin"}
    return at_step(scans.form, "concern3", talk(words, AS_BEAUTICIAN), **STARTED, **known)


@example("scans.review", "as many as can be given")
def review(words: Words) -> Card:
    return at_step(scans.form, REVIEW, talk(words, AS_BEAUTICIAN), **STARTED, **SIX)


@example("scan.recorded", "a long name")
def recorded(words: Words) -> Card:
    return scans.recorded(words, CLINIC, {"name": LONG, "journey_id": str(ID), "version": 2, "by": BEAUTICIAN})
