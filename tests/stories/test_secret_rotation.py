"""Secrets replaced while webhooks keep coming: nothing is refused during the day of overlap, the old one after it."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import structlog

from bots.accounts import MOST_WAITING, SecretBox
from bots.connect import connect
from bots.line import inbound as line
from bots.pictures.address import PictureAddress
from bots.resealing import reseal_accounts
from bots.rotation import OVERLAP, Kept
from bots.telegram import inbound as telegram
from domain.clinics import store
from domain.database.outbox import claim_accounts
from domain.notifications.service import notify
from handlers.actions import ActionSigner
from handlers.cards import Card, Picture
from handlers.menu import command_button
from tests.conftest import copy_of
from tests.faults.program import until
from tests.stories.forgery import Request, address, post, press
from tests.stories.person import Person
from tests.stories.scenes import joins_team
from tests.stories.world import CHANNELS, SECRET_KEY, World
from tests.stories.world import world as make_world

IN_FORCE = {
    "line": {"channel_secret": "secret-DRG", "access_token": "token-DRG"},
    "telegram": {"bot_token": "100001:token-DRG", "webhook_secret": "hook-DRG"},
}
VERIFIER = {"line": "channel_secret", "telegram": "webhook_secret"}


def _webhook(world: World, channel: str, secret: str) -> Request:
    """A request that the platform signs with this secret: an event that asks for no answer."""
    if channel == "telegram":
        body = json.dumps({"update_id": secrets.randbits(40), "poll": {"id": "1"}}).encode()
        return Request(address(world, channel), {telegram.SECRET_HEADER: secret}, body)
    event = {
        "type": "join",
        "mode": "active",
        "timestamp": 1_760_000_000_000,
        "source": {"type": "group", "groupId": "C1"},
        "webhookEventId": secrets.token_hex(13).upper(),
        "deliveryContext": {"isRedelivery": False},
    }
    body = json.dumps({"destination": "U", "events": [event]}).encode()
    return Request(address(world, channel), {line.SIGNATURE_HEADER: line.sign(secret, body).decode()}, body)


async def _sets(world: World, channel: str, secret: str, *, drop_previous: bool = False) -> None:
    """What `aura channel set` does in a process of its own; the serving one is not told."""
    program, url = world.program, address(world, channel)
    given = IN_FORCE[channel] | {VERIFIER[channel]: secret}
    clinic = (world.clinic_ids["DRG"], "DRG")
    await connect(
        program.units, program.box, program.channels[channel], clinic, given, url, drop_previous=drop_previous
    )


async def _status(world: World, channel: str, secret: str) -> int:
    return (await post(world, _webhook(world, channel, secret)))[0]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_rotation_under_load_refuses_nothing(world: World, channel: str) -> None:
    """In flight are both: what was signed before the change and brought after it, and what was signed since."""
    world.program.accounts.again_seconds = 0.1
    old, new = IN_FORCE[channel][VERIFIER[channel]], "0" * 32
    statuses: list[int] = []
    halfway, rotated = asyncio.Event(), asyncio.Event()

    async def platform(pick: Callable[[int], str]) -> None:
        since = 0
        for n in range(10_000):
            statuses.append(await _status(world, channel, pick(n)))
            if len(statuses) >= 30:
                halfway.set()
            since += rotated.is_set()
            if since >= 20:
                return

    senders = [
        platform(lambda n: old),
        platform(lambda n: new if rotated.is_set() else old),
        platform(lambda n: new if rotated.is_set() and n % 2 else old),
    ]
    async with asyncio.TaskGroup() as running:
        for sender in senders:
            running.create_task(sender)
        await halfway.wait()
        await _sets(world, channel, new)
        rotated.set()
    assert set(statuses) == {200}
    await world.settles()
    assert await world.one_truth("select count(*) from inbox where state = 'done'") == len(statuses)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_old_secret_ends_after_a_day_or_at_once(world: World, channel: str) -> None:
    accounts = world.program.accounts
    accounts.again_seconds = 0.01
    old = IN_FORCE[channel][VERIFIER[channel]]
    await _sets(world, channel, "1" * 32)
    await _sets(world, channel, "1" * 32)  # once more: nothing is lost, nothing is prolonged
    began = accounts.now()
    assert [await _status(world, channel, secret) for secret in (old, "1" * 32)] == [200, 200]
    accounts.now = lambda: began + OVERLAP - timedelta(minutes=1)
    assert await _status(world, channel, old) == 200
    accounts.now = lambda: began + OVERLAP
    assert [await _status(world, channel, secret) for secret in (old, "1" * 32)] == [401, 200]
    accounts.now = lambda: began
    await _sets(world, channel, "2" * 32, drop_previous=True)
    await accounts.refresh()
    assert [await _status(world, channel, secret) for secret in (old, "1" * 32, "2" * 32)] == [401, 401, 200]


async def test_forged_requests_wait_neither_in_numbers_nor_for_long(world: World) -> None:
    """However many come, few are held, and those no longer than until the next reading."""
    accounts = world.program.accounts
    await accounts.refresh()
    accounts.again_seconds = 60.0
    held = [asyncio.create_task(accounts.at_again("line", "DRG")) for _ in range(200)]
    done, _ = await asyncio.wait(held, timeout=0.2)
    assert len(done) == 200 - MOST_WAITING
    assert {task.result() for task in done} == {None}
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)


NEWER = "the key that comes after it; for tests only as well"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_key_of_the_installation_is_replaced(opened: str, channel: str) -> None:
    """With both keys everything old works; when the old one has gone, what it sealed is refused, and kindly."""
    secret = IN_FORCE[channel][VERIFIER[channel]]
    async with copy_of(opened) as database:
        async with make_world(database, f"{NEWER},{SECRET_KEY}") as both:
            await both.finds_open("DRG")
            jay = await joins_team(both, "sales", "คุณเจ", channel)
            await _presses_an_old_button(both, jay)
            await jay.sees("What you can do here")
            assert await _status_of_old_picture(both) == 200
            assert (await reseal_accounts(both.program.units, both.program.box)).done == len(CHANNELS)
            assert await _status(both, channel, secret) == 200, "the program goes on with what it knows"
        async with make_world(database, NEWER) as after:
            await after.finds_open("DRG")
            assert await _status(after, channel, secret) == 200
            await after.truth("update inbox set event_id = 'before ' || event_id")  # the new platform begins anew
            await after.person("has the number of คุณเจ on the new platform", channel, "en")
            jay = await joins_team(after, "sales", "คุณจ๋า", channel)
            await _presses_an_old_button(after, jay)
            await jay.sees("This button is not for this chat or no longer works.")
            usual = {button["label"] for button in (await jay.newest())["buttons"]}
            assert {jay.t("New customer"), jay.t("Payments")} <= usual
            assert await _status_of_old_picture(after) == 404
            await jay.taps("New customer")
            await jay.sees("What is the customer's name?")


async def test_without_its_key_an_account_waits_and_loses_nothing(opened: str) -> None:
    """A wrong AURA_SECRET_KEY after a deployment: webhooks are put off, and what is in the inbox stays there."""
    async with copy_of(opened) as database, make_world(database, f"{NEWER} and not this one") as wrong:
        for channel in CHANNELS:
            assert await _status(wrong, channel, IN_FORCE[channel][VERIFIER[channel]]) == 401
        await wrong.truth(
            "insert into inbox (clinic_id, account_id, event_id, lane, payload, received_at)"
            " select clinic_id, id, 'waiting', '~1', '{}', now() from channel_accounts"
        )

        async def put_off() -> bool:
            looked_at = "lease > 0 and lease_until > clock_timestamp() + interval '40 s'"
            return bool(await wrong.one_truth(f"select count(*) = 2 from inbox where {looked_at}"))  # noqa: S608

        await until(put_off, "both events to be put off")
        assert await wrong.one_truth("select count(*) from inbox where state = 'pending' and attempts = 0") == 2


async def _presses_an_old_button(world: World, person: Person) -> None:
    """Presses what was sent to this person before the keys were changed."""
    [account] = [a for a in await world.program.accounts.of_clinic("DRG") if a.channel == person.channel]
    action = command_button(person.words, "help").action
    assert action is not None
    data = ActionSigner((SECRET_KEY,)).sign(action, account.clinic_id, account.id, person.id)
    assert (await post(world, press(world, person, data)))[0] == 200
    await world.settles()


async def _status_of_old_picture(world: World) -> int:
    """What becomes of a picture's address that was sent before the keys were changed."""
    card = json.dumps(
        {"card": Card(picture=Picture("qr", {"url": "https://clinic.example", "caption": "Us"}, "")).to_json()}
    )
    row = await world.one_truth(
        "update outbox set content = $1"
        " where seq = (select min(seq) from outbox where row_kind = 'answer') returning id",
        card,
    )
    url = PictureAddress(world.program.settings.address, (SECRET_KEY,)).url(world.clinic_ids["DRG"], row)
    async with world.http.get(url) as answer:
        return answer.status


