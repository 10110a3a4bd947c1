"""Examples of what customers read about their treatments."""

from __future__ import annotations

from uuid import UUID

from domain.workflow.model import Stage
from handlers import status
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import talk
from handlers.examples.courses import course
from handlers.examples.demo import FACIAL, LONGEST, NOW, TREATMENTS, journey
from handlers.examples.proposals import proposal
from handlers.words import Words


@example("status.card", "every stage")
def stages(words: Words) -> list[Card]:
    going_on = [stage for stage in Stage if stage not in status.ENDED]
    unpaid = (Stage.LEAD, Stage.SCANNED, Stage.PROPOSAL_SENT)
    return [
        status.journey_card(words, journey(stage, paid_satang=0 if stage in unpaid else 129_000), [], None)
        for stage in going_on
    ]


@example("status.card", "a deposit and a time for the longest treatment")
def scheduled(words: Words) -> Card:
    money = {"agreed_satang": 2_990_000, "paid_satang": 1_000_050}
    view = journey(Stage.TREATMENT_SCHEDULED, treatment=LONGEST, scheduled_at=NOW, **money)
    return status.journey_card(words, view, [], None)


@example("status.card", "a plan to answer")
def plan(words: Words) -> Card:
    return status.journey_card(words, journey(Stage.PROPOSAL_SENT, treatment=LONGEST), [], proposal())


@example("status.card", "several courses, one used up")
def courses(words: Words) -> Card:
    others = [course(treatment_id=UUID(int=1), treatment=LONGEST, sessions_total=8, used=8)]
    view = journey(Stage.FOLLOW_UP, agreed_satang=6_529_000, paid_satang=6_529_000)
    return status.journey_card(words, view, [course(), *others], None)


@example("status.earlier", "five that are over")
def earlier(words: Words) -> Card:
    names = [FACIAL, LONGEST, TREATMENTS["HIFU"].names, TREATMENTS["MESO-V"].names, TREATMENTS["BTX"].names]
    ends = [Stage.CLOSED, Stage.LOST, Stage.CANCELLED, Stage.CLOSED, Stage.CLOSED]
    return status.earlier_card(words, [journey(end, treatment=n) for n, end in zip(names, ends, strict=True)])


@example("status.nothing", "nothing is planned")
def nothing(words: Words) -> Card:
    return status.nothing_card(talk(words))
