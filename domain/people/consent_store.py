"""SQL of consents: every answer is kept, the newest counts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from domain.database.session import Connection
from domain.people.model import UNLINKED
from domain.people.tables import consents


async def add(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One more answer to one question; older answers stay."""
    await db.execute(insert(consents).values(clinic_id=clinic_id, **values))


async def latest(
    db: Connection,
    clinic_id: UUID,
    customer_id: UUID,
    channel: str | None = None,
    versions: Collection[str] = (),
) -> dict[str, bool]:
    """The newest answer for every purpose ever answered (last on `channel`, to one of `versions`).

    What was voided since is missing.
    """
    c = consents.c
    query = (
        select(c.purpose, c.given, c.version, c.channel)
        .ext(distinct_on(c.purpose))
        .where(c.clinic_id == clinic_id, c.customer_id == customer_id)
        .order_by(c.purpose, c.at.desc(), c.id)
    )
    return {
        row.purpose: row.given
        for row in await db.execute(query)
        if row.version != UNLINKED and channel in (None, row.channel) and (not versions or row.version in versions)
    }
