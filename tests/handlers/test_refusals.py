"""What people read when something cannot be done."""

from __future__ import annotations

import pytest

from domain.errors import DomainError
from handlers.refusals import refusal
from handlers.words import Words


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_customer_is_not_sent_to_the_cards_of_staff(language: str) -> None:
    words, late = Words(language), DomainError("illegal_move")
    assert refusal(words, late) == words.t("This step is not possible now. Please look at the customer's current card.")
    said = refusal(words, late, to_customer=True)
    assert said == words.t("This is not possible any more. Write to us here if we can help.")
    assert (language == "en") == said.isascii()
