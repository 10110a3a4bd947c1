"""The emulated LINE: how often and how much it may be asked, what it costs, and what it tells of people and files."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from linebot.v3.messaging import AsyncApiClient, AsyncMessagingApi, AsyncMessagingApiBlob, Configuration
from linebot.v3.messaging.exceptions import ApiException

from bots.channel import Refused, RetryLater, Sent
from bots.journal import Journal
from handlers.cards import Card
from tests.channels.line_description import check_traffic
from tests.channels.line_world import TOKEN, Clock, World, world

PUSH = "/v2/bot/message/push"
TOO_OFTEN = {"message": "The API rate limit has been exceeded. Try again later."}
TOO_MUCH = {"message": "You have reached your monthly limit."}


def push(line: World) -> dict[str, Any]:
    return {"to": line.person, "messages": [{"type": "text", "text": "x"}]}


async def quota(line: World, value: int | None) -> None:
    await line.deliver("quota", value=value)


# How often


async def test_an_endpoint_has_a_rate_of_its_own_that_refills(line: World) -> None:
    await line.act("follow")
    await line.control("rates", call="POST */push", count=2, seconds=10)
    assert [(await line.call(PUSH, json=push(line)))[:2] for _ in range(3)][2] == (429, TOO_OFTEN)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], line.letter()), RetryLater)
    reply = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], reply), Sent)
    line.clock.now += 5
    assert [(await line.call(PUSH, json=push(line)))[0] for _ in range(2)] == [200, 429]
    await line.control("rates", 400, call="*", count="many")
    check_traffic(await line.journal())


@pytest.mark.parametrize(
    ("method", "path", "count", "seconds"),
    [
        ("POST", "/v2/bot/channel/webhook/test", 60, 3600),
        ("GET", "/v2/bot/richmenu/list", 10, 1),
        ("POST", "/v2/bot/chat/loading/start", 100, 1),
        ("DELETE", "/v2/bot/richmenu/none-{n}", 100, 3600),
    ],
)
async def test_lines_own_rates(line: World, method: str, path: str, count: int, seconds: int) -> None:
    """Refused requests count too, and what is in the path does not matter."""
    for n in range(count):
        asked = await line.call(path.format(n=n), method=method, json={"endpoint": "http://127.0.0.1:1/"})
        assert asked[0] != 429
    path = path.format(n="last")
    assert (await line.call(path, method=method))[:2] == (429, TOO_OFTEN)
    line.clock.now += 1.5 * seconds / count
    assert (await line.call(path, method=method))[0] != 429
    assert (await line.call(path, method=method))[0] == 429


async def test_a_restart_forgets_no_rate_and_no_quota(tmp_path: Path) -> None:
    path, clock = tmp_path / "platforms.jsonl", Clock()
    async with world(Journal(path), clock) as first:
        await first.act("follow")
        await quota(first, 5)
        await first.control("rates", call="POST */push", count=1, seconds=60)
        assert (await first.call(PUSH, json=push(first)))[0] == 200
    async with world(Journal(path), clock, before=first) as line:
        assert (await line.call(PUSH, json=push(line)))[:2] == (429, TOO_OFTEN)
        assert (await line.call("/v2/bot/message/quota", method="GET"))[1] == {"type": "limited", "value": 5}
        assert (await line.call("/v2/bot/message/quota/consumption", method="GET"))[1] == {"totalUsage": 1}


# How much


async def test_a_months_quota_counts_who_was_reached_by_push(line: World) -> None:
    used = "/v2/bot/message/quota/consumption"
    assert (await line.call("/v2/bot/message/quota", method="GET"))[1] == {"type": "none"}
    await line.act("follow")
    reply, letter = line.letter(reply_token=line.token), line.letter()
    await quota(line, 2)
    await line.act("block")
    await line.call(PUSH, json=push(line))
    await line.act("unblock")
    await line.channel.send(line.account, [Card(text="free")], reply)
    for _ in range(2):  # five messages of one call are one, and a retry is none
        await line.channel.send(line.account, [Card(text="x")] * 5, letter)
    assert (await line.call(used, method="GET"))[1] == {"totalUsage": 1}
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], line.letter()), Sent)
    assert (await line.call(PUSH, json=push(line)))[:2] == (429, TOO_MUCH)
    spent = await line.channel.send(line.account, [Card(text="x")], line.letter())
    assert isinstance(spent, Refused)
    assert spent.reason == "quota"
    assert (await line.call("/v2/bot/message/quota", method="GET"))[1] == {"type": "limited", "value": 2}
    await line.act("say", text="x")
    free = await line.channel.send(line.account, [Card(text="x")], line.letter(reply_token=line.token))
    assert isinstance(free, Sent)
    await quota(line, None)
    assert (await line.call(PUSH, json=push(line)))[0] == 200
    await quota(line, 3)
    assert (await line.call(PUSH, json=push(line)))[0] == 429
    line.clock.now += 31 * 24 * 3600
    await line.act("say", text="x")
    assert (await line.call(PUSH, json=push(line)))[0] == 200
    check_traffic(await line.journal())


async def test_a_quota_is_set_for_accounts_there_are(line: World) -> None:
    await line.control("accounts/nobody/quota", 404, value=1)
    await line.deliver("quota", 400, value=-1)


# Who and what


async def test_whom_a_push_may_name(line: World) -> None:
    invalid = "The property, 'to', in the request body is invalid (line: -, column: -)"
    for to, message in {"nobody": invalid, "U" + "0" * 32: "Failed to send messages", "C" + "0" * 32: None}.items():
        status, answer, _ = await line.call(PUSH, json=push(line) | {"to": to})
        assert (status, answer["message"]) == (400, message or "Failed to send messages")


async def test_a_profile_is_of_those_who_may_be_known(line: World) -> None:
    """By LINE's own SDK: 400 for what is no id, 404 for strangers and for those who blocked the account."""
    client = AsyncApiClient(Configuration(host=line.url, access_token=TOKEN))
    api = AsyncMessagingApi(client)

    async def refused(person: str) -> int:
        with pytest.raises(ApiException) as error:
            await api.get_profile(person)
        return int(error.value.status)

    await line.chat()  # whoever only looks at a chat stays a stranger
    assert [await refused(person) for person in ("me", line.person, "U" + "0" * 32)] == [400, 404, 404]
    await line.act("say", text="x")
    assert (await api.get_profile(line.person)).display_name == "นก"
    line.clock.now += 8 * 24 * 60 * 60  # a push would not reach them any more
    assert (await api.get_profile(line.person)).display_name == "นก"
    await line.act("block")
    assert await refused(line.person) == 404
    await client.close()


