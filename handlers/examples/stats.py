"""Examples of the manager's week."""

from __future__ import annotations

from datetime import timedelta

from domain.overview.model import HandoffStats, StageStats, Statistics
from domain.workflow.model import Stage
from handlers import stats
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import AT, CLINIC, NOW
from handlers.words import Words

COUNTS = (14, 9, 23, 6, 11, 2, 4, 31, 1_204, 7, 3)


def _clinic(words: Words) -> str:
    return words.pick({"th": CLINIC.name_th, "en": CLINIC.name_en})


def _stages(counts: tuple[int, ...]) -> tuple[StageStats, ...]:
    return tuple(StageStats(stage, many, 3.5, 2.0, 9.5) for stage, many in zip(Stage, counts, strict=True))


@example("stats.week", "a full week")
def week(words: Words) -> Card:
    clock = (
        HandoffStats("paid_to_accepted", 41, 1.3, 6.5),
        HandoffStats("accepted_to_started", 39, 190.0, 4_400.0),
        HandoffStats("paid_to_started", 39, 195.5, 4_407.0),
    )
    counts = (*COUNTS[:8], 120, *COUNTS[9:])
    found = Statistics(NOW - timedelta(days=7), _stages(counts), clock, 134_995_050, 52, 47)
    return stats.stats_card(words, _clinic(words), found, AT)


@example("stats.week", "within the target")
def good(words: Words) -> Card:
    clock = tuple(HandoffStats(step, 3, 0.5, 1.8) for step in stats.STEPS)
    found = Statistics(NOW - timedelta(days=7), _stages((3, 0, 1, 1, 2, 1, 0, 4, 5, 0, 0)), clock, 1_290_000, 4, 3)
    return stats.stats_card(words, _clinic(words), found, AT)


@example("stats.week", "an empty clinic")
def empty(words: Words) -> Card:
    clock = tuple(HandoffStats(step, 0, None, None) for step in stats.STEPS)
    found = Statistics(NOW - timedelta(days=7), _stages((0,) * len(Stage)), clock, 0, 0, 0)
    return stats.stats_card(words, _clinic(words), found, AT)
