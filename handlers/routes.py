"""Every noun's routes, joined, in the order of `permissions.COMMANDS`."""

from __future__ import annotations

from handlers import (
    appointments,
    approvals,
    automation,
    booking,
    consents,
    conversation,
    counter,
    coupons,
    courses,
    customers,
    duty,
    endings,
    find,
    followups,
    handing,
    handover,
    histories,
    history,
    invitations,
    journeys,
    leads,
    messages,
    news,
    notes,
    pauses,
    payments,
    pipeline,
    points,
    proposal_form,
    proposals,
    reactions,
    records,
    reminders,
    rewards,
    scans,
    settings,
    start,
    start_gate,
    stats,
    status,
    tasks,
    team,
    team_forms,
    treating,
)
from handlers.guide import help_command
from handlers.permissions import COMMANDS
from handlers.router import Routes

NOUNS = (
    appointments,
    approvals,
    automation,
    booking,
    consents,
    conversation,
    counter,
    coupons,
    courses,
    customers,
    duty,
    endings,
    find,
    followups,
    handing,
    handover,
    histories,
    history,
    invitations,
    journeys,
    leads,
    messages,
    news,
    notes,
    pauses,
    payments,
    pipeline,
    points,
    proposal_form,
    proposals,
    reactions,
    records,
    reminders,
    rewards,
    scans,
    settings,
    start,
    start_gate,
    stats,
    status,
    tasks,
    team,
    team_forms,
    treating,
)


def _join() -> Routes:
    joined = Routes()
    for noun in NOUNS:
        joined.include(noun.routes)
    joined.command("help")(help_command(joined))
    joined.commands = {name: joined.commands[name] for name in COMMANDS}
    return joined


ROUTES = _join()
