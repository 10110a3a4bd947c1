"""The outbox: claiming rows that are due and recording what became of them. Real time throughout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from domain.database.session import Connection, Engine, set_clinic, single

# An earlier row of the same chat and class that has to wait makes the later ones wait too: order holds. An edit
# waits until the card it changes has been sent or given up. Alarms and answers go before the rest, menus after it;
# of a chat's menus the newest is enough, as long as both are of the same installation. One moment counts for all rows:
# the cards of an answer share a reply token and are due together, or one alone would use it up for the others.
_CLAIM = text("""
with due as (
  select o.id, o.row_kind, o.recipient, o.seq, o.content ->> 'version' as version from outbox o
   where o.clinic_id = :clinic and o.account_id = :account and o.state in ('pending', 'sending')
     and (o.lease_until is null or o.lease_until < statement_timestamp())
     and (o.not_before is null or o.not_before <= statement_timestamp())
     and not exists (
       select 1 from outbox e
        where e.clinic_id = o.clinic_id and e.account_id = o.account_id and e.recipient = o.recipient
          and e.message_class = o.message_class and e.seq < o.seq and e.state in ('pending', 'sending')
          and (e.lease_until >= statement_timestamp() or e.not_before > statement_timestamp()))
     and not exists (
       select 1 from outbox t
        where t.clinic_id = o.clinic_id and t.id = o.edits_id and t.state in ('pending', 'sending'))
   order by array_position(array['safety', 'answer'], o.message_class), o.message_class = 'menu', o.seq
   limit :limit
   for update skip locked
), judged as (
  select due.id, due.row_kind = 'menu' and exists (
           select 1 from outbox n
            where n.clinic_id = :clinic and n.account_id = :account and n.recipient = due.recipient
              and n.row_kind = 'menu' and n.state in ('pending', 'sending') and n.seq > due.seq
              and n.content ->> 'version' = due.version) as superseded
    from due
), claimed as (
  update outbox o
     set lease_until = case when not superseded then clock_timestamp() + make_interval(secs => :seconds) end,
         state = case when superseded then 'dropped' else o.state end,
         error = case when superseded then 'superseded' else o.error end
    from judged where o.clinic_id = :clinic and o.id = judged.id
  returning o.*
)
select c.*, c.state = 'sending' as taken_over, p.language, t.message_ids as edited_ids
  from claimed c
  left join persons p on p.clinic_id = c.clinic_id and p.id = c.person_id
  left join outbox t on t.clinic_id = c.clinic_id and t.id = c.edits_id and t.state = 'sent'
 where c.state <> 'dropped'
 order by array_position(array['safety', 'answer'], c.message_class), c.message_class = 'menu', c.seq
""")
_BEGIN = text("select id from begin_sending(:clinic, cast(:rows as jsonb), :seconds)")
_RECORD = text("select record_verdicts(:clinic, cast(:verdicts as jsonb))")
_GIVE_BACK = text("""
update outbox o set lease_until = null
  from jsonb_to_recordset(cast(:rows as jsonb)) as r (id uuid, attempts int)
 where o.clinic_id = :clinic and o.id = r.id and o.attempts = r.attempts and o.state in ('pending', 'sending')
""")
_READ = text("""
select o.*, p.language, null as edited_ids, false as taken_over from outbox o
  left join persons p on p.clinic_id = o.clinic_id and p.id = o.person_id
 where o.clinic_id = :clinic and o.id = :id
""")
_UNREACHABLE = text("update channel_identities set reachable = false where clinic_id = :clinic and id = :identity")
_OTHER_CHAT = text("""
select i.account_id, i.id, i.external_id from channel_identities i
 where i.clinic_id = :clinic and i.person_id = :person and i.reachable and i.id <> :identity
 order by i.last_seen_at desc limit 1
""")
# At once to another chat; a row that has come from there waits, or it would go to and fro for ever. The number of the
# attempt fences off a sender whom another has overtaken.
_REROUTE = text("""
update outbox set account_id = :account, identity_id = :identity, recipient = :recipient, state = 'pending',
       not_before = case when error like 'rerouted%' then cast(:wait_until as timestamptz) end, error = 'rerouted',
       lease_until = null, reply_token = null
 where clinic_id = :clinic and id = :id and attempts = :attempts and state = 'sending'
