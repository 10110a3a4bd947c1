"""One account whose calls hang: the others of its platform are served, and nothing of it is taken for sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots import shares
from bots.app import CONNECTIONS, open_channels
from bots.channel import Account, Channel, Outcome, RetryLater, Sent
from bots.settings import Settings
from handlers.cards import Card
from tests.channels.telegram_world import letter
from tests.faults.program import until

SECRETS = {
    "line": {"channel_secret": "0" * 32, "access_token": "hangs"},
    "telegram": {"bot_token": "1:hangs", "webhook_secret": "s"},
}
ANSWERS = {
    "line": {"sentMessages": [{"id": "1"}]},
    "telegram": {"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}},
}


class Platform:
    """Says nothing to one account until it is let go; sends the others an answer, or half of one if it is slow."""

    def __init__(self) -> None:
        self.silent = 0
        self.goes_on = asyncio.Event()
        self.half = False
        app = web.Application()
        app.router.add_post("/{path:.*}", self._call)
        self.server = TestServer(app)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        answer = json.dumps(ANSWERS["telegram" if "/bot1:" in request.path else "line"]).encode()
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if "hangs" in request.path + request.headers.get("Authorization", ""):
            self.silent += 1
            if self.half:
                await response.prepare(request)
                await response.write(answer[:1])
            await self.goes_on.wait()
        if not response.prepared:
            await response.prepare(request)
            await response.write(answer[:1])
        await response.write_eof(answer[1:])
        return response


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    platform = Platform()
    await platform.server.start_server()
    yield platform
    platform.goes_on.set()
    await platform.server.close()


@pytest.mark.parametrize("half", [False, True], ids=["no answer", "half an answer"])
@pytest.mark.parametrize("name", SECRETS)
async def test_an_account_whose_calls_hang_leaves_the_others_theirs(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, name: str, half: bool
) -> None:
    monkeypatch.setattr(shares, "WAIT_SECONDS", 0.2)
    platform.half = half
    url = str(platform.server.make_url(""))
    settings = Settings(_env_file=None, line_api_url=url, line_data_api_url=url, telegram_api_url=url)
    async with open_channels(settings) as channels:
        hanging = Account(uuid4(), uuid4(), "a", name, "", "", SECRETS[name])
        calls = [asyncio.create_task(_sends(channels[name], hanging)) for _ in range(CONNECTIONS + 10)]

        async def all_hang() -> bool:
            return platform.silent + sum(call.done() for call in calls) == len(calls)

        await until(all_hang, "every call to hang or to be given up")
        assert platform.silent == shares.SHARE
        for call in calls:
            if call.done():
                assert isinstance(call.result(), RetryLater), call.result()
        secrets = {key: value.replace("hangs", "speaks") for key, value in SECRETS[name].items()}
        async with asyncio.timeout(2):
            assert isinstance(await _sends(channels[name], replace(hanging, secrets=secrets)), Sent)
        platform.goes_on.set()
        await asyncio.gather(*calls)
        assert isinstance(await _sends(channels[name], hanging), Sent), "and gets its own back"


async def _sends(channel: Channel, account: Account) -> Outcome:
    return await channel.send(account, [Card("hello")], letter("1"))
