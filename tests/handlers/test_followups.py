"""A reminder says how to prepare as long as there is time to do it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers import followups
from handlers.examples.demo import CLINIC, FACIAL, ID, NOW
from handlers.words import Words


@pytest.mark.parametrize(("hours", "told"), [(24, True), (2, False)])
def test_preparing_is_said_the_day_before_and_not_two_hours_before(hours: int, told: bool) -> None:
    facts = {
        "treatment": FACIAL,
        "text": {"th": "พบกันนะคะ", "en": "See you"},
        "answers": [],
        "execution_id": str(ID),
        "version": 1,
        "at": (NOW + timedelta(hours=hours)).isoformat(),
        "sent_at": NOW.isoformat(),
        "prep": {"th": "งดแอลกอฮอล์", "en": "No alcohol"},
    }
    card = followups.present_question(Words("en"), CLINIC, facts)
    assert (("To prepare", "No alcohol") in card.rows) is told
