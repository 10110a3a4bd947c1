"""The database calls that open and close a unit, and what the dispatch functions return.

Each is one statement (see `migrations/sql/0002_unit.sql`); the program spends its time in statements,
so the hot path has as few as it can.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.database.storable import storable

Connection = AsyncConnection
Engine = AsyncEngine

_ACCEPT = text(
    "select inbox_id, event_id from accept_events(:clinic, :account, cast(:events as text[]),"
    " cast(:lanes as text[]), cast(:payloads as text[]))"
)
# Messages that wait to be worked on although their sender has taken them back; one that is being worked on now is
# erased when the turn of its withdrawal comes.
_DROP_TAKEN_BACK = text("""
update inbox m set state = 'done', payload = null, done_at = clock_timestamp(), lease_until = null
 where m.clinic_id = :clinic and m.id in (
   select p.id from inbox p
     join inbox u on u.clinic_id = p.clinic_id and u.account_id = p.account_id and u.lane = p.lane
      and u.payload is not null
      and u.payload #>> '{unsend,messageId}' = p.payload #>> '{message,id}'
    where p.clinic_id = :clinic and p.account_id = :account and p.state = 'pending'
      for update of p skip locked)
""")
_BEGIN_EVENT = text("select * from begin_event(:clinic, :inbox, :lease, :name)")
_BEGIN_CLINIC = text("select * from begin_clinic(:clinic)")
_FINISH = text(
    "select finish_unit(:clinic, :inbox, :lease, :identity, cast(:conversation as jsonb),"
    " cast(:outbox as jsonb), cast(:facts as jsonb), :now, :state, :error)"
)
_CLAIM = text("select clinic_id, account_id, inbox_id, lease from claim_inbox(:seconds, :limit)")
_ACCOUNTS = text("select clinic_id, account_id, channel, slug, revision from list_channel_accounts()")
_WORK_LEFT = text("select work_left()")
_FIND_CLINIC = text("select find_clinic(:slug)")
_CLINICS = text("select clinic_id, slug, timezone from list_clinics()")
_FAIL = text(
    "update inbox set attempts = attempts + 1, error = :error,"
    " lease_until = clock_timestamp() + make_interval(secs => attempts + 1)"
    " where clinic_id = :clinic and id = :inbox and lease = :lease and state = 'pending' returning attempts"
)
_GIVE_BACK = text(
    "update inbox set lease_until = clock_timestamp() + make_interval(secs => :seconds)"
    " where clinic_id = :clinic and id = :inbox and lease = :lease and state = 'pending'"
)
_PARK = text(
    "update inbox set state = 'parked', error = :error, lease_until = null"
    " where clinic_id = :clinic and id = :inbox and lease = :lease and state = 'pending'"
)
_SET_CLINIC = text("select set_config('app.clinic_id', cast(:clinic as text), true)")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one inbox event until the lease runs out; `lease` fences off late workers."""

    clinic_id: UUID
    account_id: UUID
    inbox_id: UUID
    lease: int


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """Where an account is; its `revision` grows with every change of its secrets."""

    clinic_id: UUID
    account_id: UUID
    revision: int


def _claimed(claim: Claim) -> dict[str, Any]:
    return {"clinic": claim.clinic_id, "inbox": claim.inbox_id, "lease": claim.lease}


async def accept_events(
    engine: Engine,
    clinic_id: UUID,
    account_id: UUID,
    arrivals: Sequence[tuple[str, str, Mapping[str, Any]]],
    *,
    looks_back: bool = False,
) -> dict[str, UUID]:
    """Put (event id, lane, payload) rows into the inbox, ignoring known ids; returns the new ones' inbox ids.

    `looks_back`: one of them may take back a message that still waits, or be a message that was taken back before
    it came. Such a message is done without being worked on.
    """
    values = {
        "clinic": clinic_id,
        "account": account_id,
        "events": [storable(event) for event, _, _ in arrivals],
        "lanes": [storable(lane) for _, lane, _ in arrivals],
        "payloads": [json.dumps(storable(payload)) for _, _, payload in arrivals],
    }
    async with engine.begin() if looks_back else single(engine) as connection:
        rows = (await connection.execute(_ACCEPT, values)).all()
        if looks_back:
            await connection.execute(_DROP_TAKEN_BACK, {"clinic": clinic_id, "account": account_id})
    return {row.event_id: row.inbox_id for row in rows}


async def begin_event(connection: Connection, claim: Claim, name: str) -> Row[Any] | None:
    """Open the unit of an event; None when another worker has the lease now."""
    values = {"clinic": claim.clinic_id, "inbox": claim.inbox_id, "lease": claim.lease, "name": name}
    return (await connection.execute(_BEGIN_EVENT, values)).one_or_none()


