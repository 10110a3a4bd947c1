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
    " values (:clinic, :person, :identity, :event, :kind, cast(:data as jsonb), :at)"
)
_UNREACHABLE = text("update channel_identities set reachable = false where clinic_id = :clinic and id = :identity")
_ERASE_KEPT = text(
    "delete from customer_journey_events where clinic_id = :clinic and identity_id = :identity"
    " and data ->> 'message_id' = :message"
)
_ERASE_INBOX = text(
    "update inbox set payload = null where clinic_id = :clinic and account_id = :account"
    " and payload #>> '{message,id}' = :message and state <> 'pending'"
)


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
) -> None:
    """Keep something a person did that no handler took."""
    await db.execute(
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


async def set_unreachable(db: Connection, clinic_id: UUID, identity_id: UUID) -> None:
    """The person blocked this chat."""
    await db.execute(_UNREACHABLE, {"clinic": clinic_id, "identity": identity_id})


async def erase(
    db: Connection, clinic_id: UUID, *, account_id: UUID, identity_id: UUID | None, message_id: str
) -> None:
    """Forget a message that its sender took back, wherever it is kept (message ids are an account's own)."""
    await db.execute(_ERASE_KEPT, {"clinic": clinic_id, "identity": identity_id, "message": message_id})
    await db.execute(_ERASE_INBOX, {"clinic": clinic_id, "account": account_id, "message": message_id})
