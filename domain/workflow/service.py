"""Use cases of journeys, one file a piece of the way; each move is checked, made once and recorded.

Money goes through `payments`, work through `tasks`; what follows from a move (points, notices, offers) is
decided by the reactions to the facts recorded here. A use case locks the journey first, then its task.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.people.rules import parse_phone
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.aftercare import (
    aftercare_sent,
    begin_follow_up,
    close_reaction,
    close_when_quiet,
    expect_follow_up,
    lose_when_idle,
    open_reaction,
)
from domain.workflow.leads import create_lead, create_self_lead
from domain.workflow.model import JourneyView
from domain.workflow.moves import journey_view
from domain.workflow.paying import confirm_payment
from domain.workflow.scheduling import schedule
from domain.workflow.treating import complete_treatment, start_treatment

__all__ = [
    "aftercare_sent",
    "begin_follow_up",
    "close_reaction",
    "close_when_quiet",
    "complete_treatment",
    "confirm_payment",
    "create_lead",
    "create_self_lead",
    "expect_follow_up",
    "journey_view",
    "journeys_of_customer",
    "journeys_to_pay",
    "journeys_to_schedule",
    "lose_when_idle",
    "open_journeys_of_phone",
    "open_reaction",
    "schedule",
    "start_treatment",
]

_LIST_LENGTH: Final = 20
"""Journeys in a list that somebody reads in a chat."""


async def open_journeys_of_phone(unit: Unit, phone: str) -> list[JourneyView]:
    """Open journeys of everybody with this number, newest first; DomainError `bad_phone`."""
    return await store.open_of_phone(unit.db, unit.clinic.id, parse_phone(phone))


async def journeys_of_customer(unit: Unit, customer_id: UUID) -> list[JourneyView]:
    """A customer's journeys, newest first."""
    return await store.of_customer(unit.db, unit.clinic.id, customer_id)


async def journeys_to_pay(unit: Unit) -> list[JourneyView]:
    """Up to 20 journeys on which a payment may be confirmed, the actor's own first."""
    return await store.to_pay(unit.db, unit.clinic.id, unit.actor.user_id, _LIST_LENGTH)


async def journeys_to_schedule(unit: Unit) -> list[JourneyView]:
    """Up to 20 paid journeys that wait for a time, the actor's own first."""
    return await store.to_schedule(unit.db, unit.clinic.id, unit.actor.user_id, _LIST_LENGTH)
