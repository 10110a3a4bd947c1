"""SQL of conversations: messages kept for staff, chats that cannot be reached, messages taken back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.database.session import Connection

_KEEP = text(
    "insert into customer_journey_events (clinic_id, person_id, identity_id, event_id, kind, data, at)"
    " values (:clinic, :person, :identity, :event, :kind, cast(:data as jsonb), :at) returning id"
)
_KEPT = text(
    "select e.data ->> 'text' as text, a.channel from customer_journey_events e"
    " left join channel_identities i on i.clinic_id = e.clinic_id and i.id = e.identity_id"
    " left join channel_accounts a on a.clinic_id = i.clinic_id and a.id = i.account_id"
    " where e.clinic_id = :clinic and e.id = :id"
)
_UNREACHABLE = text("update channel_identities set reachable = false where clinic_id = :clinic and id = :identity")
# Payloads stay for three days, longer than any platform brings an event again.
_SETTLE_REACH = text("""
update channel_identities i set reachable = newest.kind <> 'unfollow'
  from (select e.payload ->> 'type' as kind from inbox e
         where e.clinic_id = :clinic and e.account_id = :account and e.lane = :lane and e.payload is not null
           and e.payload ->> 'type' in ('message', 'postback', 'follow', 'unfollow')
           and jsonb_typeof(e.payload -> 'timestamp') = 'number'
         order by (e.payload -> 'timestamp')::numeric desc, e.seq desc limit 1) newest
 where i.clinic_id = :clinic and i.id = :identity
returning i.reachable
""")
_ERASE_KEPT = text(
    "delete from customer_journey_events where clinic_id = :clinic and data ->> 'message_id' = :message"
    " and identity_id in (select id from channel_identities where clinic_id = :clinic and account_id = :account)"
    " returning id"
)
_ERASE_INBOX = text(
    "update inbox set payload = null where clinic_id = :clinic and account_id = :account"
    " and payload #>> '{message,id}' = :message and state <> 'pending'"
)

_ERASE_ANSWERS = text("""
update outbox o set content = '{"card": {}}'
 where o.clinic_id = :clinic and o.identity_id = :identity and o.row_kind = 'answer'
   and o.state not in ('pending', 'sending')
   and o.seq >= (select min(a.seq) from outbox a join inbox i on i.clinic_id = a.clinic_id and i.id = a.inbox_id
                  where i.clinic_id = :clinic and i.account_id = :account
                    and i.payload #>> '{message,id}' = :message)
""")


async def keep(
    db: Connection,
    clinic_id: UUID,
    *,
    person_id: UUID,
    identity_id: UUID,
    event_id: UUID | None,
    kind: str,
    data: dict[str, Any],
    at: datetime,
) -> UUID:
    """Keep something a person did that no handler took; returns the row's id."""
    row = await db.execute(
        _KEEP,
        {
            "clinic": clinic_id,
            "person": person_id,
            "identity": identity_id,
            "event": event_id,
            "kind": kind,
            "data": json.dumps(data),
            "at": at,
        },
    )
    kept: UUID = row.scalar_one()
    return kept


async def kept(db: Connection, clinic_id: UUID, kept_id: UUID) -> tuple[str, str | None]:
    """The text of a kept message and the channel it came by."""
    row = (await db.execute(_KEPT, {"clinic": clinic_id, "id": kept_id})).one()
    return row.text, row.channel


async def set_unreachable(db: Connection, clinic_id: UUID, identity_id: UUID) -> None:
    """The person blocked this chat."""
    await db.execute(_UNREACHABLE, {"clinic": clinic_id, "identity": identity_id})


async def settle_reach(
    db: Connection, clinic_id: UUID, *, account_id: UUID, identity_id: UUID, lane: str
) -> bool | None:
    """Let the newest event of a chat, by the platform's time, say whether it can be reached; None if there is none."""
    values = {"clinic": clinic_id, "account": account_id, "identity": identity_id, "lane": lane}
    reachable: bool | None = (await db.execute(_SETTLE_REACH, values)).scalar_one_or_none()
    return reachable


async def erase(db: Connection, clinic_id: UUID, *, account_id: UUID, message_id: str) -> list[UUID]:
    """Forget a message that its sender took back, here and in the inbox; returns the ids of the rows that kept it.

    Message ids are an account's own.
    """
    values = {"clinic": clinic_id, "account": account_id, "message": message_id}
    kept_ids = list((await db.execute(_ERASE_KEPT, values)).scalars())
    await db.execute(_ERASE_INBOX, values)
    return kept_ids


async def erase_answers(
    db: Connection, clinic_id: UUID, *, account_id: UUID, identity_id: UUID, message_id: str
) -> None:
    """Forget what a chat has been sent as answers since a message of its own, whose payload is still there."""
    values = {"clinic": clinic_id, "account": account_id, "identity": identity_id, "message": message_id}
    await db.execute(_ERASE_ANSWERS, values)