async def begin_clinic(connection: Connection, clinic_id: UUID) -> Row[Any] | None:
    """Open a unit without an event; None when there is no such clinic."""
    return (await connection.execute(_BEGIN_CLINIC, {"clinic": clinic_id})).one_or_none()


async def finish_unit(
    connection: Connection,
    clinic_id: UUID,
    claim: Claim | None,
    identity_id: UUID | None,
    conversation: Mapping[str, Any] | None,
    outbox: Sequence[Mapping[str, Any]],
    facts: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    state: str = "done",
    error: str | None = None,
) -> None:
    """Write what a unit leaves behind, in one statement; raises when the event's lease has been lost."""
    await connection.execute(
        _FINISH,
        {
            "clinic": clinic_id,
            "inbox": claim.inbox_id if claim else None,
            "lease": claim.lease if claim else None,
            "identity": identity_id,
            "conversation": None if conversation is None else _json(conversation),
            "outbox": _json([{"n": n, "inbox_id": claim and claim.inbox_id, **row} for n, row in enumerate(outbox)]),
            "facts": _json([{"n": n, **row} for n, row in enumerate(facts)]),
            "now": now,
            "state": state,
            "error": error,
        },
    )


async def set_clinic(connection: Connection, clinic_id: UUID) -> None:
    """Let the rest of this transaction see one clinic's rows."""
    await connection.execute(_SET_CLINIC, {"clinic": str(clinic_id)})


async def claim_events(engine: Engine, seconds: int, limit: int) -> list[Claim]:
    """Claim the oldest unfinished event of up to `limit` lanes, of all clinics, for `seconds`."""
    async with single(engine) as connection:
        rows = (await connection.execute(_CLAIM, {"seconds": seconds, "limit": limit})).all()
    return [Claim(row.clinic_id, row.account_id, row.inbox_id, row.lease) for row in rows]


async def fail_event(engine: Engine, claim: Claim, error: str) -> int | None:
    """Record that an event's unit broke; it is tried again in a few seconds. Returns how often it broke by now,
    or None when another worker has taken it over."""
    values = {"clinic": claim.clinic_id, "inbox": claim.inbox_id, "lease": claim.lease, "error": error}
    async with engine.begin() as connection:
        await set_clinic(connection, claim.clinic_id)
        attempts: int | None = (await connection.execute(_FAIL, values)).scalar()
    return attempts


async def release_event(engine: Engine, claim: Claim, *, seconds: int) -> None:
    """Give an event back; it may be claimed again after `seconds`. What happened was not its fault."""
    async with engine.begin() as connection:
        await set_clinic(connection, claim.clinic_id)
        await connection.execute(_GIVE_BACK, {**_claimed(claim), "seconds": seconds})


async def park_event(engine: Engine, claim: Claim, error: str) -> None:
    """Set an event aside without opening a unit for it; it is not tried again until somebody replays it."""
    async with engine.begin() as connection:
        await set_clinic(connection, claim.clinic_id)
        await connection.execute(_PARK, {**_claimed(claim), "error": error})


@asynccontextmanager
async def single(engine: Engine) -> AsyncIterator[Connection]:
    """A connection for one statement, which commits by itself: one trip to the server instead of three."""
    async with engine.connect() as connection:
        yield await connection.execution_options(isolation_level="AUTOCOMMIT")


async def ping(engine: Engine) -> None:
    """Raise unless the database answers."""
    async with single(engine) as connection:
        await connection.execute(text("select 1"))


async def list_accounts(engine: Engine) -> dict[tuple[str, str], AccountEntry]:
    """(channel, clinic slug) -> the account, for every webhook address there is."""
    async with single(engine) as connection:
        rows = (await connection.execute(_ACCOUNTS)).all()
    return {(row.channel, row.slug): AccountEntry(row.clinic_id, row.account_id, row.revision) for row in rows}


async def find_clinic(engine: Engine, slug: str) -> UUID | None:
    """The id of a clinic by its slug."""
    async with single(engine) as connection:
        found: UUID | None = (await connection.execute(_FIND_CLINIC, {"slug": slug})).scalar()
    return found


async def work_left(engine: Engine) -> bool:
    """Whether any event is pending or any message could be sent now, in any clinic."""
    async with single(engine) as connection:
        return bool((await connection.execute(_WORK_LEFT)).scalar())


async def list_clinics(engine: Engine) -> list[tuple[UUID, str, str]]:
    """(id, slug, time zone) of every clinic: what the scheduler needs to go round them."""
    async with single(engine) as connection:
        rows = (await connection.execute(_CLINICS)).all()
    return [(row.clinic_id, row.slug, row.timezone) for row in rows]


def _json(value: object) -> str:
    return json.dumps(value, default=str)
