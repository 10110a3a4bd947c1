"""Reading the overview."""

from __future__ import annotations

from domain.overview import store
from domain.overview.model import Overview
from domain.unit import Unit


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
