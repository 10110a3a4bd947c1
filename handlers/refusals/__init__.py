"""What we say when something cannot be done: one sentence for each code, ending in what to do next.

Each noun's sentences are in the file of its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.errors import DomainError
from handlers.refusals import (
    appointments,
    approvals,
    conversation,
    customers,
    followups,
    journeys,
    payments,
    people,
    points,
    proposals,
    rewards,
    tasks,
    team,
    typed,
)
from handlers.refusals.sentences import Say, plain
from handlers.words import N_, Words

NOUNS: Final = (
    appointments,
    approvals,
    conversation,
    customers,
    followups,
    journeys,
    payments,
    people,
    points,
    proposals,
    rewards,
    tasks,
    team,
    typed,
)
SENTENCES: Final[Mapping[str, Say]] = {code: say for noun in NOUNS for code, say in noun.SENTENCES.items()}

OVERTAKEN: Final = frozenset(
    {
        "already_paid",
        "already_scheduled",
        "approval_waiting",
        "no_such_member",
        "last_manager",
        "outdated",
        "open_journey",
        "plan_paid",
        "plan_closed",
        "health_consent_needed",
        "manager_needed",
        "task_taken",
        "task_closed",
        "task_not_accepted",
        "task_not_started",
        "not_assignee",
        "already_started",
        "already_completed",
        "illegal_move",
        "illegal_task_move",
        "no_such_appointment",
        "appointment_over",
        "time_is_set",
        "no_sessions_left",
        "not_handed_to_you",
        "checklist_open",
        "lot_needed",
        "owner_changed",
        "not_your_customer",
        "already_theirs",
        "paid_already",
        "plan_sent",
        "reminder_over",
        "reaction_over",
    }
)
"""Refusals that mean that somebody, or an earlier press, was first: the form they end is over."""


TO_CUSTOMERS: Final[Mapping[str, Say]] = {
    "illegal_move": plain(N_("This is not possible any more. Write to us here if we can help.")),
}
"""Where the sentence for staff sends a customer to cards that only staff have."""


def refusal(words: Words, error: DomainError, *, to_customer: bool = False) -> str:
    """The sentence for a refusal. A code without one is a bug that a test finds; people get a general sentence."""
    say = (to_customer and TO_CUSTOMERS.get(error.code)) or SENTENCES.get(error.code)
    if say is None:
        return words.t("This is not possible right now. Please ask the clinic's staff.")
    return say(words, error.facts)
