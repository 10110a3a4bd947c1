"""What an operator asks of the inbox and the outbox: what lies aside or in doubt, and to try an event again.

Everything goes by one clinic, inside a unit of it; no content is read, nor what a platform said of it. Times are real
ones, but a message's `created_at`, which is the clinic clock's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.database.session import Connection

_EVENTS = text("""
select i.id, a.channel, i.event_id, i.state, i.attempts, i.error, i.received_at, i.payload is null as erased
  from inbox i join channel_accounts a on a.clinic_id = i.clinic_id and a.id = i.account_id
 where i.clinic_id = :clinic and i.state = any(cast(:states as text[]))
 order by i.received_at desc, i.seq desc limit :limit
""")
_MESSAGES = text("""
select o.id, a.channel, o.row_kind, o.notice_kind, o.message_class, o.state, o.attempts,
       split_part(o.error, ':', 1) as error, o.created_at, o.inbox_id
  from outbox o join channel_accounts a on a.clinic_id = o.clinic_id and a.id = o.account_id
 where o.clinic_id = :clinic and o.state = any(cast(:states as text[]))
 order by o.created_at desc, o.seq desc limit :limit
""")
_FIND = text("""
select i.id, i.state, i.payload is null as erased from inbox i
 where i.clinic_id = :clinic and i.id = any(cast(:ids as uuid[]))
""")
_PARKED = text("select i.id from inbox i where i.clinic_id = :clinic and i.state = 'parked' and i.payload is not null")
_REPLAY = text("""
update inbox set state = 'pending', attempts = 0, error = null, lease_until = null, done_at = null
 where clinic_id = :clinic and id = any(cast(:ids as uuid[])) and state = 'parked' and payload is not null
returning id
""")


async def list_events(db: Connection, clinic_id: UUID, states: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Events in these states, newest first; `erased` ones have no payload any more."""
    values = {"clinic": clinic_id, "states": list(states), "limit": limit}
    return [dict(row._mapping) for row in await db.execute(_EVENTS, values)]


async def list_messages(db: Connection, clinic_id: UUID, states: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Messages in these states, newest first, without what they say or to whom."""
    values = {"clinic": clinic_id, "states": list(states), "limit": limit}
    return [dict(row._mapping) for row in await db.execute(_MESSAGES, values)]


async def find_events(db: Connection, clinic_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """How the clinic's own ones of these events stand: their state, or `erased`."""
    rows = (await db.execute(_FIND, {"clinic": clinic_id, "ids": list(ids)})).all()
    return {row.id: "erased" if row.erased and row.state == "parked" else row.state for row in rows}


async def parked_events(db: Connection, clinic_id: UUID) -> list[UUID]:
    """Every event that lies aside and can be tried again."""
    return list((await db.execute(_PARKED, {"clinic": clinic_id})).scalars())


async def replay_events(db: Connection, clinic_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Let parked events be tried again from the beginning; returns those that were. The others stay as they are."""
    return list((await db.execute(_REPLAY, {"clinic": clinic_id, "ids": list(ids)})).scalars())
