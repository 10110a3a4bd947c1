"""Outbox rows as the tests of verdicts use them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.database.outbox import Outgoing

NOW = datetime(2026, 7, 17, 5, 0, tzinfo=UTC)
REPLY_SECONDS = timedelta(minutes=1)
TOKEN = "r" * 32


def row(**changes: Any) -> Outgoing:
    """A person's answer on its first try, as a push; with `reply_token`, a reply whose minute has just begun."""
    fields: dict[str, Any] = {
        "id": UUID(int=1),
        "row_kind": "answer",
        "message_class": "answer",
        "identity_id": UUID(int=2),
        "person_id": UUID(int=3),
        "recipient": "U1",
        "notice_kind": None,
        "content": {"card": {"text": "สวัสดีค่ะ"}},
        "reply_token": None,
        "reply_until": NOW + REPLY_SECONDS if changes.get("reply_token") else None,
        "retry_key": UUID(int=4),
        "repeated": False,
        "attempts": 1,
        "language": "th",
    }
    return Outgoing(**{**fields, **changes})
