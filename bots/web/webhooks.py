"""`POST /webhooks/{channel}/{clinic}`: verify the raw bytes, put the events into the inbox, answer 200.

A forged request and an unknown clinic get the same 401 and cost no SQL but for one look a second, shared by all of
them, at whether the account's secrets have just changed. 200 is only ever said after the events are committed; when the
database is away or says nothing the platform gets a 503 and brings them again; what was taken all the same is known by
then.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

import structlog
from aiohttp import web

from bots.accounts import Accounts, SealedError
from bots.channel import Account, Channel, CrowdedError
from bots.intake import Intake
from bots.metrics import Metrics
from bots.waiting import within
from bots.web.reading import body_of
from domain.database.errors import UNAVAILABLE

log = structlog.get_logger()
# From the whole body to the answer. LINE gives up after two
# (https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/).
ANSWER_SECONDS = 1.5


def routes(intake: Intake, accounts: Accounts, channels: Mapping[str, Channel], metrics: Metrics) -> list[web.RouteDef]:
    """The webhook routes of every registered channel."""

    async def timed(request: web.Request) -> web.Response:
        begun, status = time.perf_counter(), 500
        try:
            response = await receive(request)
            status = response.status
            return response
        finally:
            name = request.match_info["channel"]
            metrics.webhook(name if name in channels else "unknown", status, time.perf_counter() - begun)

    async def sender(channel: Channel, request: web.Request, body: bytes) -> Account | None:
        """The account that the platform made this request for; None when it did not, or when nobody can tell.

        An account whose secrets no key opens gets what an unknown clinic gets. A 503 would tell everybody that it is
        there, and gain nothing: platforms bring events again after any answer but 2xx (LINE with redelivery on;
        Telegram: https://core.telegram.org/bots/api#setwebhook).
        """
        for look in (accounts.at, accounts.at_again):
            with suppress(SealedError):
                account = await look(channel.name, request.match_info["clinic"])
                if account is not None and channel.verify(account, request.headers, body):
                    return account
        return None

    async def receive(request: web.Request) -> web.Response:
        body = await body_of(request)
        if isinstance(body, web.Response):
            return body
        try:
            return await within(ANSWER_SECONDS, take(request, body))
        except UNAVAILABLE as error:
            log.warning("webhook.unavailable", error=type(error).__name__)
            return web.json_response({"error": "unavailable"}, status=503, headers={"Retry-After": "2"})

    async def take(request: web.Request, body: bytes) -> web.Response:
        channel = channels.get(request.match_info["channel"])
        account = await sender(channel, request, body) if channel else None
        if channel is None or account is None:
            return web.json_response({"error": "unauthorised"}, status=401)
        try:
            await intake.accept(account, channel.read(body))
        except CrowdedError:
            log.warning("webhook.too_many_events", **account.told)
            return web.json_response({"error": "too many events"}, status=413)
        except (ValueError, RecursionError):  # not JSON, not the platform's shape, nested beyond reason
            return web.json_response({"error": "malformed"}, status=400)
        return web.json_response({})

    return [web.post("/webhooks/{channel}/{clinic}", timed)]
