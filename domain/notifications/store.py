"""SQL of notifications: which chat reaches a person, which sent cards are about a subject, and news not told yet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from domain.clinics.tables import channel_accounts
from domain.database.session import Connection
from domain.database.tables import outbox
from domain.notifications.tables import news
from domain.people.tables import channel_identities, persons


@dataclass(frozen=True, slots=True)
class Chat:
    """One person's chat on one account."""

    account_id: UUID
    identity_id: UUID
    person_id: UUID
    recipient: str


@dataclass(frozen=True, slots=True)
class SentCard:
    """A card in the outbox that an edit may replace."""

    outbox_id: UUID
    chat: Chat


@dataclass(frozen=True, slots=True)
class Amended:
    """A notice whose facts have changed."""

    card: SentCard
    kind: str
    facts: Mapping[str, Any]


_i = channel_identities.c
_CHATS = (
    select(_i.account_id, _i.id, _i.person_id, _i.external_id)
    .ext(distinct_on(_i.person_id))
    .join(persons, and_(persons.c.clinic_id == _i.clinic_id, persons.c.id == _i.person_id))
    .join(
        channel_accounts,
        and_(channel_accounts.c.clinic_id == _i.clinic_id, channel_accounts.c.id == _i.account_id),
    )
    .where(
        _i.clinic_id == bindparam("clinic"),
        _i.person_id.in_(bindparam("people", expanding=True)),
        _i.reachable,
    )
    .order_by(
        _i.person_id,
        (channel_accounts.c.channel == persons.c.preferred_channel).desc().nulls_last(),
        _i.last_seen_at.desc(),
    )
)
_ABOUT = select(outbox.c.id, outbox.c.account_id, outbox.c.identity_id, outbox.c.person_id, outbox.c.recipient).where(
    outbox.c.clinic_id == bindparam("clinic"),
    outbox.c.subject == bindparam("subject"),
    outbox.c.row_kind != "edit",
    outbox.c.state.in_(("pending", "sending", "sent", "unknown")),
)
_AMEND = text(
    "update outbox set content = content || cast(:changes as jsonb)"
    " where clinic_id = :clinic and subject = :subject and row_kind = 'notice'"
    " returning id, account_id, identity_id, person_id, recipient, notice_kind, content, state"
)


async def chats_of(db: Connection, clinic_id: UUID, person_ids: Sequence[UUID]) -> list[Chat]:
    """The one chat each person is to be reached in; persons who cannot be reached are missing."""
    if not person_ids:
        return []
    rows = (await db.execute(_CHATS, {"clinic": clinic_id, "people": list(set(person_ids))})).all()
    chats = {row.person_id: Chat(row.account_id, row.id, row.person_id, row.external_id) for row in rows}
    return [chats[person] for person in dict.fromkeys(person_ids) if person in chats]


async def sent_about(db: Connection, clinic_id: UUID, subject: str) -> list[SentCard]:
    """Cards about a subject that people see, or soon will."""
    rows = (await db.execute(_ABOUT, {"clinic": clinic_id, "subject": subject})).all()
    return [SentCard(r.id, Chat(r.account_id, r.identity_id, r.person_id, r.recipient)) for r in rows]


async def amend(db: Connection, clinic_id: UUID, subject: str, changes: Mapping[str, Any]) -> list[Amended]:
    """Change facts in every notice about a subject; returns those that people see already."""
    values = {"clinic": clinic_id, "subject": subject, "changes": json.dumps(changes)}
    rows = (await db.execute(_AMEND, values)).all()
    return [
        Amended(
            SentCard(r.id, Chat(r.account_id, r.identity_id, r.person_id, r.recipient)),
            r.notice_kind,
            r.content,
        )
        for r in rows
        if r.state in ("sending", "sent", "unknown")
    ]


async def add_news(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One more piece of news for a person."""
    await db.execute(insert(news).values(clinic_id=clinic_id, **values))


async def waiting_news(db: Connection, clinic_id: UUID, person_id: UUID) -> tuple[datetime, datetime] | None:
    """When the first and the last piece of news came up that a person was not told; None when there is none."""
    n = news.c
    query = select(func.min(n.at), func.max(n.at)).where(n.clinic_id == clinic_id, n.person_id == person_id)
    first, last = (await db.execute(query)).one()
    return (first, last) if first else None


async def take_news(db: Connection, clinic_id: UUID, person_id: UUID) -> list[tuple[str, Mapping[str, Any]]]:
    """A person's news, oldest first, as kind and facts; nobody else will be given them."""
    n = news.c
    mine = delete(news).where(n.clinic_id == clinic_id, n.person_id == person_id)
    rows = (await db.execute(mine.returning(n.kind, n.facts, n.at))).all()
    return [(row.kind, row.facts) for row in sorted(rows, key=lambda row: row.at)]