""")
# A higher number of the attempt fences off a sender that holds the row as it was.
_LEAVE_CHAT = text("""
with other as (
  select distinct on (gone.id) gone.id as gone, i.account_id, i.id, i.external_id
    from channel_identities gone
    join channel_identities i on i.clinic_id = gone.clinic_id and i.person_id = gone.person_id
     and i.reachable and i.id <> gone.id
   where gone.clinic_id = :clinic and gone.id = :identity
   order by gone.id, i.last_seen_at desc
)
update outbox o
   set account_id = coalesce(other.account_id, o.account_id), identity_id = coalesce(other.id, o.identity_id),
       recipient = coalesce(other.external_id, o.recipient), attempts = o.attempts + 1,
       state = case when other.id is null then 'refused' else 'pending' end,
       error = case when other.id is null then 'blocked: the person left' end,
       lease_until = null, not_before = null, reply_token = null
  from outbox w left join other on w.row_kind = 'notice'
 where w.clinic_id = :clinic and w.identity_id = :identity and w.state = 'pending'
   and o.clinic_id = :clinic and o.id = w.id
""")
_RELEASE = text("select release_accounts(:holder)")
_RELEASE_ONE = text("""
update channel_accounts set lease_until = null where clinic_id = :clinic and id = :account and holder = :holder
""")
_ACCOUNTS = text("select clinic_id, account_id from claim_accounts(:holder, :seconds)")
_MENUS_LEFT = text("""
select exists (select 1 from outbox where clinic_id = :clinic and account_id = :account
                  and row_kind = 'menu' and state in ('pending', 'sending'))
""")
_HOLD = text("update channel_accounts set hold_until = :until where clinic_id = :clinic and id = :account")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One outbox row on its way out. `taken_over`: an earlier try may already have sent it.

    `inbox_id` is the event that it answers or follows from, if one did.
    """

    id: UUID
    row_kind: str
    message_class: str
    identity_id: UUID
    person_id: UUID
    recipient: str
    notice_kind: str | None
    content: Mapping[str, Any]
    reply_token: str | None
    reply_until: datetime | None
    retry_key: UUID
    repeated: bool
    attempts: int
    language: str | None
    edited_ids: Sequence[str] | None = None
    taken_over: bool = False
    inbox_id: UUID | None = None


async def claim_accounts(engine: Engine, holder: UUID, seconds: int) -> list[tuple[UUID, UUID]]:
    """Become (or stay) the one that sends for every account with due rows that nobody else holds."""
    async with single(engine) as db:
        rows = (await db.execute(_ACCOUNTS, {"holder": holder, "seconds": seconds})).all()
    return [(row.clinic_id, row.account_id) for row in rows]


async def claim_due(db: Connection, clinic_id: UUID, account_id: UUID, *, seconds: int, limit: int) -> list[Outgoing]:
    """Lease rows of one account that are due, alarms and answers first, each class oldest first.

    Menus that newer ones of their chats supersede end here: only the newest is sent.
    """
    values = {"clinic": clinic_id, "account": account_id, "seconds": seconds, "limit": limit}
    rows = [_outgoing(row) for row in (await db.execute(_CLAIM, values)).all()]
    whole = rows if len(rows) < limit else _without_the_last_answer(rows)
    await _give_back(db, clinic_id, rows[len(whole) :])
    return whole


def _without_the_last_answer(rows: list[Outgoing]) -> list[Outgoing]:
    """A claim that is full may have been cut in the middle of an answer, whose cards must go together."""
    last = rows[-1]
    if last.reply_token is None:
        return rows
    return [row for row in rows if (row.recipient, row.reply_token) != (last.recipient, last.reply_token)] or rows


async def read(db: Connection, clinic_id: UUID, outbox_id: UUID) -> Outgoing | None:
    """One row as it stands: what a picture is drawn from."""
    row = (await db.execute(_READ, {"clinic": clinic_id, "id": outbox_id})).one_or_none()
    return _outgoing(row) if row else None


