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
    begin_follow_up,
    close_reaction,
    close_when_quiet,
    expect_follow_up,
    lose_when_idle,
    open_reaction,
)
from domain.workflow.amending import amend, history, set_hold
from domain.workflow.approving import approve, request_payment, request_void
from domain.workflow.editing import change_treatment, correct_customer
from domain.workflow.ending import cancel, close, mark_lost, reopen
from domain.workflow.gate import answer_for, ask_for, signed_on_paper, start_gate, they_are_here
from domain.workflow.holding import HOLDABLE, hold_time, lapse_hold
from domain.workflow.leads import create_lead, create_self_lead, touches
from domain.workflow.model import JourneyView
from domain.workflow.moves import check_move, journey_view, may_move
from domain.workflow.ownership import colleagues, hand_over, hold_open, reassign, snooze, waiting_for
from domain.workflow.paying import confirm_payment, two_people_needed
from domain.workflow.pipeline import board, journeys_at
from domain.workflow.proposing import (
    accept_proposal,
    ask_about_proposal,
    current_proposal,
    decline_proposal,
    newest_proposal,
    plan_lines,
    proposal,
    send_proposal,
)
from domain.workflow.scanning import journeys_to_scan, may_keep_health_data, record_scan
from domain.workflow.scheduling import next_session, reschedule, schedule, schedule_now, wish_of
from domain.workflow.sessions import TREATED
from domain.workflow.treating import abort_treatment, complete_treatment, start_treatment
from domain.workflow.visiting import (
    PREPAY_FROM,
    arrive,
    arrive_by_code,
    askable,
    cancel_appointment,
    changeable,
    counter_code,
    mark_no_show,
    may_ask,
    request_time,
    take_over,
    watch_no_show,
)

__all__ = [
    "HOLDABLE",
    "PREPAY_FROM",
    "TREATED",
    "abort_treatment",
    "accept_proposal",
    "amend",
    "answer_for",
    "approve",
    "arrive",
    "arrive_by_code",
    "ask_about_proposal",
    "ask_for",
    "askable",
    "begin_follow_up",
    "board",
    "cancel",
    "cancel_appointment",
    "change_treatment",
    "changeable",
    "check_move",
    "close",
    "close_reaction",
    "close_when_quiet",
    "colleagues",
    "complete_treatment",
    "confirm_payment",
    "correct_customer",
    "counter_code",
    "create_lead",
    "create_self_lead",
    "current_proposal",
    "decline_proposal",
    "expect_follow_up",
    "hand_over",
    "history",
    "hold_open",
    "hold_time",
    "journey_view",
    "journeys_at",
    "journeys_of_customer",
    "journeys_to_pay",
    "journeys_to_scan",
    "journeys_to_schedule",
    "lapse_hold",
    "lose_when_idle",
    "mark_lost",
    "mark_no_show",
    "may_ask",
    "may_keep_health_data",
    "may_move",
    "newest_proposal",
    "next_session",
    "open_journeys_of_owner",
    "open_journeys_of_phone",
    "open_reaction",
    "plan_lines",
    "proposal",
    "reassign",
    "record_scan",
    "reopen",
    "request_payment",
    "request_time",
    "request_void",
    "reschedule",
    "schedule",
    "schedule_now",
    "send_proposal",
    "set_hold",
    "signed_on_paper",
    "snooze",
    "start_gate",
    "start_treatment",
    "take_over",
    "they_are_here",
    "touches",
    "two_people_needed",
    "waiting_for",
    "watch_no_show",
    "wish_of",
]

_LIST_LENGTH: Final = 20
"""Journeys in a list that somebody reads in a chat."""


async def open_journeys_of_phone(unit: Unit, phone: str) -> list[JourneyView]:
    """Open journeys of everybody with this number, newest first; DomainError `bad_phone`."""
    return await store.open_of_phone(unit.db, unit.clinic.id, parse_phone(phone), unit.now)


async def journeys_of_customer(unit: Unit, customer_id: UUID) -> list[JourneyView]:
    """A customer's journeys, newest first."""
    return await store.of_customer(unit.db, unit.clinic.id, customer_id)


async def open_journeys_of_owner(unit: Unit, user_id: UUID) -> list[JourneyView]:
    """Open journeys that this member of staff looks after, newest first."""
    return await store.open_of_owner(unit.db, unit.clinic.id, user_id)


async def journeys_to_pay(unit: Unit) -> list[JourneyView]:
    """Up to 20 journeys on which a payment may be confirmed, the actor's own first."""
    return await store.to_pay(unit.db, unit.clinic.id, unit.actor.user_id, _LIST_LENGTH)


async def journeys_to_schedule(unit: Unit) -> list[JourneyView]:
    """Up to 20 paid journeys that wait for a time, the actor's own first."""
    return await store.to_schedule(unit.db, unit.clinic.id, unit.actor.user_id, _LIST_LENGTH)