async def test_what_line_does_not_know_it_does_not_find(line: World) -> None:
    for method, path in (
        ("GET", "/v2/bot/followers/count"),
        ("POST", "/v2/bot/message/multicast"),
        ("POST", "/v2/bot/chat/markAsRead"),
        ("DELETE", "/v2/bot/info"),
    ):
        assert (await line.call(path, method=method))[:2] == (404, {"message": "Not found"})


async def test_a_file_is_prepared_then_given_and_at_last_gone(line: World) -> None:
    """By LINE's own SDK, for which 202 is no error but nothing."""
    client = AsyncApiClient(Configuration(host=line.url, access_token=TOKEN))
    blob = AsyncMessagingApiBlob(client)
    await line.act("follow")
    film = b"\x00\x00\x00\x18ftyp film"
    await line.act("video", base64=base64.b64encode(film).decode())
    message = line.program.arrivals[-1].payload["message"]["id"]
    await line.control(f"contents/{message}", preparation="processing")
    url = f"/v2/bot/message/{message}/content"
    answer = await blob.get_message_content_with_http_info(message)
    assert (answer.status_code, answer.data) == (202, None)
    assert (await blob.get_message_content_transcoding_by_message_id(message)).status == "processing"
    await line.control(f"contents/{message}", preparation="succeeded")
    assert await blob.get_message_content(message) == film
    assert (await line.call(f"{url}/transcoding", method="GET"))[1] == {"status": "succeeded"}
    assert await blob.get_message_content_preview(message) == film
    await line.act("unsend", message=message)
    for path in (url, f"{url}/preview", f"{url}/transcoding"):
        assert (await line.call(path, method="GET"))[:2] == (410, {"message": "The content is gone"})
    assert (await line.call("/v2/bot/message/1/content", method="GET"))[:2] == (404, {"message": "not found"})
    await client.close()


async def test_a_picture_is_not_prepared_and_a_program_waits_for_one_that_is(line: World) -> None:
    await line.act("follow")
    await line.act("photo", base64=base64.b64encode(b"\xff\xd8 photo").decode())
    payload = line.program.arrivals[-1].payload
    message = payload["message"]["id"]
    status, answer, _ = await line.call(f"/v2/bot/message/{message}/content/transcoding", method="GET")
    assert (status, answer) == (400, {"message": "Transcoding status doesn't support this type of content"})
    await line.errs("preparing")
    assert await line.channel.photo(line.account, payload) is None
    assert await line.channel.photo(line.account, payload) == b"\xff\xd8 photo"
    other = await line.control("accounts", slug="c", name="C", channel_secret="6" * 32, access_token="c")
    assert other["account"]
    assert (await line.call(f"/v2/bot/message/{message}/content", method="GET", token="c"))[0] == 404


async def test_a_webhook_is_tried_without_events(line: World) -> None:
    test = "/v2/bot/channel/webhook/test"
    status, answer, _ = await line.call(test, json={})
    assert (status, answer["success"], answer["statusCode"], answer["reason"]) == (200, True, 200, "OK")
    assert line.program.bodies == [{"destination": line.account.external_id, "events": []}]
    line.program.statuses = [503]
    answer = (await line.call(test, json={"endpoint": line.webhook_url}))[1]
    assert (answer["success"], answer["statusCode"]) == (False, 503)
    assert (answer["reason"], answer["detail"]) == ("ERROR_STATUS_CODE", "503")
    answer = (await line.call(test, json={"endpoint": "http://127.0.0.1:1/"}))[1]
    assert (answer["statusCode"], answer["reason"]) == (0, "COULD_NOT_CONNECT")
    assert (await line.call(test, json={"endpoint": "ftp://x"}))[0] == 400
    await line.control("accounts", slug="c", name="C", channel_secret="6" * 32, access_token="c")
    assert (await line.call(test, token="c"))[:2] == (404, {"message": "Webhook endpoint not found"})
    check_traffic(await line.journal())


async def test_a_retry_key_that_was_refused_for_its_rate_may_be_used_again(line: World) -> None:
    await line.act("follow")
    await line.control("rates", call="POST */push", count=1, seconds=10)
    key = {"X-Line-Retry-Key": str(uuid4())}
    await line.call(PUSH, json=push(line))
    assert (await line.call(PUSH, json=push(line), headers=key))[0] == 429
    line.clock.now += 10
    assert (await line.call(PUSH, json=push(line), headers=key))[0] == 200