async def record(engine: Engine, clinic_id: UUID, verdicts: str) -> None:
    """Record what became of rows; `verdicts` is a JSON list. Rows another process has settled are left alone."""
    async with single(engine) as db:
        await db.execute(_RECORD, {"clinic": clinic_id, "verdicts": verdicts})


async def menus_left(db: Connection, clinic_id: UUID, account_id: UUID) -> bool:
    """Whether some chat of the account has yet to be shown its menu."""
    return bool((await db.execute(_MENUS_LEFT, {"clinic": clinic_id, "account": account_id})).scalar())


async def begin_sending(engine: Engine, clinic_id: UUID, rows: Sequence[Outgoing], seconds: int) -> set[UUID]:
    """Write down that rows are about to be sent; returns those that are still ours to send.

    The attempt's number is the fence: whoever holds an older one can neither begin nor record any more.
    """
    data = [{"id": str(row.id), "attempts": row.attempts, "repeated": row.repeated} for row in rows]
    values = {"clinic": clinic_id, "rows": json.dumps(data), "seconds": seconds}
    async with single(engine) as db:
        return set((await db.execute(_BEGIN, values)).scalars())


async def give_back(engine: Engine, clinic_id: UUID, rows: Sequence[Outgoing]) -> None:
    """Give up the lease of claimed rows that have not been begun, by anybody; they keep their place in their chat."""
    async with engine.begin() as db:
        await set_clinic(db, clinic_id)
        await _give_back(db, clinic_id, rows)


async def _give_back(db: Connection, clinic_id: UUID, rows: Sequence[Outgoing]) -> None:
    if rows:
        data = [{"id": str(row.id), "attempts": row.attempts} for row in rows]
        await db.execute(_GIVE_BACK, {"clinic": clinic_id, "rows": json.dumps(data)})


async def release_accounts(engine: Engine, holder: UUID) -> None:
    """Give up every account's lease, so that the next process need not wait for it."""
    async with single(engine) as db:
        await db.execute(_RELEASE, {"holder": holder})


async def release_account(engine: Engine, clinic_id: UUID, account_id: UUID, holder: UUID) -> None:
    """Give up one account's lease: somebody else may be able to send for it."""
    async with engine.begin() as db:
        await set_clinic(db, clinic_id)
        await db.execute(_RELEASE_ONE, {"clinic": clinic_id, "account": account_id, "holder": holder})


async def hold_account(engine: Engine, clinic_id: UUID, account_id: UUID, until: datetime) -> None:
    """Let nobody send for an account before `until`: the platform asked for it."""
    async with engine.begin() as db:
        await set_clinic(db, clinic_id)
        await db.execute(_HOLD, {"clinic": clinic_id, "account": account_id, "until": until})


async def reroute(
    engine: Engine, clinic_id: UUID, row: Outgoing, *, blocked: bool, wait_until: datetime | None
) -> bool:
    """This chat will not do: send a notice to the person's other chat. True if there is one.

    `blocked`: the person blocked this chat; it is not tried again until they return. `wait_until`: when it is worth
    another try here, which is also when the other chat is tried if the notice has come from there.
    """
    async with engine.begin() as db:
        await set_clinic(db, clinic_id)
        if blocked:
            await db.execute(_UNREACHABLE, {"clinic": clinic_id, "identity": row.identity_id})
        if row.row_kind != "notice":
            return False
        values = {"clinic": clinic_id, "person": row.person_id, "identity": row.identity_id}
        other = (await db.execute(_OTHER_CHAT, values)).one_or_none()
        if other is None:
            return False
        chat = {"account": other.account_id, "identity": other.id, "recipient": other.external_id}
        fence = {"attempts": row.attempts, "wait_until": wait_until}
        await db.execute(_REROUTE, {"clinic": clinic_id, "id": row.id, **fence, **chat})
        return True


async def leave_chat(db: Connection, clinic_id: UUID, identity_id: UUID) -> None:
    """The person blocked this chat: notices that wait for it go to their other chat; all else is given up."""
    await db.execute(_LEAVE_CHAT, {"clinic": clinic_id, "identity": identity_id})


def _outgoing(row: Row[Any]) -> Outgoing:
    return Outgoing(**{name: getattr(row, name) for name in Outgoing.__slots__})
