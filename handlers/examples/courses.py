"""Examples of the receipt for a session of a course."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.courses.model import Course
from domain.notifications.service import plain
from handlers import courses
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import AT, BEAUTICIAN, CLINIC, DOCTOR, FACIAL, ID, LONGEST, NOW
from handlers.words import Words


def course(**changes: Any) -> Course:
    """Five facials, of which two were had."""
    usual: dict[str, Any] = {
        "treatment": FACIAL,
        "sessions_total": 5,
        "used": 2,
        "expires_at": NOW + timedelta(days=300),
    }
    ids = dict.fromkeys(("id", "journey_id", "customer_id", "line_id", "treatment_id"), ID)
    return Course(**{**ids, **usual, "price_satang": 550_000, **changes})


@example("session.used", "some are left")
def used(words: Words) -> Card:
    return courses.session_used(words, CLINIC, {**plain(course()), "by": BEAUTICIAN, "at": AT})


@example("session.used", "the last one of the longest treatment")
def last(words: Words) -> Card:
    facts = plain(course(treatment=LONGEST, sessions_total=10, used=10))
    return courses.session_used(words, CLINIC, {**facts, "by": DOCTOR, "at": AT})
