"""The emulated LINE: deliveries are repeated, and a restart forgets nothing."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from uuid import uuid4

import aiohttp

from bots.channel import Profile, Refused, Sent
from bots.journal import Journal
from handlers.cards import Card
from tests.channels.line_world import SECRET, TOKEN, Clock, World, listening, world


async def test_a_failed_webhook_is_delivered_again(line: World) -> None:
    line.program.statuses = [500, 503]
    delivered = await line.act("follow")
    assert delivered["deliveries"][0]["status"] == 500
    await asyncio.wait_for(line.program.came.wait(), 5)
    assert line.program.redelivered == [False, True, True]
    assert len({arrival.event_id for arrival in line.program.arrivals}) == 1


async def test_a_wrong_secret_shows_as_a_failed_delivery(line: World) -> None:
    await line.control("accounts", slug="aura", name="x", channel_secret="7" * 32, access_token=TOKEN)
    assert (await line.act("follow"))["deliveries"][0]["status"] == 401
    assert line.program.arrivals == []


async def test_without_a_webhook_nothing_is_delivered() -> None:
    async with world(Journal(None), Clock()) as line:
        other = await line.control("accounts", slug="c", name="C", channel_secret="6" * 32, access_token="c")
        path = f"accounts/{other['account']}/chats/{line.person}/follow"
        assert (await line.control(path))["deliveries"][0]["status"] == 0
        assert line.program.arrivals == []


async def test_a_restart_remembers_everything(tmp_path: Path) -> None:
    path, clock = tmp_path / "platforms.jsonl", Clock()
    key = uuid4()
    async with world(Journal(path), clock) as first:
        await first.act("follow")
        clock.now += 5
        await first.act("say", text="ก่อนดับ")
        await first.act("photo", base64=base64.b64encode(b"\xff\xd8 photo").decode())
        spent, unspent = (first.channel.reply_token(first.program.arrivals[n].payload) for n in (0, 1))
        await first.channel.send(first.account, [Card(text="ตอบ")], first.letter(reply_token=spent))
        pushed = await first.channel.send(first.account, [Card(text="แจ้ง")], first.letter(retry_key=key))
        before, photo_event = await first.chat(), first.program.arrivals[2].payload
        assert {message["at"] for message in before["messages"]} == {clock.now}
        clock.now += 5
    with path.open("ab") as file:  # killed in the middle of a line
        file.write(b'{"kind": "event", "chan')

    async with world(Journal(path), clock, before=first) as line:
        assert await line.chat() == before
        again = await line.channel.send(line.account, [Card(text="แจ้ง")], line.letter(retry_key=key))
        assert again == pushed
        refused = await line.channel.send(line.account, [Card(text="x")], line.letter(reply_token=spent))
        assert refused == Refused("token", "400; Invalid reply token")
        sent = await line.channel.send(line.account, [Card(text="x")], line.letter(reply_token=unspent))
        assert isinstance(sent, Sent)
        assert sent.message_ids[0] not in [m["id"] for m in before["messages"]]
        assert await line.channel.photo(line.account, photo_event) == b"\xff\xd8 photo"
        assert await line.channel.profile(line.account, photo_event) == Profile("นก", "th")
        status, endpoint, _ = await line.call("/v2/bot/channel/webhook/endpoint", method="GET")
        assert (status, endpoint) == (200, {"endpoint": first.webhook_url, "active": True})


async def test_an_undelivered_event_survives_a_restart(tmp_path: Path) -> None:
    path, clock = tmp_path / "platforms.jsonl", Clock()
    async with world(Journal(path), clock, waits=(3600.0,)) as first, listening(first.program) as lasting:
        await first.channel.register(first.account, lasting)
        first.program.statuses = [503]
        event = (await first.act("follow"))["deliveries"][0]
        assert event["status"] == 503
        # The old platform stays up, waiting its hour, while the new one reads the journal and tries again.
        async with world(Journal(path), clock, before=first) as line:
            await asyncio.wait_for(line.program.came.wait(), 5)
    assert [arrival.event_id for arrival in first.program.arrivals] == [event["event"]] * 2
    assert first.program.redelivered == [False, True]


async def test_an_open_live_stream_does_not_hold_up_the_end() -> None:
    async with asyncio.timeout(5), aiohttp.ClientSession() as browser:
        async with world(Journal(None), Clock()) as line:
            stream = await browser.get(f"{line.url}/control/events")
        assert await stream.content.read() == b""


async def test_the_journal_tells_what_was_accepted_and_keeps_secrets(line: World) -> None:
    await line.act("follow")
    letter = line.letter()
    await line.channel.send(line.account, [Card(text="x")], letter)
    await line.channel.send(line.account, [Card(text="x")], letter)
    entries = await line.journal()
    pushes = [e for e in entries if e["kind"] == "request" and e["path"].endswith("/push")]
    assert [e["status"] for e in pushes] == [200, 409]
    assert {e["retry_key"] for e in pushes} == {str(letter.retry_key)}
    assert all(e["body"]["messages"] == [{"type": "text", "text": "x"}] and e["at"] == line.clock.now for e in pushes)
    assert SECRET not in json.dumps(entries)
    assert TOKEN not in json.dumps(entries)


async def test_a_watcher_hears_of_every_change_of_a_chat(line: World) -> None:
    async with line.http.get(f"{line.url}/control/events") as stream:
        assert stream.content_type == "text/event-stream"
        await line.act("follow")
        heard = await asyncio.wait_for(stream.content.readline(), 5)
        where = json.loads(heard.removeprefix(b"data: "))
        assert where == {"account": line.account.external_id, "person": line.person}
