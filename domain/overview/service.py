"""Reading across nouns: the live page, a clinic's statistics, and what was overridden or changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from domain.errors import DomainError
from domain.overview import store
from domain.overview.model import AuditLine, Overview, Statistics
from domain.people.model import Role
from domain.unit import Unit

WEEK: Final = timedelta(days=7)
"""Statistics are of this long until now."""
AUDIT_LINES: Final = 200
"""Changes that one can page through in a chat."""


async def overview(unit: Unit, *, limit: int = 8) -> Overview:
    """The clinic as it stands, at most `limit` lines of each kind."""
    clinic = unit.clinic.id
    return Overview(
        journeys=tuple(await store.journeys(unit.db, clinic, limit)),
        tasks=tuple(await store.tasks(unit.db, clinic, limit)),
        facts=tuple(await store.facts(unit.db, clinic, limit)),
        chats=tuple(await store.chats(unit.db, clinic, limit)),
        outbox=await store.outbox(unit.db, clinic),
    )


async def statistics(unit: Unit) -> Statistics:
    """The clinic's numbers of the last seven days, and where its journeys stand. For managers, else `not_your_role`."""
    _manager(unit)
    clinic, since = unit.clinic.id, unit.now - WEEK
    money, payments = await store.confirmed(unit.db, clinic, since)
    return Statistics(
        since=since,
        stages=tuple(await store.stages(unit.db, clinic)),
        handoff=tuple(await store.handoff(unit.db, clinic, since)),
        confirmed_satang=money,
        payments=payments,
        treatments=await store.treatments_done(unit.db, clinic, since),
    )


async def audit(unit: Unit) -> list[AuditLine]:
    """Overrides, voids, corrections, and changes of the team and its rules, newest first. For managers only."""
    _manager(unit)
    return await store.audit(unit.db, unit.clinic.id, AUDIT_LINES)


def _manager(unit: Unit) -> None:
    if unit.actor.role != Role.MANAGER:
        raise DomainError("not_your_role")
