"""Examples of the board and of the lists behind it."""

from __future__ import annotations

from datetime import timedelta

from domain.workflow.model import Column, Stage
from domain.workflow.pipeline import BOARD
from handlers import pipeline
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import LONGEST, NOW, PEOPLE, journey
from handlers.permissions import SALES
from handlers.words import Words

_WAITED = {
    Stage.LEAD: (3, timedelta(minutes=12), 0, 1),
    Stage.SCANNED: (1, timedelta(hours=37), 0, 0),
    Stage.PROPOSAL_SENT: (12, timedelta(days=14), 2, 3),
    Stage.PAYMENT_CONFIRMED: (2, timedelta(days=4), 1, 0),
    Stage.TREATMENT_SCHEDULED: (128, timedelta(days=9), 40, 0),
    Stage.TREATMENT_STARTED: (1, timedelta(hours=1), 0, 0),
    Stage.TREATMENT_COMPLETED: (2, timedelta(minutes=5), 0, 0),
    Stage.FOLLOW_UP: (41, timedelta(days=13), 30, 0),
}


def _columns() -> list[Column]:
    return [Column(stage, count, NOW - waited, late, aside) for stage, (count, waited, late, aside) in _WAITED.items()]


@example("pipeline.board", "everybody's, every stage full")
def full(words: Words) -> Card:
    return pipeline.board_card(words, _columns(), pipeline.EVERYBODY, NOW)


@example("pipeline.board", "one's own, nobody yet")
def empty(words: Words) -> Card:
    return pipeline.board_card(words, [Column(stage) for stage in BOARD], pipeline.OWN, NOW)


@example("pipeline.board", "one's own, nobody late")
def early(words: Words) -> Card:
    return pipeline.board_card(words, _columns()[:2], pipeline.OWN, NOW)


@example("pipeline.stage", "two pages, the last one put aside")
def stage(words: Words) -> Card:
    since, until = NOW - timedelta(days=14), NOW + timedelta(days=2)
    plans = [
        journey(Stage.PROPOSAL_SENT, customer_name=name, treatment=LONGEST, stage_changed_at=since)
        for name in PEOPLE[:9]
    ]
    waiting = [(plan, until if place == 7 else None) for place, plan in enumerate(plans)]
    return pipeline.stage_card(words, Stage.PROPOSAL_SENT, waiting, NOW, SALES)


@example("pipeline.stage", "everybody has moved on")
def nobody(words: Words) -> Card:
    return pipeline.stage_card(words, Stage.LEAD, [], NOW, SALES)
