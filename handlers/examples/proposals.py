"""Examples of plans: as their customers see and answer them, as staff show them, and what sales hears."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.notifications.service import plain
from domain.workflow.model import PlanLine, Proposal, ProposalState, Stage
from handlers import proposals
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import talk
from handlers.examples.demo import AS_MANAGER, AS_SALES, CLINIC, ID, LONG, LONGEST, NOW, TREATMENTS, journey
from handlers.words import Words

LINES = tuple(
    PlanLine(ID, ID, TREATMENTS[code].names, sessions, price)
    for code, sessions, price in (
        ("ULT", 1, 2_990_000),
        ("PICO", 5, 1_500_000),
        ("HIFU", 1, 899_000),
        ("IPL", 8, 590_000),
        ("FAC-HYD", 5, 550_000),
    )
)


def proposal(state: ProposalState = ProposalState.SENT, **changes: Any) -> Proposal:
    """As many lines as a plan can have, with a deposit."""
    total = sum(line.price_satang for line in LINES)
    plan = Proposal(ID, ID, 2, state, total, total // 2, NOW + timedelta(days=14), NOW, None, LINES)
    return replace(plan, **changes)


def _facts(state: ProposalState, *, open_now: bool = True, **changes: Any) -> dict[str, Any]:
    return {**plain(proposal(state, **changes)), "name": LONG, "open": open_now}


@example("proposal.card", "five lines, a deposit, a long name")
def sent(words: Words) -> Card:
    return proposals.present(words, CLINIC, _facts(ProposalState.SENT))


@example("proposal.card", "one line, nothing before the rest")
def small(words: Words) -> Card:
    facts = _facts(ProposalState.SENT, lines=LINES[:1], total_satang=2_990_000, minimum_satang=None)
    return proposals.present(words, CLINIC, facts)


@example("proposals.plan", "every answer")
def answered(words: Words) -> list[Card]:
    few: dict[str, Any] = {"lines": LINES[:2], "total_satang": 4_490_000, "minimum_satang": None}
    thanks = words.t("Thank you! ✅")
    states = [state for state in ProposalState if state is not ProposalState.SENT]
    said = {ProposalState.ACCEPTED: thanks}
    return [proposals.plan_card(words, _facts(state, **few), said.get(state, "")) for state in states]


@example("proposals.staff", "shown on a colleague's phone")
def staff(words: Words) -> Card:
    said = words.t("{name} has no chat yet: show them this, and write down their answer.", name=LONG)
    view = journey(Stage.PROPOSAL_SENT, treatment=LONGEST)
    return proposals.staff_card(talk(words, AS_SALES), view, proposal(), said)


@example("proposals.staff", "accepted, to a manager")
def accepted(words: Words) -> Card:
    view = journey(Stage.PAYMENT_CONFIRMED, treatment=LONGEST)
    return proposals.staff_card(talk(words, AS_MANAGER), view, proposal(ProposalState.ACCEPTED))


@example("proposals.staff", "none was written")
def none(words: Words) -> Card:
    return proposals.no_plan_card(words, journey(Stage.PROPOSAL_SENT))


@example("proposal.answer", "every answer")
def answers(words: Words) -> list[Card]:
    facts = {"name": LONG, "journey_id": str(ID), "treatment": LONGEST}
    return [
        proposals.answered(words, CLINIC, {**facts, "answer": answer, "payable": answer == "proposal_accepted"})
        for answer in proposals.ANSWERS
    ]
