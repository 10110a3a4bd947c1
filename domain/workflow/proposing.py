"""The plan (T3): offered to the customer in versions, and answered by them.

What was sent never changes; a new version replaces it. The customer answers by button; staff only write down an
answer that was given in front of them. Everything happens under the journey's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.clinics import service as clinics
from domain.clinics.model import Treatment
from domain.errors import DomainError
from domain.payments import service as payments
from domain.people.model import Role
from domain.unit import Unit
from domain.workflow import proposal_store, store
from domain.workflow.model import Action, Journey, PlanLine, Proposal, ProposalState, Stage, Wanted
from domain.workflow.moves import journey_view, lock, may_ever, move
from domain.workflow.rules import next_stage, transition_for

MOST_LINES: Final = 8


async def send_proposal(
    unit: Unit,
    journey_id: UUID,
    *,
    version: int,
    wanted: Sequence[Wanted],
    valid_until: datetime,
    minimum_satang: int | None = None,
) -> Proposal:
    """Offer a plan of these treatments at the clinic's prices (T3, T3b); the version before it is replaced.

    `version` is the journey as the person saw it; `minimum_satang` what must be paid before a time is set (None:
    all of it). A journey whose own treatment is not in the plan becomes one of the plan's first.
    DomainErrors: `no_such_journey`, `not_your_role`, `outdated`, `illegal_move`, `scan_needed`, `no_lines`,
    `too_many_lines` (most), `no_such_treatment`, `no_such_package`, `empty_plan`, `in_the_past`, `bad_minimum` (total),
    `plan_paid`, `open_journey` (journey_id).
    """
    may_ever(unit, Action.SEND_PROPOSAL)
    journey = await lock(unit, journey_id)
    if journey.version != version:
        raise DomainError("outdated")
    rule = transition_for(journey.stage, Action.SEND_PROPOSAL)
    if await payments.paid_so_far(unit, journey_id):
        raise DomainError("plan_paid")
    bought = await _bought(unit, wanted)
    if rule.id == "T3b" and any(line.treatment.scan_required for line in bought):
        raise DomainError("scan_needed")
    total = sum(line.price_satang for line in bought)
    _check_terms(unit, total, minimum_satang, valid_until)
    treatment_id = await _treatment_of(unit, journey, bought)
    before = await proposal_store.newest(unit.db, unit.clinic.id, journey_id)
    await proposal_store.take_off(unit.db, unit.clinic.id, journey_id, ProposalState.REPLACED)
    number = before.version + 1 if before else 1
    proposal_id = await proposal_store.add(
        unit.db,
        unit.clinic.id,
        [(line.treatment.id, line.sessions, line.price_satang) for line in bought],
        journey_id=journey_id,
        version=number,
        total_satang=total,
        minimum_satang=minimum_satang,
        valid_until=valid_until,
        sent_by=unit.actor.user_id,
        sent_at=unit.now,
    )
    await move(
        unit,
        journey,
        Action.SEND_PROPOSAL,
        data={"proposal": number, "total_satang": total, "minimum_satang": minimum_satang},
        agreed_satang=total,
        minimum_satang=minimum_satang,
        treatment_id=treatment_id,
    )
    replaced = str(before.id) if before and before.current else None
    unit.record("proposal_sent", proposal_id, **_ids(journey), version=number, replaces=replaced)
    return await proposal(unit, proposal_id)


async def accept_proposal(unit: Unit, proposal_id: UUID, *, in_person: bool = False) -> Proposal:
    """The customer says yes to the version they see; `in_person`: staff write down that they said so.

    DomainErrors: `no_such_proposal`, `not_yours`, `not_your_role`, `proposal_replaced`, `proposal_answered` (at),
    `proposal_expired` (until), `plan_closed`.
    """
    return await _answer(unit, proposal_id, Action.ACCEPT_PROPOSAL, ProposalState.ACCEPTED, in_person=in_person)


async def decline_proposal(unit: Unit, proposal_id: UUID) -> Proposal:
    """The customer says not now; nobody asks again, and they may still accept. DomainErrors as `accept_proposal`."""
    return await _answer(unit, proposal_id, Action.DECLINE_PROPOSAL, ProposalState.DECLINED, in_person=False)


async def ask_about_proposal(unit: Unit, proposal_id: UUID) -> Proposal:
    """The customer has a question: whoever looks after them hears of it.

    DomainErrors: `no_such_proposal`, `not_yours`.
    """
    found = await proposal(unit, proposal_id)
    if (await journey_view(unit, found.journey_id)).customer_id != unit.actor.customer_id:
        raise DomainError("not_yours")
    unit.record("proposal_asked", found.journey_id, journey_id=str(found.journey_id), proposal_id=str(found.id))
    return found


async def proposal(unit: Unit, proposal_id: UUID) -> Proposal:
    """One version of a plan, else DomainError `no_such_proposal`."""
    found = await proposal_store.proposal(unit.db, unit.clinic.id, proposal_id)
    if found is None:
        raise DomainError("no_such_proposal")
    return found


async def current_proposal(unit: Unit, journey_id: UUID) -> Proposal | None:
    """The version of a journey's plan that is on the table, if one is."""
    return await proposal_store.current(unit.db, unit.clinic.id, journey_id)


