"""Every noun's routes, joined, in the order of `permissions.COMMANDS`."""

from __future__ import annotations

from handlers import (
    appointments,
    booking,
    consents,
    conversation,
    counter,
    coupons,
    courses,
    endings,
    followups,
    history,
    journeys,
    leads,
    pauses,
    payments,
    points,
    proposal_form,
    proposals,
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
    appointments,
    booking,
    consents,
    conversation,
    counter,
    coupons,
    courses,
    endings,
    followups,
    history,
    journeys,
    leads,
    pauses,
    payments,
    points,
    proposal_form,
    proposals,
    rewards,
    scans,
    start,
    status,
    tasks,
)


def _join() -> Routes:
    joined = Routes()
    for noun in NOUNS:
        joined.include(noun.routes)
    joined.command("help")(help_command(joined))
    joined.commands = {name: joined.commands[name] for name in COMMANDS}
    return joined


ROUTES = _join()
