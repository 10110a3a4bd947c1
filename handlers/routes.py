"""The one table of who may do what: every noun's routes, joined."""

from __future__ import annotations

from handlers import consents, conversation, followups, journeys, leads, payments, points, start, status, tasks
from handlers.guide import help_command
from handlers.router import EVERYBODY, Routes
from handlers.words import N_

NOUNS = (start, consents, conversation, points, status, leads, journeys, payments, tasks, followups)


def _join() -> Routes:
    joined = Routes()
    for noun in NOUNS:
        joined.include(noun.routes)
    joined.command("help", "ช่วยเหลือ", N_("Help"), EVERYBODY)(help_command(joined))
    return joined


ROUTES = _join()
