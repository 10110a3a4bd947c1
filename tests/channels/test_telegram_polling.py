"""Telegram: what each answer to getUpdates means, and that updates stay as raw as Telegram sent them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.channel import AccountError, Contested, Fetched, Reception, Refused, RetryLater
from bots.telegram import TelegramChannel
from bots.telegram.inbound import ALLOWED_UPDATES
from tests.channels.telegram_samples import TOKEN, Reply, account, message, press
from tests.channels.test_telegram_outcomes import broken, refusing, silent

Answering = Callable[[Reply], Awaitable[TelegramChannel]]


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    """A Telegram that answers as told."""
    servers: list[TestServer] = []
    async with aiohttp.ClientSession() as session:

        async def serve(reply: Reply) -> TelegramChannel:
            app = web.Application()
            app.router.add_route("*", "/{tail:.*}", reply)
            servers.append(server := TestServer(app))
            await server.start_server()
            return TelegramChannel(session, str(server.make_url("")))

        yield serve
        for server in servers:
            await server.close()


def saying(result: Any) -> Reply:
    async def reply(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "result": result})

    return reply


async def test_updates_are_kept_as_they_are(answering: Answering) -> None:
    newer = {"update_id": 12, "telepathy": {"of": "next year"}}
    updates = [message(text="hi", novelty={"a": [1]}), press(), newer]
    channel = await answering(saying(updates))
    fetched = await channel.fetch(account(), None, 1)
    assert isinstance(fetched, Fetched)
    assert [arrival.payload for arrival in fetched.arrivals] == updates
    assert [(arrival.event_id, arrival.lane) for arrival in fetched.arrivals] == [
        ("10", "5100000001"),
        ("11", "5100000001"),
        ("12", "~12"),
    ]
    assert fetched.newest == 12
    assert await (await answering(saying([]))).fetch(account(), 12, 1) == Fetched([], None)


async def test_what_is_confirmed_and_asked_for(answering: Answering) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    async def reply(request: web.Request) -> web.Response:
        asked.append((request.path, dict(request.query)))
        return web.json_response({"ok": True, "result": []})

    channel = await answering(reply)
    for confirmed in (None, 41):
        await channel.fetch(account(), confirmed, 24.9)
    types = '["message", "callback_query", "my_chat_member"]'
    assert asked == [
        (f"/bot{TOKEN}/getUpdates", {"timeout": "24", "allowed_updates": types}),
        (f"/bot{TOKEN}/getUpdates", {"timeout": "24", "allowed_updates": types, "offset": "42"}),
    ]
    assert len(ALLOWED_UPDATES) == 3


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (refusing(409, "Conflict: terminated by other"), Contested("Conflict: terminated by other")),
        (refusing(401, "Unauthorized"), Refused("unauthorised", "Unauthorized")),
        (refusing(404, "Not Found"), Refused("unauthorised", "Not Found")),
        (refusing(429, "Too Many Requests", retry_after=7), RetryLater(7.0, "429", whole_account=True)),
    ],
)
async def test_refusals(answering: Answering, reply: Reply, outcome: object) -> None:
    assert await (await answering(reply)).fetch(account(), None, 1) == outcome


async def text(request: web.Request) -> web.Response:
    return web.Response(text="not JSON", content_type="application/json")


async def half(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    answer.content_length = 1000
    await answer.prepare(request)
    await answer.write(b'{"ok": true, "result": [')
    assert request.transport is not None
    request.transport.abort()
    return answer


@pytest.mark.parametrize(
    "reply",
    [
        broken,
        silent,
        text,
        half,
        refusing(500, "Internal Server Error"),
        saying("nonsense"),
        saying(None),
        saying([{"update_id": "x"}]),
        saying([7]),
    ],
)
async def test_garbage_is_asked_for_again(answering: Answering, reply: Reply) -> None:
    outcome = await (await answering(reply)).fetch(account(), None, 1)
    assert isinstance(outcome, RetryLater), outcome
    assert 0 < outcome.seconds <= 5
    assert TOKEN.partition(":")[2] not in repr(outcome)


async def test_an_account_without_a_token_is_refused(answering: Answering) -> None:
    channel = await answering(saying([]))
    assert isinstance(await channel.fetch(account(bot_token=""), None, 1), Refused)


async def test_polls_leave_room_for_sends() -> None:
    """Each poll holds a connection; those of sends are counted apart."""
    holding = asyncio.Event()

    async def reply(request: web.Request) -> web.Response:
        if "getUpdates" in request.path:
            await holding.wait()
        return web.json_response({"ok": True, "result": [] if "getUpdates" in request.path else True})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", reply)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as polls,
    ):
        channel = TelegramChannel(session, str(server.make_url("")), polls)
        polling = [asyncio.create_task(channel.fetch(account(), None, 20)) for _ in range(3)]
        await asyncio.wait_for(channel.unregister(account()), 5)
        holding.set()
        assert await asyncio.gather(*polling) == [Fetched([], None)] * 3


async def test_what_telegram_says_of_the_webhook(answering: Answering) -> None:
    trouble = "Wrong response from the webhook: 500 Internal Server Error"
    info = {"url": "https://a.example", "has_custom_certificate": False, "pending_update_count": 3}
    info |= {"last_error_date": 1_760_000_000, "last_error_message": trouble}
    assert await (await answering(saying(info))).reception(account()) == Reception(
        True, f"3 events wait for the webhook; the last one failed: {trouble}"
    )
    gone = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    assert await (await answering(saying(gone))).reception(account()) == Reception(False)
    refused = await answering(refusing(401, "Unauthorized"))
    for asking in (refused.reception(account()), refused.unregister(account())):
        with pytest.raises(AccountError, match="does not know this bot token"):
            await asking
