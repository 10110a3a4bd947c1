"""What platforms do with events: bring them again, late, in another order, many in one body, and new ones."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.faults.bodies import event, post, said
from tests.faults.crowd import ANSWERS, Crowd
from tests.faults.effects import effects
from tests.faults.messages import check_messages
from tests.faults.registry import Trial, fault, times
from tests.faults.rig import Rig

CHANNELS = ("line", "telegram")
AGAIN = {"deliveryContext": {"isRedelivery": True}}
AGED = "update inbox set received_at = received_at - $1::interval, done_at = done_at - $1::interval"


@fault("F5", "every event of a visit brought again: at once, 20 at a time, after an hour, within and after 30 days")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_an_event_brought_again_does_nothing(trial: Trial, channel: str) -> None:
    async with trial.rig() as world:
        await world.meets("calm")
        crowd = Crowd(world, "calm", channel)
        await crowd.gathers(2)
        await crowd.comes()
        await world.settles()
        once = await effects(world, "calm")
        events = [row["event_id"] for row in await world.truth("select event_id from inbox order by seq")]
        assert len(events) == 8
        days = iter(range(1, 9))
        await _again(world, channel, events)
        await asyncio.gather(*(_again(world, channel, events) for _ in range(times(5, 20))))
        for age in (timedelta(hours=1), timedelta(days=29, hours=22)):
            await world.truth(AGED, age)
            await _housekeeping(world, next(days))
            await _again(world, channel, events)
        await world.settles()
        assert await effects(world, "calm") == once
        await check_messages(world, "calm", channel, in_doubt=0)

        await world.truth(AGED, timedelta(hours=2))
        await _housekeeping(world, next(days))
        assert not await world.truth("select 1 from inbox"), "ids are kept for 30 days"
        await _again(world, channel, events)
        await world.settles()
        after = await effects(world, "calm")
        for what in ("ledger", "lots", "accounts", "consents", "invitations", "journeys", "payments", "facts"):
            assert after[what] == once[what], what


async def _again(world: Rig, channel: str, events: list[str]) -> None:
    """The platform brings every event again."""
    account = world.accounts["calm", channel]
    done = await asyncio.gather(
        *(world.control(channel, f"accounts/{account}/redeliver", event=number) for number in events)
    )
    assert {delivery["status"] for answer in done for delivery in answer["deliveries"]} == {200}
    world.injected["event brought again"] += len(events)


async def _housekeeping(world: Rig, days: int) -> None:
    """The daily job, which forgets what has been kept for long enough: as of so many days from now."""
    at = await world.now() + timedelta(days=days)
    await world.served.runs("jobs", "run", "housekeeping", "--at", at.isoformat())


@fault("F6", "events older than what was done since, in any order")
async def test_late_and_reordered_events_never_turn_things_back(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("calm")
        crowd = Crowd(world, "calm", "line")
        await crowd.gathers(1)
        await crowd.comes()
        await world.settles()
        [(nat, code)] = crowd.visitors
        before = await effects(world, "calm")
        now = event("message", nat.id)["timestamp"]
        late = [
            event("follow", nat.id, timestamp=now - 90_000, follow={"isUnblocked": False}),
            said(nat.id, f"/start {code}") | {"timestamp": now - 80_000},
            event("postback", nat.id, timestamp=now - 70_000, postback={"data": await _consent(world, nat.id)}),
        ]
        world.luck.shuffle(late)
        # Last of all, as whatever somebody does shows that they are here.
        late.append(event("unfollow", nat.id, timestamp=now - 95_000) | AGAIN)
        assert await post(world, "calm", late) == 200
        trial.injected["late event"] += len(late)
        await world.settles()
        after = await effects(world, "calm")
        for what in ("ledger", "lots", "accounts", "consents", "invitations", "journeys", "people", "facts"):
            assert after[what] == before[what], what


@fault("F6", "what people do within a moment, in any order")
@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_arrives_in_another_order_counts_once_all_the_same(trial: Trial, channel: str) -> None:
    """At every step of joining: each presses twice and writes meanwhile, and it is brought in whatever order."""
    async with trial.rig() as world:
        await world.meets("calm")
        crowd = Crowd(world, "calm", channel)
        await crowd.gathers(times(2, 12))
        async with _shuffled(world, channel):
            for visitor, code in crowd.visitors:
                await visitor.says("/points")
                await visitor.says(f"/start {code}")
        for label, words in ANSWERS:
            found = [(*each, await each[0].finds(label, on=words)) for each in crowd.visitors]
            async with _shuffled(world, channel):
                for visitor, code, button in found:
                    assert button, f"{visitor.name} never got the button {label!r}"
                    await visitor.taps_on(button)
                    await visitor.says(f"/start {code}")
                    await visitor.taps_on(button)
        await world.settles()
        await crowd.has_joined()
        await check_messages(world, "calm", channel, in_doubt=0)


@asynccontextmanager
async def _shuffled(world: Rig, channel: str) -> AsyncIterator[None]:
    """Nothing that is done meanwhile arrives; then all of it does, in a random order."""
    account = f"accounts/{world.accounts['calm', channel]}"
    await world.settles()
    await world.control(channel, f"{account}/hold")
    yield
    events = world.undelivered.events()
    world.luck.shuffle(events)
    done = await world.control(channel, f"{account}/release", order=events)
    assert [delivery["status"] for delivery in done["deliveries"]] == [200] * len(events)
    world.injected["event out of order"] += len(events)


async def _consent(world: Rig, person: str) -> str:
    """The button with which they once agreed, as it was signed."""
    [_, row, *_] = await world.truth(
        "select payload from inbox where lane = $1 and payload ->> 'type' = 'postback' order by seq", person
    )
    return str(json.loads(row["payload"])["postback"]["data"])


@fault("F7", "one poisonous event among a hundred in one body")
async def test_a_poisonous_event_is_set_aside_and_holds_up_nobody(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("calm")
        world.patience = 60.0
        world.bugs = frozenset({"intake.broke", "intake.parked", "intake.apology_broke"})
        people = [await world.control("line", "people", name=f"P{n}", language="en") for n in range(times(50, 100))]
        bad = world.luck.choice(people)["id"]
        # A bug of ours, as seen from outside: nothing can be written to this one person.
        await world.truth(
            "create function poison() returns trigger language plpgsql as"
            " $$ begin if new.recipient = tg_argv[0] then raise 'a bug'; end if; return new; end $$"
        )
        await world.truth(
            f"create trigger poison before insert on outbox for each row execute function poison('{bad}')"
        )
        for person in people:
            world.line._state.chat(world.accounts["calm", "line"], person["id"]).friend = True
        events = [said(person["id"], "hello") for person in people]
        assert await post(world, "calm", events) == 200
        trial.injected["poisonous event"] += 1
        trial.injected["good event beside it"] += len(people) - 1
        await world.settles()
        assert await _states(world) == {"done": len(people) - 1, "parked": 1}
        assert await world.one_truth("select attempts from inbox where state = 'parked'") == 3
        assert await world.one_truth("select count(*) from outbox where state = 'sent'") == len(people) - 1
        await check_messages(world, "calm", "line", in_doubt=0)

        assert await post(world, "calm", events) == 200, "the same body again"
        await world.settles()
        assert await _states(world) == {"done": len(people) - 1, "parked": 1}
        assert await world.one_truth("select count(*) from outbox where state = 'sent'") == len(people) - 1

        await world.truth("drop trigger poison on outbox")  # the bug is gone
        for replayed in (1, 0):
            done = json.loads(await world.served.runs("events", "replay", "--all-parked", "--json"))
            assert len(done["replayed"]) == replayed
            await world.settles()
            assert await _states(world) == {"done": len(people)}
            assert await world.one_truth("select count(*) from outbox where state = 'sent'") == len(people)
        await check_messages(world, "calm", "line", in_doubt=0)


async def _states(world: Rig) -> dict[str, int]:
    return {row[0]: row[1] for row in await world.truth("select state, count(*) from inbox group by state")}


@fault("F8", "unknown types, new fields, null and wrong types in every place of an event")
async def test_what_is_unknown_is_taken_and_left_alone(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("calm")
        person = (await world.control("line", "people", name="Nat", language="en"))["id"]
        world.line._state.chat(world.accounts["calm", "line"], person).friend = True
        luck, count = world.luck, times(120, 2000)
        samples = [
            said(person, "hello"),
            event("postback", person, postback={"data": "x", "params": {"date": "2026-01-01"}}),
            event("follow", person, follow={"isUnblocked": False}),
            event("unsend", person, unsend={"messageId": "1"}),
            event("membership", person, membership={"type": "joined", "membershipId": 1}),
            event("message", person, message={"type": "hologram", "id": "1"}),
        ]
        fuzzed = [_fuzzed(luck.choice(samples), luck) | {"webhookEventId": f"fuzzed-{n}"} for n in range(count)]
        for start in range(0, count, 40):
            assert await post(world, "calm", fuzzed[start : start + 40], unheard={"of": None}) == 200
        trial.injected["fuzzed event"] += count
        await world.settles()
        assert await _states(world) == {"done": count}
        assert await world.one_truth("select max(attempts) from inbox") == 0
        assert await post(world, "calm", []) == 200


def _fuzzed(sample: dict[str, Any], luck: random.Random) -> dict[str, Any]:
    """The event with one to three of its fields, at any depth, missing, null, of another type, or new."""
    odd = [None, "", 0, -1.5, True, [], {}, "ก" * 50, {"type": "new"}, [None], 2**63, "0"]
    made: dict[str, Any] = _copied(sample)
    for _ in range(luck.randrange(1, 4)):
        place = made
        while (inner := [value for value in place.values() if isinstance(value, dict)]) and luck.random() < 0.5:
            place = luck.choice(inner)
        key = luck.choice([*place, f"new{luck.randrange(9)}"])
        if luck.random() < 0.25:
            place.pop(key, None)
        else:
            place[key] = _copied(luck.choice(odd))
    return made


def _copied(value: Any) -> Any:
    return {key: _copied(inner) for key, inner in value.items()} if isinstance(value, dict) else value