async def newest_proposal(unit: Unit, journey_id: UUID) -> Proposal | None:
    """The last version of a journey's plan, whatever became of it."""
    return await proposal_store.newest(unit.db, unit.clinic.id, journey_id)


async def plan_lines(unit: Unit, journey_id: UUID) -> tuple[PlanLine, ...]:
    """What is paid for: the lines of the plan on the table; without one, the journey's own treatment, once."""
    if found := await current_proposal(unit, journey_id):
        return found.lines
    journey = await journey_view(unit, journey_id)
    return (PlanLine(journey.id, journey.treatment_id, journey.treatment, 1, journey.agreed_satang),)


async def _answer(unit: Unit, proposal_id: UUID, action: Action, state: ProposalState, *, in_person: bool) -> Proposal:
    journey = await lock(unit, (await proposal(unit, proposal_id)).journey_id)
    found = await proposal(unit, proposal_id)  # again: what the lock waited for may have answered it
    await _check_person(unit, journey, action, in_person=in_person)
    if not found.current:
        raise DomainError("proposal_replaced")
    if found.state in (state, ProposalState.ACCEPTED) and found.decided_at is not None:
        raise DomainError("proposal_answered", at=found.decided_at.isoformat())
    if journey.stage is not Stage.PROPOSAL_SENT:
        raise DomainError("plan_closed")
    if unit.now >= found.valid_until and state is ProposalState.ACCEPTED:
        raise DomainError("quote_expired" if in_person else "proposal_expired", until=found.valid_until.isoformat())
    customer = await journey_view(unit, journey.id)
    await proposal_store.change(
        unit.db,
        unit.clinic.id,
        proposal_id,
        state=state,
        decided_at=unit.now,
        decided_by=customer.customer_person_id,
        in_person=in_person,
    )
    acting = None if in_person else Role.CUSTOMER
    reason = "accepted in person" if in_person else ""
    await move(unit, journey, action, acting=acting, reason=reason, data={"proposal": found.version})
    kind = "proposal_accepted" if state is ProposalState.ACCEPTED else "proposal_declined"
    unit.record(kind, proposal_id, **_ids(journey), version=found.version, in_person=in_person)
    return await proposal(unit, proposal_id)


async def _check_person(unit: Unit, journey: Journey, action: Action, *, in_person: bool) -> None:
    """Customers answer for themselves; staff write down the answer of somebody else who stands before them."""
    own = unit.actor.customer_id == journey.customer_id
    if in_person:
        if unit.actor.user_id is None:
            raise DomainError("not_your_role", action=action)
        next_stage(Stage.PROPOSAL_SENT, action, Role(unit.actor.role))
    if own is in_person:
        raise DomainError("not_yours")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is about to be written."""

    treatment: Treatment
    sessions: int
    price_satang: int


async def _bought(unit: Unit, wanted: Sequence[Wanted]) -> list[_Line]:
    """The wanted treatments at the clinic's prices now."""
    if not wanted:
        raise DomainError("no_lines")
    if len(wanted) > MOST_LINES:
        raise DomainError("too_many_lines", most=MOST_LINES)
    lines = []
    for want in wanted:
        treatment = await clinics.treatment(unit, want.treatment_id)
        offers = [offer for offer in treatment.offers if offer.sessions == want.sessions]
        if not offers:
            raise DomainError("no_such_package")
        lines.append(_Line(treatment, want.sessions, offers[0].price_satang))
    return lines


def _check_terms(unit: Unit, total: int, minimum: int | None, valid_until: datetime) -> None:
    if total <= 0:
        raise DomainError("empty_plan")
    if minimum is not None and not 0 < minimum <= total:
        raise DomainError("bad_minimum", total=total)
    if valid_until <= unit.now:
        raise DomainError("in_the_past")


async def _treatment_of(unit: Unit, journey: Journey, bought: Sequence[_Line]) -> UUID:
    """What the journey is about from now on: its own treatment if the plan has it, else the plan's first."""
    if any(line.treatment.id == journey.treatment_id for line in bought):
        return journey.treatment_id
    first = bought[0].treatment.id
    other = await store.open_one(unit.db, unit.clinic.id, journey.customer_id, first, unit.now)
    if other is not None:
        raise DomainError("open_journey", journey_id=str(other))
    return first


def _ids(journey: Journey) -> dict[str, str]:
    return {"journey_id": str(journey.id), "customer_id": str(journey.customer_id)}
