"""The emulated LINE: reply tokens, retry keys and who can be reached."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from bots.channel import Refused, Sent
from handlers.cards import Card
from tests.channels.line_world import World


async def test_a_reply_token_works_once(line: World) -> None:
    await line.act("follow")
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="1")], letter), Sent)
    again = await line.channel.send(line.account, [Card(text="2")], letter)
    assert again == Refused("token", "400; Invalid reply token")
    assert len((await line.chat())["messages"]) == 1


@pytest.mark.parametrize(("seconds", "kind"), [(59.0, Sent), (60.0, Sent), (60.1, Refused)])
async def test_a_reply_token_lives_a_minute(line: World, seconds: float, kind: type) -> None:
    await line.act("follow")
    line.clock.now += seconds
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], letter), kind)


async def test_a_redelivery_gives_the_token_another_minute_within_twenty(line: World) -> None:
    event = (await line.act("follow"))["deliveries"][0]["event"]
    line.clock.now += 600
    await line.control(f"accounts/{line.account.external_id}/redeliver", event=event)
    assert line.program.redelivered == [False, True]
    assert [arrival.event_id for arrival in line.program.arrivals] == [event, event]
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], letter), Sent)

    event = (await line.act("say", text="x"))["deliveries"][0]["event"]
    line.clock.now += 20 * 60 + 1
    await line.control(f"accounts/{line.account.external_id}/redeliver", event=event)
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], letter), Refused)


async def test_a_refused_reply_leaves_the_token_unspent(line: World) -> None:
    await line.act("follow")
    body = {"replyToken": line.token, "messages": [{"type": "text", "text": ""}]}
    assert (await line.call("/v2/bot/message/reply", json=body))[0] == 400
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], letter), Sent)


async def test_a_retry_key_sends_once(line: World) -> None:
    await line.act("follow")
    letter = line.letter()
    first = await line.channel.send(line.account, [Card(text="x")], letter)
    assert await line.channel.send(line.account, [Card(text="x")], letter) == first
    assert len((await line.chat())["messages"]) == 1
    body = {"to": line.person, "messages": [{"type": "text", "text": "x"}]}
    key = {"X-Line-Retry-Key": str(letter.retry_key)}
    status, answer, headers = await line.call("/v2/bot/message/push", json=body, headers=key)
    assert status == 409
    assert isinstance(first, Sent)
    assert [message["id"] for message in answer["sentMessages"]] == list(first.message_ids)
    assert headers["x-line-accepted-request-id"] != headers["x-line-request-id"]
    line.clock.now += 24 * 60 * 60 + 1
    assert (await line.call("/v2/bot/message/push", json=body, headers=key))[0] == 200
    assert len((await line.chat())["messages"]) == 2


async def test_retry_keys_are_refused_on_replies_and_when_malformed(line: World) -> None:
    await line.act("follow")
    messages = [{"type": "text", "text": "x"}]
    reply = {"replyToken": line.token, "messages": messages}
    key = {"X-Line-Retry-Key": str(UUID(int=1))}
    assert (await line.call("/v2/bot/message/reply", json=reply, headers=key))[0] == 400
    push = {"to": line.person, "messages": messages}
    assert (await line.call("/v2/bot/message/push", json=push, headers={"X-Line-Retry-Key": "1"}))[0] == 400
    assert (await line.chat())["messages"] == []


async def test_a_refused_push_does_not_use_up_its_key(line: World) -> None:
    await line.act("follow")
    key = {"X-Line-Retry-Key": str(uuid4())}
    bad = {"to": line.person, "messages": []}
    assert (await line.call("/v2/bot/message/push", json=bad, headers=key))[0] == 400
    good = {"to": line.person, "messages": [{"type": "text", "text": "x"}]}
    assert (await line.call("/v2/bot/message/push", json=good, headers=key))[0] == 200


async def test_an_unknown_person_cannot_be_sent_to(line: World) -> None:
    result = await line.channel.send(line.account, [Card(text="x")], line.letter(to="U" + "0" * 32))
    assert result == Refused("blocked", "400; Failed to send messages")


async def test_a_stranger_sees_nothing_until_they_write(line: World) -> None:
    assert isinstance(await line.channel.send(line.account, [Card(text="1")], line.letter()), Sent)
    await line.act("say", text="สวัสดี")
    await line.channel.send(line.account, [Card(text="2")], line.letter())
    line.clock.now += 7 * 24 * 60 * 60 + 1
    await line.channel.send(line.account, [Card(text="3")], line.letter())
    assert [m["text"] for m in (await line.chat())["messages"]] == ["สวัสดี", "2"]
