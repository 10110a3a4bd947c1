"""Forgetting what the inbox no longer needs. Retention counts in real time, as the platforms' redelivery does."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from domain.database.session import Connection

KEEP_PAYLOAD: Final = timedelta(days=3)
"""What people wrote stays this long after the work on it is done, for looking into complaints."""
KEEP_IDS: Final = timedelta(days=30)
"""Event ids stay this long as a set, so that a late redelivery is known for one."""

_ERASE = text(
    "update inbox set payload = null where clinic_id = :clinic and state = 'done' and payload is not null"
    " and done_at < clock_timestamp() - cast(:age as interval)"
)
# Pending events are never dropped, however old; parked ones have waited long enough for somebody to look.
_DELETE = text(
    "delete from inbox where clinic_id = :clinic and state in ('done', 'parked')"
    " and received_at < clock_timestamp() - cast(:age as interval)"
)


async def erase_old_payloads(db: Connection, clinic_id: UUID) -> int:
    """Erase the content of events done long ago; returns how many."""
    return (await db.execute(_ERASE, {"clinic": clinic_id, "age": KEEP_PAYLOAD})).rowcount


async def delete_old_events(db: Connection, clinic_id: UUID) -> int:
    """Delete finished events received long ago; returns how many."""
    return (await db.execute(_DELETE, {"clinic": clinic_id, "age": KEEP_IDS})).rowcount
