"""Use cases that put messages for people into the outbox.

A notice is a kind with facts; the presenter in `handlers/` makes a card of it when it is sent, in the
person's language then. Everything here only adds to `unit.outbox`, which is written when the unit ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain.notifications import store
from domain.notifications.store import Chat
from domain.unit import Unit


async def notify(
    unit: Unit,
    person_ids: Sequence[UUID],
    kind: str,
    facts: Mapping[str, Any],
    *,
    message_class: str = "service",
    subject: str | None = None,
) -> int:
    """Tell each person once, on their preferred channel (else the one they last wrote from).

    `facts` must be JSON-able and bilingual where the clinic owns the words. `subject` (as `task:ID`)
    lets `replace` change the card later. Returns how many can be reached; the others get nothing.
    """
    chats = await store.chats_of(unit.db, unit.clinic.id, person_ids)
    for chat in chats:
        unit.outbox.append(_row("notice", chat, kind, facts, message_class, subject))
    return len(chats)


async def can_reach(unit: Unit, person_id: UUID) -> bool:
    """Whether a notice would find a chat of this person."""
    return bool(await store.chats_of(unit.db, unit.clinic.id, [person_id]))


async def replace(
    unit: Unit, subject: str, kind: str, facts: Mapping[str, Any], *, person_id: UUID | None = None
) -> None:
    """Change every card about `subject` that was sent or is on its way, where the channel can change cards.

    With `person_id` only the cards of this person.
    """
    for sent in await store.sent_about(unit.db, unit.clinic.id, subject):
        if person_id not in (None, sent.chat.person_id):
            continue
        row = _row("edit", sent.chat, kind, facts, "service", None)
        unit.outbox.append({**row, "edits_id": sent.outbox_id})


async def amend(unit: Unit, subject: str, **changes: Any) -> None:
    """Change facts in every notice about `subject`: the old ones are kept nowhere, and cards that can change do."""
    for seen in await store.amend(unit.db, unit.clinic.id, subject, changes):
        row = _row("edit", seen.card.chat, seen.kind, seen.facts, "service", None)
        unit.outbox.append({**row, "edits_id": seen.card.outbox_id})


def plain(record: Any) -> dict[str, Any]:
    """A record (dataclass) as the facts of a notice: every field, ids and moments as text."""
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case _ if is_dataclass(value):
            return plain(value)
        case _:
            return value


def _row(
    row_kind: str, chat: Chat, kind: str, facts: Mapping[str, Any], message_class: str, subject: str | None
) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "row_kind": row_kind,
        "message_class": message_class,
        "account_id": chat.account_id,
        "identity_id": chat.identity_id,
        "person_id": chat.person_id,
        "recipient": chat.recipient,
        "notice_kind": kind,
        "subject": subject,
        "content": dict(facts),
        "state": "pending",
        "attempts": 0,
    }
