"""The emulated LINE on bad days: it errs as it is told to, each fault with LINE's own status and body."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bots.channel import Refused, RetryLater, Sent, Unknown
from bots.line import request
from handlers.cards import Card
from tests.channels.line_world import World

PUSH = "/v2/bot/message/push"
HELLO = [Card(text="x")]


@pytest.fixture
async def friend(line: World) -> World:
    await line.act("follow")
    return line


def push(line: World, **changes: Any) -> dict[str, Any]:
    return {"to": line.person, "messages": [{"type": "text", "text": "x"}], **changes}


async def arrived(line: World) -> int:
    return len((await line.chat())["messages"])


@pytest.mark.parametrize(
    ("name", "status", "message", "arrives"),
    [
        ("rate_limit", 429, "The API rate limit has been exceeded. Try again later.", 0),
        ("monthly_limit", 429, "You have reached your monthly limit.", 0),
        ("unauthorised", 401, "Authentication failed due to the following reason: invalid token.", 0),
        ("forbidden", 403, "Access to this API is not available for your account", 0),
        ("server_error", 500, "Internal Server Error", 0),
    ],
)
async def test_a_named_fault_is_lines_own(friend: World, name: str, status: int, message: str, arrives: int) -> None:
    await friend.errs(name)
    answer = await friend.call(PUSH, json=push(friend))
    assert answer[0] == status
    assert answer[1]["message"].startswith(message)
    assert await arrived(friend) == arrives
    assert (await friend.call(PUSH, json=push(friend)))[0] == 200
    assert [(e["fault"], e["call"]) for e in await friend.journal() if e["kind"] == "fault"] == [("answer", PUSH)]


async def test_garbage_comes_after_the_deed(friend: World) -> None:
    await friend.errs("garbage")
    headers = {"Authorization": "Bearer access-token-of-aura"}
    async with friend.http.post(f"{friend.url}{PUSH}", json=push(friend), headers=headers) as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ContentTypeError):
            await answer.json()
    assert await arrived(friend) == 1
    await friend.errs("bad_gateway")
    async with friend.http.post(f"{friend.url}{PUSH}", json=push(friend), headers=headers) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    assert await arrived(friend) == 1


@pytest.mark.parametrize(("name", "arrives"), [("cut", 0), ("cut_after", 1), ("half", 1)])
async def test_a_connection_ends_before_or_after_the_deed(friend: World, name: str, arrives: int) -> None:
    await friend.errs(name)
    with pytest.raises(aiohttp.ClientError):
        await friend.call(PUSH, json=push(friend))
    assert await arrived(friend) == arrives


@pytest.mark.parametrize(("name", "arrives"), [("no_answer", 0), ("answer_lost", 1)])
async def test_no_answer_comes_before_or_after_the_deed(friend: World, name: str, arrives: int) -> None:
    await friend.errs(name, call=PUSH)
    with pytest.raises(TimeoutError):
        await friend.call(PUSH, json=push(friend), timeout=aiohttp.ClientTimeout(total=0.2))
    assert await arrived(friend) == arrives
    await friend.errs(name, call=PUSH, seconds=0)  # then the connection ends
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await friend.call(PUSH, json=push(friend))


async def test_a_fault_concerns_one_person_or_account_and_comes_when_it_is_due(friend: World) -> None:
    other = (await friend.control("people", name="อื่น", language="th"))["id"]
    own = friend.account.external_id
    await friend.errs("server_error", person=friend.person, account=own, after=1, times=2)
    assert [(await friend.call(PUSH, json=push(friend)))[0] for _ in range(2)] == [200, 500]
    assert (await friend.call(PUSH, json=push(friend, to=other)))[0] == 200
    loading = {"chatId": friend.person}
    assert (await friend.call("/v2/bot/chat/loading/start", json=loading))[0] == 500
    await friend.errs("server_error", person=friend.person)
    reply = {"replyToken": friend.token, "messages": [{"type": "text", "text": "x"}]}
    assert (await friend.call("/v2/bot/message/reply", json=reply))[0] == 500  # whose the token is
    await friend.errs("rate_limit", account="U" + "f" * 32)
    assert (await friend.call(PUSH, json=push(friend)))[0] == 200
    async with friend.http.delete(f"{friend.url}/control/faults") as forgotten:
        assert forgotten.status == 200
    await friend.control("faults", 400, name="no such fault")
    await friend.control("faults", 400, kind="earthquake")


@pytest.mark.parametrize(
    ("name", "pushed", "replied", "arrives"),
    [
        ("rate_limit", RetryLater, RetryLater, 0),
        ("monthly_limit", Refused, Sent, 0),
        ("unauthorised", Refused, Refused, 0),
        ("server_error", RetryLater, Unknown, 0),
        ("bad_gateway", RetryLater, Unknown, 0),
        ("garbage", Sent, Sent, 1),
        ("no_answer", RetryLater, Unknown, 0),
        ("answer_lost", RetryLater, Unknown, 1),
        ("cut", RetryLater, Unknown, 0),
        ("cut_after", RetryLater, Unknown, 1),
        ("half", RetryLater, Unknown, 1),
    ],
)
async def test_the_program_makes_of_each_what_is_true(
    friend: World, monkeypatch: pytest.MonkeyPatch, name: str, pushed: type, replied: type, arrives: int
) -> None:
    """And a second try of the same letter never makes two messages of it."""
    monkeypatch.setattr(request.options, "__defaults__", (aiohttp.ClientTimeout(total=0.3),))
    await friend.errs(name)
    letter, answer = friend.letter(), friend.letter(reply_token=friend.token)
    assert isinstance(await friend.channel.send(friend.account, HELLO, letter), pushed)
    assert await arrived(friend) == arrives
    assert isinstance(await friend.channel.send(friend.account, HELLO, letter), Sent)
    assert await arrived(friend) == 1
    await friend.errs(name)
    assert isinstance(await friend.channel.send(friend.account, HELLO, answer), replied)
    await friend.channel.send(friend.account, HELLO, answer)  # the token works once
    assert await arrived(friend) == 2


async def test_a_fault_may_hit_every_call(friend: World) -> None:
    await friend.errs("server_error", times=None)
    paths = ["/v2/bot/info", f"/v2/bot/profile/{friend.person}", "/v2/bot/message/quota", "/v2/bot/richmenu/list"]
    assert {(await friend.call(path, method="GET"))[0] for path in paths} == {500}
    async with friend.http.get(f"{friend.url}/control/faults") as planned:
        assert [fault["status"] for fault in await planned.json()] == [500]
