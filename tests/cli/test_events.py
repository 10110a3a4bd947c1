"""`aura events`: what lies aside is listed and tried again, and nothing that anybody wrote is shown."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from domain.database import inbox, session
from tests.cli.conftest import Aura, query
from tests.cli.scenes import SECRET_WORDS, comes_in, opens, parks, program_of, works
from tests.conftest import Database


@pytest.fixture
def parked(aura: Aura, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Two clinics: three parked events and a done one of the first, one parked event of the second."""

    async def happens() -> dict[str, list[str]]:
        async with program_of(aura) as program:
            ours, theirs = await opens(program, "ours"), await opens(program, "theirs")
            [done] = await comes_in(program, ours, 1)
            await works(program)
            found = {"done": [done], "ours": await comes_in(program, ours, 4)}
            found["theirs"] = await comes_in(program, theirs, 1)
            await parks(program, monkeypatch)
            return found

    return asyncio.run(happens())


def test_events_are_listed_without_what_they_say(aura: Aura, parked: dict[str, list[str]]) -> None:
    listed = aura.json("events", "list")["events"]
    assert [event["id"] for event in listed] == [*parked["theirs"], *reversed(parked["ours"])]
    assert {(event["clinic"], event["channel"], event["state"]) for event in listed} == {
        ("ours", "telegram", "parked"),
        ("theirs", "telegram", "parked"),
    }
    assert {(event["attempts"], event["error"], event["erased"]) for event in listed} == {(1, "KeyError", False)}
    assert [event["id"] for event in aura.json("events", "list", "--clinic", "theirs")["events"]] == parked["theirs"]
    assert [event["id"] for event in aura.json("events", "list", "--state", "done")["events"]] == parked["done"]
    assert len(aura.json("events", "list", "--limit", "2")["events"]) == 2
    assert aura.json("events", "list", "--state", "pending") == {"events": []}
    said = aura("events", "list")
    assert len(said.stdout.splitlines()) == 4
    assert "parked after 1 tries: KeyError" in said.stdout
    assert SECRET_WORDS not in said.output


def test_a_replayed_event_is_done_by_a_program_that_has_been_mended(
    aura: Aura, database: Database, parked: dict[str, list[str]]
) -> None:
    first, second, third = parked["ours"]
    assert aura.json("events", "replay", first, *parked["theirs"])["replayed"] == [first, *parked["theirs"]]
    assert aura("events", "list", "--state", "pending").stdout.count(" pending\n") == 2
    states = "select state, attempts, error, done_at from inbox where id = any($1::uuid[])"
    assert [tuple(row) for row in query(database, states, [first])] == [("pending", 0, None, None)]
    assert aura.json("events", "replay", "--all-parked", "--clinic", "theirs")["replayed"] == []
    assert set(aura.json("events", "replay", "--all-parked")["replayed"]) == {second, third}
    assert aura.json("events", "replay", "--all-parked")["replayed"] == []

    async def mended() -> None:
        async with program_of(aura) as program:
            await works(program)

    asyncio.run(mended())
    replayed = [*parked["ours"], *parked["theirs"]]
    assert [row["state"] for row in query(database, states, replayed)] == ["done"] * 4
    assert len(query(database, "select 1 from outbox where inbox_id = any($1::uuid[])", replayed)) == 4
    assert aura.json("events", "list") == {"events": []}
    assert "not parked" in aura.refused("events", "replay", first)
    assert [row["state"] for row in query(database, states, replayed)] == ["done"] * 4


def test_what_cannot_be_replayed_is_said_and_changes_nothing(
    aura: Aura, database: Database, parked: dict[str, list[str]]
) -> None:
    good, erased = parked["ours"][:2]
    query(database, "update inbox set payload = null where id = $1::uuid", erased)
    stranger = str(uuid4())
    for event, said in (
        (stranger, f"no event {stranger}"),
        (parked["done"][0], "is done, not parked"),
        (erased, "erased"),
    ):
        assert said in aura.refused("events", "replay", good, event)
    assert "no event" in aura.refused("events", "replay", good, "--clinic", "theirs")
    assert "name the events" in aura.refused("events", "replay")
    assert "name the events" in aura.refused("events", "replay", good, "--all-parked")
    assert "no clinic nowhere" in aura.refused("events", "replay", "--all-parked", "--clinic", "nowhere")
    assert aura("events", "replay", "no-id").exit_code == 2
    assert len(query(database, "select 1 from inbox where state = 'parked'")) == 4

    async def at_the_same_moment() -> list[UUID]:
        """Somebody else was faster, after this one had looked."""
        async with program_of(aura) as program:
            clinic_id = await session.find_clinic(program.engine, "ours")
            assert clinic_id is not None
            async with program.units.clinic(clinic_id) as unit:
                return await inbox.replay_events(unit.db, clinic_id, [UUID(parked["done"][0]), UUID(erased)])

    assert asyncio.run(at_the_same_moment()) == []
    left = [event["id"] for event in aura.json("events", "list")["events"] if event["erased"]]
    assert left == [erased]
    assert erased not in aura.json("events", "replay", "--all-parked")["replayed"]


def test_messages_in_doubt_are_listed_without_what_they_say(
    aura: Aura, database: Database, parked: dict[str, list[str]]
) -> None:
    assert aura.json("events", "list", "--messages") == {"messages": []}
    event = parked["ours"][0]
    unknown = "update outbox set state = 'unknown', error = 'no answer' where inbox_id = $1::uuid returning id"
    [row] = query(database, unknown, event)
    [message] = aura.json("events", "list", "--messages")["messages"]
    assert (message["id"], message["inbox_id"], message["state"]) == (str(row["id"]), event, "unknown")
    assert message.keys().isdisjoint({"content", "recipient", "person_id", "reply_token"})
    assert "ours telegram  answer answer  unknown: no answer" in aura("events", "list", "--messages").stdout
    assert aura.json("events", "list", "--messages", "--state", "refused") == {"messages": []}
    assert "there is no state parked" in aura.refused("events", "list", "--messages", "--state", "parked")
    assert "there is no state unknown" in aura.refused("events", "list", "--state", "unknown")
