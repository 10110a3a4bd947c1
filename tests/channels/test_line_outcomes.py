"""LINE: what each answer, and no answer, to a call means for the message."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.channel import AccountError, Outcome, Refused, RetryLater, Sent, Unknown
from bots.line import LineChannel
from bots.line.outcomes import outcome_of
from handlers.cards import Card
from tests.channels.line_samples import account, letter


async def outcome(
    answer: Callable[[web.Request], web.StreamResponse], *, reply: bool = False, cards: int = 1
) -> Outcome:
    """What the real channel over the real SDK makes of a server's answer to a send."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handle)
    server = TestServer(app)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        channel = LineChannel(session, str(server.make_url("")), str(server.make_url("")))
        sent = letter(reply_token="r" * 32 if reply else None)
        result = await channel.send(account(), [Card(text="x")] * cards, sent)
        await channel.close()
    await server.close()
    return result


def says(status: int, text: str = "", **headers: str) -> Callable[[web.Request], web.StreamResponse]:
    return lambda _: web.json_response({"message": text}, status=status, headers=headers)


def raw(status: int, content: bytes) -> Callable[[web.Request], web.StreamResponse]:
    return lambda _: web.Response(status=status, body=content, content_type="text/html")


def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


MONTH, RATE = "You have reached your monthly limit.", "The API rate limit has been exceeded. Try again later."


@pytest.mark.parametrize(
    ("answer", "pushed", "replied"),
    [
        (says(400, "Invalid reply token"), Refused, Refused),
        (says(401, "Authentication failed"), Refused, Refused),
        (says(429, MONTH), Refused, Refused),
        (says(429, RATE), RetryLater, RetryLater),
        (says(500, "The server"), RetryLater, Unknown),
        (raw(502, b"<h1>\xff\xfe bad gateway</h1>"), RetryLater, Unknown),
        (raw(503, b""), RetryLater, Unknown),
        (raw(400, b"<h1>\xff</h1>"), Refused, Refused),
        (raw(200, b"{}"), Sent, Sent),
        (raw(200, b"\xff\xfe"), Sent, Sent),
        (raw(200, b"not json"), Sent, Sent),
        (hang_up, RetryLater, Unknown),
    ],
)
async def test_every_answer_is_an_outcome(
    answer: Callable[[web.Request], web.StreamResponse], pushed: type, replied: type
) -> None:
    assert isinstance(await outcome(answer), pushed)
    assert isinstance(await outcome(answer, reply=True), replied)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (says(400, "Invalid reply token"), "token"),
        (says(400, "The request body has 1 error(s)"), "bad_request"),
        (says(400, "Failed to send messages"), "blocked"),
        (says(401, "Authentication failed"), "unauthorised"),
        (says(403, "Not available"), "unauthorised"),
        (says(404, "Not found"), "bad_request"),
        (says(413, "Too large"), "bad_request"),
        (says(429, MONTH), "quota"),
    ],
)
async def test_a_refusal_says_why(answer: Callable[[web.Request], web.StreamResponse], reason: str) -> None:
    result = await outcome(answer)
    assert isinstance(result, Refused)
    assert result.reason == reason


async def test_a_rate_limit_holds_back_the_whole_account_for_as_long_as_is_asked() -> None:
    assert await outcome(says(429, RATE, **{"Retry-After": "7"})) == RetryLater(7, "rate limit", whole_account=True)


async def test_a_known_retry_key_means_sent() -> None:
    said = {"message": "The retry key is already accepted", "sentMessages": [{"id": "9"}]}
    assert await outcome(lambda _: web.json_response(said, status=409)) == Sent(("9",))


async def test_the_detail_of_a_refusal_names_the_property() -> None:
    said = {"message": "Bad", "details": [{"message": "May not be empty", "property": "messages[0].text"}]}
    result = await outcome(lambda _: web.json_response(said, status=400))
    assert result == Refused("bad_request", "400; Bad; messages[0].text: May not be empty")


async def test_more_cards_than_a_call_holds_are_refused_unsent() -> None:
    assert await outcome(says(200), cards=6) == Refused("bad_request", "not a LINE message: messages")


async def test_no_connection_means_surely_not_sent(unused_tcp_port: int) -> None:
    async with aiohttp.ClientSession() as session:
        channel = LineChannel(session, f"http://127.0.0.1:{unused_tcp_port}", "http://127.0.0.1:1")
        for token in (None, "r" * 32):
            result = await channel.send(account(), [Card(text="x")], letter(reply_token=token))
            assert isinstance(result, RetryLater)
        with pytest.raises(AccountError, match="ClientConnectorError"):
            await channel.prove(account())
        await channel.close()


def test_a_timeout_is_doubtful_without_a_retry_key() -> None:
    assert isinstance(outcome_of(TimeoutError(), has_retry_key=True), RetryLater)
    assert isinstance(outcome_of(TimeoutError(), has_retry_key=False), Unknown)
    assert isinstance(outcome_of(aiohttp.ConnectionTimeoutError(), has_retry_key=False), RetryLater)
