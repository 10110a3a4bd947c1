"""Every noun's routes, joined, in the order of `permissions.COMMANDS`."""

from __future__ import annotations

from handlers import (
    consents,
    conversation,
    counter,
    coupons,
    courses,
    customers,
    endings,
    find,
    followups,
    handover,
    history,
    journeys,
    leads,
    news,
    notes,
    pauses,
    payments,
    pipeline,
    points,
    proposal_form,
    proposals,
    reminders,
    rewards,
    scans,
    start,
    status,
    tasks,
)
from handlers.guide import help_command
from handlers.permissions import COMMANDS
from handlers.router import Routes

NOUNS = (
    start,
    consents,
    conversation,
    points,
    status,
    leads,
    journeys,
    payments,
    tasks,
    followups,
    pipeline,
    find,
    customers,
    notes,
    reminders,
    handover,
    news,
    counter,
    coupons,
    courses,
    endings,
    history,
    pauses,
    proposal_form,
    proposals,
    rewards,
    scans,
)


def _join() -> Routes:
    joined = Routes()
    for noun in NOUNS:
        joined.include(noun.routes)
    joined.command("help")(help_command(joined))
    joined.commands = {name: joined.commands[name] for name in COMMANDS}
    return joined


ROUTES = _join()
