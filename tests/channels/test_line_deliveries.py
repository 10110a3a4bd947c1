"""The emulated LINE brings events late, reordered, together, twice, again, or just as a test wrote them."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from bots.journal import Journal
from bots.line.emulator_webhooks import ANSWER_SECONDS
from handlers.cards import Card
from tests.channels.line_description import check_webhook
from tests.channels.line_samples import GROUP
from tests.channels.line_world import Clock, World, world


async def says(line: World, *texts: str) -> list[str]:
    """What was said is held back; the ids of its events."""
    return [(await line.act("say", text=text))["held"][0] for text in texts]


def heard(line: World) -> list[str]:
    return [arrival.payload["message"]["text"] for arrival in line.program.arrivals]


async def test_held_events_come_when_they_are_released_and_later_ones_at_once(line: World) -> None:
    await line.deliver("hold")
    ids = await says(line, "1", "2", "3")
    assert (await line.chat())["messages"] != []
    assert line.program.arrivals == []
    answer = await line.deliver("release")
    assert answer == {"deliveries": [{"event": event, "status": 200} for event in ids]}
    assert heard(line) == ["1", "2", "3"]
    assert line.program.redelivered == [False] * 3
    assert (await line.act("say", text="4"))["deliveries"][0]["status"] == 200
    assert (await line.deliver("release")) == {"deliveries": []}


async def test_held_events_come_in_any_order(line: World) -> None:
    await line.deliver("hold")
    await says(line, "1", "2", "3")
    await line.deliver("release", order="reversed")
    assert heard(line) == ["3", "2", "1"]
    await line.deliver("hold")
    ids = await says(line, "4", "5", "6")
    await line.deliver("release", 400, order=["unknown"])
    await line.deliver("release", 400, order="sideways")
    await line.deliver("release", 400, copies=0)
    await line.deliver("release", order=[ids[2], ids[0]])
    assert heard(line)[3:] == ["6", "4", "5"]


async def test_held_events_come_in_one_body_and_many_times_at_once(line: World) -> None:
    await line.deliver("hold")
    ids = await says(line, "1", "2")
    answer = await line.deliver("release", together=True, copies=3)
    assert [one["event"] for one in answer["deliveries"]] == ids * 3
    assert [[event["webhookEventId"] for event in body["events"]] for body in line.program.bodies] == [ids] * 3
    assert line.program.redelivered == [False] * 6  # a copy says nothing of itself
    for body in line.program.bodies:
        check_webhook(body)


async def test_a_held_event_that_is_then_refused_is_brought_again(line: World) -> None:
    await line.deliver("hold")
    await says(line, "1")
    line.program.statuses = [503]
    assert (await line.deliver("release"))["deliveries"][0]["status"] == 503
    await asyncio.wait_for(line.program.came.wait(), 5)
    assert line.program.redelivered == [False, True]


async def test_what_failed_before_the_hold_waits_too() -> None:
    async with world(Journal(None), Clock(), waits=(0.05, 0.05, 0.05)) as line:
        line.program.statuses = [503]
        event = (await line.act("follow"))["deliveries"][0]["event"]
        await line.deliver("hold")
        await says(line, "1")
        await line.deliver("hold")
        answer = await line.deliver("release", together=True)
        assert answer["deliveries"][0]["event"] == event
        assert line.program.bodies[-1]["events"][0]["deliveryContext"] == {"isRedelivery": True}
        assert line.program.bodies[-1]["events"][1]["deliveryContext"] == {"isRedelivery": False}


async def test_a_webhook_has_two_seconds_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, never = asyncio.get_running_loop(), asyncio.Event()
    runs, began = loop.time, loop.time()
    async with world(Journal(None), Clock(), answer_seconds=ANSWER_SECONDS) as line:
        try:
            monkeypatch.setattr(loop, "time", lambda: began)  # time stands still
            line.program.slow = never
            following = asyncio.create_task(line.act("follow"))
            await line.program.asked.wait()
            monkeypatch.setattr(loop, "time", lambda: began + 1.9)
            assert (await line.chat())["messages"] == []  # a whole request later
            assert not following.done()
            monkeypatch.setattr(loop, "time", lambda: runs() + 2.1)
            async with asyncio.timeout(5):
                assert (await following)["deliveries"][0]["status"] == 0
                await line.program.came.wait()
        finally:
            monkeypatch.undo()
            never.set()
        assert line.program.redelivered == [False, True]


async def test_held_events_survive_a_restart(tmp_path: Path) -> None:
    path, clock = tmp_path / "platforms.jsonl", Clock()
    async with world(Journal(path), clock) as first:
        await first.deliver("hold")
        await says(first, "1")
    async with world(Journal(path), clock, before=first) as line:
        await line.channel.register(line.account, line.webhook_url)
        await says(line, "2")
        assert line.program.arrivals == []
        await line.deliver("release")
        assert heard(line) == ["1", "2"]


async def test_events_are_brought_as_they_are_written(line: World) -> None:
    strange: list[dict[str, Any]] = [
        {"type": "from the future", "mode": "active", "source": {"type": "user", "userId": line.person}},
        {"type": "message", "mode": "standby", "message": None, "timestamp": 5},
        {"type": "join", "mode": "active", "source": GROUP, "replyToken": "j" * 32, "webhookEventId": "MINE"},
        {"deliveryContext": {"isRedelivery": True}},
    ]
    answer = await line.deliver("events", events=strange)
    assert [one["status"] for one in answer["deliveries"]] == [200] * 4
    [body] = line.program.bodies
    for given, came in zip(strange, body["events"], strict=True):
        assert came.items() >= given.items()
        assert set(came) - set(given) <= {"timestamp", "webhookEventId", "deliveryContext"}
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", body["events"][0]["webhookEventId"])
    assert body["events"][0]["timestamp"] == line.clock.now * 1000
    assert answer["deliveries"][2]["event"] == "MINE"
    assert (await line.chat())["messages"] == []


async def test_an_empty_list_of_events_is_brought(line: World) -> None:
    assert (await line.deliver("events", events=[])) == {"deliveries": [{"event": None, "status": 200}]}
    assert line.program.bodies == [{"destination": line.account.external_id, "events": []}]
    await line.deliver("events", 400, events=["nonsense"])
    await line.control("accounts/nobody/events", 404, events=[])


async def test_an_event_that_was_written_by_hand_counts_as_if_it_had_happened(line: World) -> None:
    """A follow makes a friend, a reply token works, and what fails is brought again."""
    source = {"type": "user", "userId": line.person}
    follow = {"type": "follow", "mode": "active", "source": source, "follow": {"isUnblocked": False}}
    line.program.statuses = [500]
    await line.deliver("events", events=[{**follow, "replyToken": "f" * 32}])
    await asyncio.wait_for(line.program.came.wait(), 5)
    assert line.program.redelivered == [False, True]
    await line.channel.send(line.account, [Card(text="hello")], line.letter(reply_token="f" * 32))
    assert [message["text"] for message in (await line.chat())["messages"]] == ["hello"]


async def test_events_written_by_hand_are_held_too(line: World) -> None:
    await line.deliver("hold")
    answer = await line.deliver("events", events=[{"type": "a"}, {"type": "b"}])
    assert len(answer["held"]) == 2
    assert line.program.bodies == []
    await line.deliver("release", order="reversed", together=True)
    assert [event["type"] for event in line.program.bodies[0]["events"]] == ["b", "a"]