@pytest.mark.parametrize("channel", CHANNELS)
async def test_events_come_in_while_secrets_are_saved(world: World, channel: str) -> None:
    """Saving waits for whoever works on an event; if it kept the worker's messages waiting, neither would end."""
    async with world.unit() as unit:
        await store.account_on(unit.db, unit.clinic.id, channel, lock=True)
        async with asyncio.timeout(5):
            status, _ = await post(world, _webhook(world, channel, IN_FORCE[channel][VERIFIER[channel]]))
    assert status == 200
    await world.settles()


async def test_an_account_without_its_key_is_looked_at_once_a_minute(world: World) -> None:
    """What waits for it stays, and the log has a line a minute of it, not one a second. Who has the key may send."""
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")
    program = world.program
    [row] = await world.truth("select person_id from channel_identities")
    sealed = SecretBox(("a key that is lost",)).seal(Kept({"bot_token": "1:x", "webhook_secret": "y"}))
    await world.truth("update channel_accounts set revision = revision + 1, secrets = $1", sealed)
    await program.accounts.refresh()
    with structlog.testing.capture_logs() as lines:
        async with world.unit() as unit:
            facts = {"name": "Ann", "display_name": "Ann", "channel": "line", "invitation_id": str(uuid4())}
            await notify(unit, [row["person_id"]], "customer.joined", facts, message_class="service")
        for _ in range(3):
            await program.delivery.drain()
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["delivery.sealed"]
    assert (
        await world.one_truth("select state from outbox where recipient = $1 and row_kind = 'notice'", jay.id)
        == "pending"
    )

    async def another_process_gets_it() -> bool:
        return bool(await claim_accounts(program.engine, uuid4(), 20))

    await until(another_process_gets_it, "the account's lease", seconds=10)
