"""Telegram: what each answer, and no answer, to a call means for the message."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.channel import AccountError, Outcome, Refused, RetryLater, Sent, Unknown
from bots.telegram import TelegramChannel
from handlers.cards import Card
from tests.channels.telegram_samples import TOKEN, Reply, account, letter, message, press


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def answering(session: aiohttp.ClientSession) -> AsyncIterator[Callable[[Reply], Awaitable[TelegramChannel]]]:
    servers: list[TestServer] = []

    async def serve(reply: Reply) -> TelegramChannel:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", reply)
        servers.append(server := TestServer(app))
        await server.start_server()
        return TelegramChannel(session, str(server.make_url("")))

    yield serve
    for server in servers:
        await server.close()


def refusing(status: int, description: str, **parameters: int) -> Reply:
    async def reply(request: web.Request) -> web.Response:
        body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
        return web.json_response(body, status=status)

    return reply


async def silent(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    raise asyncio.CancelledError


def page(status: int, text: str = "<html>nginx</html>") -> Reply:
    async def reply(request: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    return reply


broken = page(502)


NOT_MODIFIED = "Bad Request: message is not modified: specified new message content"


@pytest.mark.parametrize(
    ("reply", "sent", "edited"),
    [
        (refusing(429, "Too Many Requests: retry after 7", retry_after=7), RetryLater(7, "429", True), None),
        (refusing(403, "Forbidden: bot was blocked by the user"), Refused("blocked"), None),
        (refusing(403, "Forbidden: user is deactivated"), Refused("blocked"), None),
        (refusing(400, "Bad Request: chat not found"), Refused("blocked"), None),
        (refusing(400, "Bad Request: BUTTON_DATA_INVALID"), Refused("bad_request"), None),
        (refusing(400, NOT_MODIFIED), Sent(), Sent()),
        (refusing(401, "Unauthorized"), Refused("unauthorised"), None),
        (refusing(404, "Not Found"), Refused("unauthorised"), None),
        (refusing(500, "Internal Server Error"), Unknown("Internal Server Error"), RetryLater(2, "x")),
        (refusing(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1), Refused("bad_request"), None),
        (broken, Unknown("Bad Gateway"), RetryLater(2, "x")),
        *((page(status), Unknown("a proxy"), RetryLater(2, "x")) for status in (200, 302, 400, 401, 403, 404, 429)),
        *((page(200, text), Unknown("not an answer"), RetryLater(2, "x")) for text in ("{}", "[]", "5", '{"ok": tr')),
        (page(403, "[]"), Unknown("not an answer"), RetryLater(2, "x")),
        (silent, Unknown("ServerDisconnectedError"), RetryLater(2, "x")),
    ],
)
async def test_outcomes(
    answering: Callable[[Reply], Awaitable[TelegramChannel]], reply: Reply, sent: Outcome, edited: Outcome | None
) -> None:
    channel = await answering(reply)
    outcome = await channel.send(account(), [Card(text="hi")], letter())
    assert alike(outcome, sent)
    assert alike(await channel.edit(account(), "5", Card(text="hi"), letter()), edited or sent)


def alike(outcome: Outcome, expected: Outcome) -> bool:
    """The same kind and, where there is one, the same decision; reasons are for people."""
    match outcome, expected:
        case (Refused(reason=one), Refused(reason=other)):
            return one == other
        case (RetryLater(seconds=one_wait, whole_account=one_all), RetryLater(seconds=wait, whole_account=all_)):
            return one_wait == wait and one_all == all_
        case _:
            return type(outcome) is type(expected)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('can\'t parse entities: unsupported start tag "0895550100" at byte offset 5', "Can't parse entities"),
        ("wrong file identifier specified: นัท", "Wrong file identifier specified"),
        ("BUTTON_DATA_INVALID", "Button_data_invalid"),
        ("0895550100 is not a message", ""),
    ],
)
async def test_what_a_refusal_quotes_is_not_kept(
    answering: Callable[[Reply], Awaitable[TelegramChannel]], said: str, kept: str
) -> None:
    channel = await answering(refusing(400, f"Bad Request: {said}"))
    assert await channel.send(account(), [Card(text="hi")], letter()) == Refused("bad_request", kept)


async def test_a_refused_connection_is_safe_to_repeat(session: aiohttp.ClientSession) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    channel = TelegramChannel(session, f"http://127.0.0.1:{port}")
    assert isinstance(await channel.send(account(), [Card(text="hi")], letter()), RetryLater)
    with pytest.raises(AccountError, match="could not be asked"):
        await channel.prove(account())


async def test_a_closed_session_never_sent_anything() -> None:
    async with aiohttp.ClientSession() as closed:
        channel = TelegramChannel(closed, "http://127.0.0.1:9")
    assert isinstance(await channel.send(account(), [Card(text="hi")], letter()), RetryLater)


async def test_an_account_without_a_token_or_secret_is_unauthorised(session: aiohttp.ClientSession) -> None:
    channel = TelegramChannel(session, "http://127.0.0.1:9")
    outcome = await channel.send(account(bot_token=""), [Card(text="hi")], letter())
    assert alike(outcome, Refused("unauthorised"))
    with pytest.raises(AccountError, match="secret"):
        await channel.register(account(webhook_secret=""), "https://clinic.example/webhooks/telegram/siam")


async def test_acknowledging_never_raises_and_messages_need_none(
    answering: Callable[[Reply], Awaitable[TelegramChannel]],
) -> None:
    asked: list[str] = []

    async def too_old(request: web.Request) -> web.Response:
        asked.append(request.path.rpartition("/")[2])
        return await refusing(400, "Bad Request: query is too old")(request)

    channel = await answering(too_old)
    await channel.acknowledge(account(), press())
    await channel.acknowledge(account(), message(text="hi"))
    await channel.acknowledge(account(bot_token=""), press())
    assert asked == ["answerCallbackQuery"]


async def test_no_token_reaches_a_log_or_an_outcome(
    answering: Callable[[Reply], Awaitable[TelegramChannel]],
    session: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    failing = [await answering(broken), await answering(silent), TelegramChannel(session, "http://[bad")]
    for channel in failing:
        outcome = await channel.send(account(), [Card(text="private words")], letter())
        assert TOKEN not in repr(outcome)
        with pytest.raises(AccountError) as caught:
            await channel.prove(account())
        assert TOKEN not in str(caught.value)
    ours = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    assert not [words for words in ours if TOKEN in words or "private words" in words]


async def test_the_deep_link_carries_the_code(session: aiohttp.ClientSession) -> None:
    channel = TelegramChannel(session, "http://127.0.0.1:9")
    assert channel.link(account(), "AB_c-1") == "https://t.me/siam_bot?start=AB_c-1"
    with pytest.raises(ValueError, match="characters"):
        channel.link(account(), "a b")
