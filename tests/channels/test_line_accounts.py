"""The emulated LINE: accounts prove themselves, people are made once, deliveries are repeated."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from bots.channel import Account, AccountError, Profile, Proof, Reception, Refused
from handlers.cards import Card
from tests.channels.line_world import SECRET, TOKEN, World


async def test_the_account_proves_itself(line: World) -> None:
    account = line.account
    expected = Proof(external_id=account.external_id, name="ออร่า คลินิก", handle=account.handle)
    assert await line.channel.prove(account) == expected


async def test_a_wrong_token_is_refused_everywhere_and_never_named(line: World) -> None:
    secrets = {"channel_secret": SECRET, "access_token": "stolen"}
    wrong = Account(uuid4(), uuid4(), "aura", "line", "", "", secrets)
    with pytest.raises(AccountError, match="401") as refused:
        await line.channel.prove(wrong)
    assert "stolen" not in str(refused.value)
    with pytest.raises(AccountError, match="401"):
        await line.channel.register(wrong, line.webhook_url)
    result = await line.channel.send(wrong, [Card(text="x")], line.letter())
    assert isinstance(result, Refused)
    assert result.reason == "unauthorised"


async def test_a_webhook_needs_https_except_on_this_machine(line: World) -> None:
    for url in ("http://clinic.example/hook", "ftp://x", "https://"):
        with pytest.raises(AccountError, match="400"):
            await line.channel.register(line.account, url)
    with pytest.raises(AccountError, match="longer than LINE's 500"):
        await line.channel.register(line.account, "https://x.example/" + "a" * 500)
    await line.channel.register(line.account, "https://clinic.example/hook")


async def test_line_is_asked_whether_it_can_bring_events(line: World) -> None:
    async def says() -> Reception:
        return await line.channel.reception(line.account)

    assert await says() == Reception(True)
    line.program.statuses = [503]
    assert await says() == Reception(True, f"LINE cannot bring events to {line.webhook_url}: ERROR_STATUS_CODE (503)")
    line.program.account = replace(line.account, secrets={"channel_secret": "6" * 32, "access_token": "x"})
    assert await says() == Reception(
        True, "LINE signs with another channel secret than the one kept: run `aura channel set`"
    )
    await _answers(line, 200, {"endpoint": line.webhook_url, "active": False})
    assert await says() == Reception(True, 'the switch "Use webhook" is off in the LINE Developers console')
    await _answers(line, 404, {"message": "Not found"})
    assert await says() == Reception(False)
    await line.errs("server_error")
    with pytest.raises(AccountError, match="500"):
        await says()


async def _answers(line: World, status: int, body: dict[str, Any]) -> None:
    """What LINE says of the webhook's address."""
    fault = {"call": "/v2/bot/channel/webhook/endpoint", "status": status, "body": body}
    async with line.http.post(f"{line.url}/control/faults", json=fault) as answer:
        assert answer.status == 200


async def test_a_profile_has_name_and_language(line: World) -> None:
    await line.act("follow")
    payload = line.program.arrivals[-1].payload
    assert await line.channel.profile(line.account, payload) == Profile("นก", "th")
    assert await line.channel.profile(line.account, {}) == Profile()


async def test_two_accounts_share_one_channel_and_keep_apart(line: World) -> None:
    made = await line.control("accounts", slug="b", name="B", channel_secret="6" * 32, access_token="second")
    assert made["account"] != line.account.external_id
    secrets = {"channel_secret": "6" * 32, "access_token": "second"}
    second = Account(uuid4(), uuid4(), "b", "line", made["account"], made["handle"], secrets)
    proofs = await asyncio.gather(*[line.channel.prove(a) for a in (line.account, second) * 5])
    assert [proof.external_id for proof in proofs] == [line.account.external_id, second.external_id] * 5
    await line.act("follow")
    result = await line.channel.send(second, [Card(text="x")], line.letter(reply_token=line.token))
    assert isinstance(result, Refused)
    assert result.reason == "token"


async def test_accounts_and_people_are_made_once(line: World) -> None:
    again = await line.control("accounts", slug="aura", name="New", channel_secret=SECRET, access_token=TOKEN)
    assert again["account"] == line.account.external_id
    assert (await line.act("follow"))["deliveries"][0]["status"] == 200  # the webhook is still known
    assert (await line.control("people", id=line.person, name="Nok", language="en"))["id"] == line.person
    assert re.fullmatch("U[0-9a-f]{32}", (await line.control("people", name="x", language="th"))["id"])
    await line.control("people", status=400)
