"""Putting right what can no longer be undone (T17): a manager's note on a journey, beside which points may be adjusted.

Nothing is changed or deleted; the audit trail gains a line. The points are loyalty's, which stands above this noun.
"""

from __future__ import annotations

from uuid import UUID

from domain.errors import DomainError
from domain.people.rules import clean_reason
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.model import Action, JourneyView, Move
from domain.workflow.moves import journey_view, lock, move


async def amend(unit: Unit, journey_id: UUID, *, version: int, reason: str, points: int = 0) -> JourneyView:
    """A manager notes what was wrong after the treatment; `points` (signed) are given or taken with it.

    DomainErrors: `no_such_journey`, `illegal_move`, `not_your_role`, `outdated`, `bad_text`. Fact `journey_amended`
    (points), which books the points.
    """
    journey = await lock(unit, journey_id)
    if journey.version != version:
        raise DomainError("outdated")
    reason = clean_reason(reason)
    await move(unit, journey, Action.AMEND, reason=reason, data={"points": points} if points else None)
    unit.record(
        "journey_amended",
        journey_id,
        journey_id=str(journey_id),
        customer_id=str(journey.customer_id),
        version=journey.version + 1,
        points=points,
    )
    return await journey_view(unit, journey_id)


async def history(unit: Unit, journey_id: UUID) -> list[Move]:
    """The audit trail of a journey, newest first."""
    return await store.moves_of(unit.db, unit.clinic.id, journey_id)


async def set_hold(unit: Unit, journey_id: UUID, *, reason: str) -> None:
    """Let a journey rest: the flag beside its stage, which whoever works on it sees. Fact `journey_held` (reason)."""
    journey = await lock(unit, journey_id)
    await store.change(unit.db, unit.clinic.id, journey_id, on_hold=True)
    unit.record("journey_held", journey_id, customer_id=str(journey.customer_id), reason=reason)
