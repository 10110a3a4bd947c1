"""The lists of the board, and the one next step that must not hang on a customer's name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.workflow.model import JourneyView, Stage
from domain.workflow.pipeline import BOARD
from handlers.appointment_cards import minutes_of
from handlers.cards import Action
from handlers.examples.demo import ID, NOW, journey
from handlers.journeys import AT_ONCE, journey_card
from handlers.permissions import SALES
from handlers.pipeline import stage_card
from handlers.words import Words

IN_A_WEEK = NOW + timedelta(days=7)


def visit(stage: Stage) -> JourneyView:
    """A paid journey with a visit in a week, when its stage has one."""
    if stage is not Stage.TREATMENT_SCHEDULED:
        return journey(stage, paid_satang=129_000, sessions_left=1)
    return journey(stage, version=3, appointment_id=ID, appointment_state="booked", appointment_at=IN_A_WEEK)


@pytest.mark.parametrize("stage", BOARD)
def test_a_name_in_a_list_does_nothing_by_itself(stage: Stage) -> None:
    """Who looks somebody up on the board has not said that they are here."""
    [entry] = stage_card(Words("en"), stage, [(visit(stage), None)], NOW, SALES).items
    assert entry.button is not None
    action = entry.button.action
    assert action is not None
    assert action.name not in AT_ONCE
    if stage is Stage.TREATMENT_SCHEDULED:
        assert action == Action("journey.show", ID)


def test_arrived_carries_the_time_it_stands_beside() -> None:
    """A press on a card of before the visit was moved is known by it."""
    [first, *_] = journey_card(Words("en"), visit(Stage.TREATMENT_SCHEDULED)).buttons
    assert first.action == Action("appointment.arrive", ID, version=minutes_of(IN_A_WEEK))
