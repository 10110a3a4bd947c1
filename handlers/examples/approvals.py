"""Examples of what a second person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.approvals.model import Approval, ApprovalKind, ApprovalState
from domain.approvals.service import facts_of
from handlers import approvals
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import AS_SALES, CLINIC, ID, LONG, LONGEST, NOW, PEOPLE, SALES
from handlers.words import Words

ANOTHER = UUID("3f0c7c1e-0c6f-4d39-8b53-0a3c6d1c1f12")


def request(kind: ApprovalKind = ApprovalKind.PAYMENT, **changes: Any) -> Approval:
    """A large payment that คุณเจ has seen."""
    asked: dict[str, Any] = {"version": 3, "customer": LONG, "treatment": LONGEST, "amount_satang": 5_990_050}
    if kind is ApprovalKind.PAYMENT:
        asked["method"] = "transfer"
    else:
        asked["reason"] = "สลิปปลอม ธนาคารแจ้งว่าไม่มีรายการนี้"
    made = Approval(
        id=ID,
        kind=kind,
        journey_id=ID,
        facts=asked,
        state=ApprovalState.WAITING,
        version=1,
        requested_by=ID,
        requested_by_name=SALES,
        requested_at=NOW,
        expires_at=NOW + timedelta(hours=24),
        decided_by=None,
        decided_by_name=None,
        decided_at=None,
        reason="",
    )
    return replace(made, **changes)


def _ended(state: ApprovalState, by: str | None = None) -> dict[str, Any]:
    ended = request(state=state, decided_by=ANOTHER, decided_by_name=by, decided_at=NOW + timedelta(minutes=9))
    return facts_of(ended)


@example("approval.request", "a large payment")
def payment(words: Words) -> Card:
    return approvals.present_request(words, CLINIC, facts_of(request()))


@example("approval.request", "a payment that was false")
def void(words: Words) -> Card:
    return approvals.present_request(words, CLINIC, facts_of(request(ApprovalKind.VOID_PAYMENT)))


@example("approval.mine", "as the one who asked sees it")
def mine(words: Words) -> Card:
    return approvals.approval_card(words, facts_of(request()), AS_SALES)


@example("approval.decided", "approved")
def approved(words: Words) -> Card:
    return approvals.present_decided(words, CLINIC, _ended(ApprovalState.APPROVED, "คุณพลอย"))


@example("approval.over", "refused, in place of the request")
def over(words: Words) -> Card:
    return approvals.present_over(words, CLINIC, _ended(ApprovalState.REFUSED, "คุณพลอย"))


@example("approval.decided", "nobody in time")
def expired(words: Words) -> Card:
    return approvals.present_decided(words, CLINIC, _ended(ApprovalState.EXPIRED))


@example("approval.decided", "the plan had moved on")
def withdrawn(words: Words) -> Card:
    return approvals.present_decided(words, CLINIC, _ended(ApprovalState.WITHDRAWN, "คุณพลอย"))


def _many() -> list[Approval]:
    return [request(facts={**request().facts, "customer": name}) for name in PEOPLE]


@example("approvals.to_decide", "two pages")
def to_decide(words: Words) -> Card:
    return approvals.to_decide_card(words, _many())


@example("approvals.asked", "what I asked for")
def asked(words: Words) -> Card:
    return approvals.asked_card(words, _many()[:3])
