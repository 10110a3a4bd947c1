"""Every noun's routes, joined, in the order of `permissions.COMMANDS`."""

from __future__ import annotations

from handlers import (
    consents,
    conversation,
    followups,
    journeys,
    leads,
    payments,
    points,
    reactions,
    settings,
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
    reactions,
    settings,
)


def _join() -> Routes:
    joined = Routes()
    for noun in NOUNS:
        joined.include(noun.routes)
    joined.command("help")(help_command(joined))
    joined.commands = {name: joined.commands[name] for name in COMMANDS}
    return joined


ROUTES = _join()
