"""The leases of accounts that are polled: one process at a time fetches an account's events. Real time throughout."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from domain.database.session import Engine, single

_CLAIM = text("select account_id, seconds_left from claim_polls(:holder, :seconds)")
_RELEASE = text("select release_polls(:holder)")


async def claim_polls(engine: Engine, holder: UUID, seconds: int) -> dict[UUID, float]:
    """Become (or stay) the one that polls every polled account that nobody else holds.

    Returns the holder's accounts and how many seconds each is still theirs.
    """
    async with single(engine) as db:
        rows = (await db.execute(_CLAIM, {"holder": holder, "seconds": seconds})).all()
    return {row.account_id: row.seconds_left for row in rows}


async def release_polls(engine: Engine, holder: UUID) -> None:
    """Give up every account's lease, so that the next process need not wait for it."""
    async with single(engine) as db:
        await db.execute(_RELEASE, {"holder": holder})
