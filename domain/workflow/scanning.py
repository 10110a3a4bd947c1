"""The skin scan (T2): what the customer wants to improve is written down, and the plan can be made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Role
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.model import Action, JourneyView
from domain.workflow.moves import journey_view, lock, may_ever, move

HEALTH: Final = "health_record"
"""The consent without which no scan is kept: what skin shows is health data (PDPA, section 26)."""

MOST_CONCERNS: Final = 8
LONGEST_CONCERN: Final = 80
"""Characters of a concern in free words."""


async def journeys_to_scan(unit: Unit) -> list[JourneyView]:
    """Up to 20 new journeys whose treatment needs a scan first, the one that has waited longest first."""
    return await store.to_scan(unit.db, unit.clinic.id, 20)


async def may_keep_health_data(unit: Unit, customer_id: UUID) -> bool:
    """Whether the customer's newest answer allows it; nobody who was never asked has agreed."""
    return (await people.consents_of(unit, customer_id)).get(HEALTH, False)


async def record_scan(unit: Unit, journey_id: UUID, *, version: int, concerns: Sequence[str]) -> JourneyView:
    """Keep what the scan found (T2): codes of concerns or free words, each once, in the order given.

    DomainErrors: `no_such_journey`, `not_your_role`, `outdated`, `illegal_move`, `health_consent_needed`,
    `no_concerns`, `bad_text` (longest).
    """
    may_ever(unit, Action.RECORD_SCAN)
    journey = await lock(unit, journey_id)
    if journey.version != version:
        raise DomainError("outdated")
    if not await may_keep_health_data(unit, journey.customer_id):
        raise DomainError("health_consent_needed")
    found = clean_concerns(concerns)
    taken_on = unit.actor.user_id if unit.actor.role == Role.SALES else None
    await move(unit, journey, Action.RECORD_SCAN, concerns=found, owner_id=journey.owner_id or taken_on)
    unit.record("scan_recorded", journey_id, journey_id=str(journey_id), customer_id=str(journey.customer_id))
    return await journey_view(unit, journey_id)


def clean_concerns(concerns: Sequence[str]) -> list[str]:
    """Concerns without repetition and loose spaces; DomainError `no_concerns` or `bad_text` (longest)."""
    words = [" ".join(concern.split()) for concern in concerns]
    found = list(dict.fromkeys(word for word in words if word))[:MOST_CONCERNS]
    if not found:
        raise DomainError("no_concerns")
    if any(len(word) > LONGEST_CONCERN for word in found):
        raise DomainError("bad_text", longest=LONGEST_CONCERN)
    return found
