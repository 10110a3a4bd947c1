"""Leases: a worker that fell asleep and woke up too late is fenced off, and an account is polled by one process."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.catalogue import add_clinic
from domain.clinics.store import save_account
from domain.database import errors, session
from domain.database.outbox import claim_accounts, claim_due, release_account
from domain.database.polls import claim_polls, release_polls
from domain.database.session import Claim, Engine
from domain.reactions import react
from domain.unit import Units


async def _event(units: Units, owner: asyncpg.Connection) -> tuple[Claim, Claim]:
    """An event claimed twice: by a worker that fell asleep, and by the one that took over."""
    clinic_id = await add_clinic(units, slug="DRG", name_th="ดาวเรือง", name_en="Daoruang")
    async with units.clinic(clinic_id) as unit:
        await save_account(
            unit.db,
            clinic_id,
            channel="line",
            external_id="U1",
            handle="@1",
            name="Daoruang",
            secrets=b"",
            settings={},
        )
    account_id = await owner.fetchval("select id from channel_accounts")
    await session.accept_events(units.engine, clinic_id, account_id, [("E1", "U2", {"type": "message"})])
    [asleep] = await session.claim_events(units.engine, 60, 10)
    assert await session.claim_events(units.engine, 60, 10) == []
    await owner.execute("update inbox set lease_until = clock_timestamp() - interval '1 s'")
    [awake] = await session.claim_events(units.engine, 60, 10)
    assert asleep.inbox_id == awake.inbox_id
    assert asleep.lease < awake.lease
    return asleep, awake


async def test_a_worker_that_lost_its_lease_gets_no_unit(engine: Engine, owner: asyncpg.Connection) -> None:
    units = Units(engine, react)
    asleep, awake = await _event(units, owner)
    async with units.event(asleep) as unit:
        assert unit is None
    async with units.event(awake) as unit:
        assert unit is not None
    async with units.event(awake) as unit:
        assert unit is None, "what is done is not begun again"
    assert await owner.fetchval("select count(*) from persons") == 1


async def test_what_a_fenced_off_worker_did_is_undone(engine: Engine, owner: asyncpg.Connection) -> None:
    units = Units(engine, react)
    asleep, _ = await _event(units, owner)
    with pytest.raises(DBAPIError) as caught:
        await _finishes_late(units, asleep)
    assert errors.sqlstate(caught.value) == errors.LEASE_LOST
    assert await owner.fetchval("select count(*) from clinic_counters") == 0
    assert await owner.fetchval("select state from inbox") == "pending"


async def _finishes_late(units: Units, asleep: Claim) -> None:
    async with units.clinic(asleep.clinic_id) as unit:
        await unit.db.execute(
            text("insert into clinic_counters (clinic_id, name, value) values (:clinic, 'receipt', 1)"),
            {"clinic": asleep.clinic_id},
        )
        await session.finish_unit(unit.db, asleep.clinic_id, asleep, None, None, [], [], unit.now)


async def _polled(units: Units, slug: str, mode: str = "polling") -> UUID:
    clinic_id = await add_clinic(units, slug=slug, name_th="ดาวเรือง", name_en="Daoruang")
    async with units.clinic(clinic_id) as unit:
        return await save_account(
            unit.db,
            clinic_id,
            channel="telegram",
            external_id="1",
            handle="bot",
            name="Daoruang",
            secrets=b"",
            settings={"mode": mode} if mode else {},
        )


async def test_one_process_at_a_time_polls_an_account(engine: Engine, owner: asyncpg.Connection) -> None:
    units = Units(engine, react)
    ours, theirs = [await _polled(units, slug) for slug in ("DRG", "BUA")]
    for number, mode in enumerate(("webhook", "", "Polling")):
        await _polled(units, f"x{number}", mode)
    first, second = uuid4(), uuid4()
    one, other = await asyncio.gather(*(claim_polls(engine, who, 40) for who in (first, second)))
    assert sorted([*one, *other]) == sorted([ours, theirs]), "each has one holder"
    await release_polls(engine, first)
    await release_polls(engine, second)
    held = await claim_polls(engine, first, 40)
    assert held.keys() == {ours, theirs}
    assert all(39 < seconds <= 40 for seconds in held.values())
    assert await claim_polls(engine, second, 40) == {}
    await release_polls(engine, second)
    assert await claim_polls(engine, second, 40) == {}, "only the holder gives up its leases"
    over = "update channel_accounts set poll_until = clock_timestamp() - interval '1 s' where id = $1"
    await owner.execute(over, ours)
    assert (await claim_polls(engine, second, 40)).keys() == {ours}
    assert (await claim_polls(engine, first, 40)).keys() == {theirs}
    await owner.execute("update channel_accounts set settings = '{}' where id = $1", theirs)
    assert await claim_polls(engine, first, 40) == {}, "it is polled no more"


async def _due(units: Units, owner: asyncpg.Connection, *contents: dict[str, str]) -> tuple[UUID, UUID]:
    """A clinic and its account, which is polled and has menus to show in one chat."""
    account_id = await _polled(units, "DRG")
    clinic_id = await owner.fetchval("select id from clinics")
    await session.accept_events(units.engine, clinic_id, account_id, [("1", "1", {})])
    identity = (
        "insert into channel_identities (clinic_id, person_id, account_id, external_id, last_seen_at)"
        " select clinic_id, id, $1, '1', now() from persons returning id"
    )
    await owner.execute("insert into persons (clinic_id, created_at) values ($1, now())", clinic_id)
    identity_id = await owner.fetchval(identity, account_id)
    for content in contents:
        await owner.execute(
            "insert into outbox (clinic_id, row_kind, message_class, account_id, identity_id, person_id, recipient,"
            " content, created_at) select clinic_id, 'menu', 'menu', account_id, id, person_id, '1', $2, now()"
            " from channel_identities where id = $1",
            identity_id,
            json.dumps(content),
        )
    return clinic_id, account_id


async def test_an_account_that_is_being_written_for_can_be_claimed(engine: Engine, owner: asyncpg.Connection) -> None:
    """Whatever refers to it locks its key, all the time: that keeps nobody from sending or polling for it."""
    clinic_id, account_id = await _due(Units(engine, react), owner, {})
    async with owner.transaction():
        await owner.execute("select 1 from channel_accounts for key share")
        assert await claim_accounts(engine, uuid4(), 20) == [(clinic_id, account_id)]
        assert (await claim_polls(engine, uuid4(), 20)).keys() == {account_id}


async def test_only_the_holder_gives_up_the_lease_of_one_account(engine: Engine, owner: asyncpg.Connection) -> None:
    clinic_id, account_id = await _due(Units(engine, react), owner, {})
    holder, other = uuid4(), uuid4()
    await claim_accounts(engine, holder, 20)
    await release_account(engine, clinic_id, account_id, other)
    assert await claim_accounts(engine, other, 20) == []
    await release_account(engine, clinic_id, account_id, holder)
    assert await claim_accounts(engine, other, 20) == [(clinic_id, account_id)]


async def test_of_a_chats_menus_the_newest_of_each_installation_is_claimed(
    engine: Engine, owner: asyncpg.Connection
) -> None:
    units = Units(engine, react)
    shown = [{"menu": menu, "version": version} for menu, version in (("a", "1"), ("b", "1"), ("a", "1"), ("c", "2"))]
    clinic_id, account_id = await _due(units, owner, *shown)
    async with units.clinic(clinic_id) as unit:
        claimed = await claim_due(unit.db, clinic_id, account_id, seconds=20, limit=20)
    assert [row.content for row in claimed] == shown[2:]
    states = await owner.fetch("select state, lease_until is not null from outbox order by seq")
    assert [tuple(row) for row in states] == [("dropped", False)] * 2 + [("pending", True)] * 2


async def test_an_answer_is_claimed_with_all_its_cards_or_not_at_all(engine: Engine, owner: asyncpg.Connection) -> None:
    """They share a reply token, which one card alone would use up."""
    units = Units(engine, react)
    clinic_id, account_id = await _due(units, owner, {})
    await owner.execute("update outbox set state = 'dropped'")
    answers = (
        "insert into outbox (clinic_id, row_kind, message_class, account_id, identity_id, person_id, recipient,"
        " content, created_at, reply_token)"
        " select clinic_id, 'answer', 'answer', account_id, id, person_id, $1, '{}', now(), $1"
        " from channel_identities, generate_series(1, 2)"
    )
    for token in "ab":
        await owner.execute(answers, token)
    claimed = []
    for limit in (3, 3, 1, 1):
        async with units.clinic(clinic_id) as unit:
            rows = await claim_due(unit.db, clinic_id, account_id, seconds=20, limit=limit)
            claimed.append("".join(row.reply_token or "" for row in rows))
    assert claimed == ["aa", "bb", "", ""]


async def test_a_lease_that_cannot_be_renewed_now_is_still_told(engine: Engine, owner: asyncpg.Connection) -> None:
    account_id, holder = await _polled(Units(engine, react), "DRG"), uuid4()
    await claim_polls(engine, holder, 40)
    async with owner.transaction():
        await owner.execute("select 1 from channel_accounts for update")
        async with asyncio.timeout(5):
            kept = await claim_polls(engine, holder, 4000)
    assert 0 < kept[account_id] <= 40
