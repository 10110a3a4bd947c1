"""What must happen once happens once: one event many times over, many presses at once, two replicas at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from bots.app import Program, build, running
from domain.database.clock import set_clock
from domain.database.engine import create_engine
from handlers.words import Words
from tests.conftest import Database
from tests.faults.messages import check_messages
from tests.stories.forgery import data_of, post, press
from tests.stories.scenes import (
    AFTERCARE,
    accepts,
    joins_team,
    new_member,
    reaches_payment,
    sets_time,
    takes_payment,
    treats,
)
from tests.stories.world import CHANNELS, Time, World, settings_for
from tests.stories.world import world as make_world

AT_ONCE = 20


@pytest.mark.parametrize("channel", CHANNELS)
async def test_an_event_delivered_twenty_times_at_once_has_one_effect(world: World, channel: str) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    nat = await new_member(world, jay, channel=channel)
    await reaches_payment(jay, "Nat")
    event = press(world, jay, await data_of(jay, "Confirm payment"))
    answers = await asyncio.gather(*(post(world, event) for _ in range(AT_ONCE)))
    assert {status for status, _ in answers} == {200}
    await world.settles()
    await jay.sees("✅")
    await nat.sees("is confirmed ✅")
    assert await world.one_truth("select count(*) from payments") == 1
    assert await world.one_truth("select sum(points)::int from point_transactions where reason = 'payment'") == 51
    assert await world.one_truth("select max(receipt_no) from payments") == 1


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_whole_story_delivered_again_changes_nothing(world: World, channel: str) -> None:
    """The platform brings every event that there ever was once more, all at once and each a few times."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", channel)
    nat = await new_member(world, jay, channel=channel)
    await takes_payment(jay, nat)
    await sets_time(jay, mint)
    await accepts(mint)
    await treats(mint, nat)
    events = await _events(world, channel)
    assert len(events) > 20
    before = await _tally(world)
    account = world.accounts["DRG", channel]
    again = [world.control(channel, f"accounts/{account}/redeliver", event=event) for event in events for _ in range(3)]
    for done in await asyncio.gather(*again):
        world.delivered(done["deliveries"])
    await world.settles()
    assert await _tally(world) == before
    await world.nobody_sees_more()


async def _events(world: World, channel: str) -> list[str]:
    entries = await world.look(channel, "journal")
    if channel == "line":
        return [entry["event"]["webhookEventId"] for entry in entries if entry["kind"] == "event"]
    return [str(entry["update"]["update_id"]) for entry in entries if entry["kind"] == "update"]


async def _tally(world: World) -> dict[str, int]:
    tables = ("inbox", "outbox", "workflow_events", "workflow_actions", "payments", "point_transactions", "consents")
    return {table: await world.one_truth(f"select count(*) from {table}") for table in tables}  # noqa: S608


@pytest.mark.parametrize("channel", CHANNELS)
async def test_two_presses_at_once_pay_once(world: World, channel: str) -> None:
    """Two events of one impatient finger; the second learns what the first did."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    nat = await new_member(world, jay, channel=channel)
    await reaches_payment(jay, "Nat")
    data = await data_of(jay, "Confirm payment")
    await asyncio.gather(*(post(world, press(world, jay, data)) for _ in range(2)))
    await world.settles()
    await jay.sees("✅", _already(jay.words, "คุณเจ"))
    await nat.sees("is confirmed ✅")
    assert await world.one_truth("select count(*) from payments") == 1


async def test_two_salespeople_at_once_pay_once(world: World) -> None:
    """On two channels: one confirms, the other learns who did."""
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    fon = await joins_team(world, "sales", "คุณฝน", "telegram")
    nat = await new_member(world, jay)
    await reaches_payment(jay, "Nat")
    await reaches_payment(fon, "Nat")
    presses = [press(world, person, await data_of(person, "Confirm payment")) for person in (jay, fon)]
    await asyncio.gather(*(post(world, event) for event in presses))
    await world.settles()
    by = await world.one_truth("select u.name from payments p join users u on u.id = p.confirmed_by")
    first, second = (jay, fon) if by == "คุณเจ" else (fon, jay)
    await first.sees("✅")
    await second.sees(_already(second.words, by))
    await nat.sees("is confirmed ✅")
    assert await world.one_truth("select count(*) from point_transactions where reason = 'payment'") == 1


def _already(words: Words, by: str) -> str:
    """The beginning of the sentence for who comes second; when it was ends it."""
    return (
        words.t("Already confirmed: {amount}, receipt no. {no}, by {by}, {when}.")
        .format(amount=words.money(129000), no=1, by=by, when="")
        .rstrip(". ")
    )


async def test_two_beauticians_at_once_on_two_channels(world: World) -> None:
    """One gets the task; the other learns who has it, and her card says so where cards can change."""
    jay = await joins_team(world, "sales", "คุณเจ")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "line")
    nan = await joins_team(world, "beautician", "คุณแนน", "telegram")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    await sets_time(jay, mint, nan)
    presses = [press(world, person, await data_of(person, "Accept")) for person in (mint, nan)]
    await asyncio.gather(*(post(world, event) for event in presses))
    await world.settles()
    by = await world.one_truth(
        "select u.name from task_queue t join users u on u.id = t.assignee_id where t.kind = 'treatment'"
    )
    first, second = (mint, nan) if by == "คุณมิ้นท์" else (nan, mint)
    await first.sees("Task accepted")
    await second.sees((by, "already accepted this task"))
    for person in (mint, nan):
        await person.sees_changed("Task accepted", by)
    assert await world.one_truth("select count(*) from workflow_events where kind = 'task_accepted'") == 1


@pytest.mark.parametrize("channel", CHANNELS)
async def test_two_replicas_at_once_tell_the_story_once(database: Database, channel: str) -> None:
    """Every event reaches both at the same moment, both send, both schedulers run: everybody sees it all once."""
    async with make_world(database) as world, _another(world) as other, _gateway(world, other) as address:
        await Time(world).moves_to_tomorrow("11:00")
        await world.opens("DRG", gateway=address)
        jay = await joins_team(world, "sales", "คุณเจ", channel)
        mint = await joins_team(world, "beautician", "คุณมิ้นท์", channel)
        nat = await new_member(world, jay, channel=channel)
        await takes_payment(jay, nat)
        await sets_time(jay, mint)
        await accepts(mint)
        await treats(mint, nat)
        await _both_clocks_reach(world, other, await Time(world).now() + timedelta(days=1))
        await nat.sees(AFTERCARE["en"], "One day on: how is your skin?")
        await nat.taps("Worried")
        await nat.sees(nat.t("Thank you for telling us, {name}", name="Nat"))
        for staff in (jay, mint):
            await staff.sees(staff.t("🟠 {name} is worried", name="Nat"))
        await world.nobody_sees_more()
        assert await world.one_truth("select count(*) from payments") == 1
        assert await world.one_truth("select count(*) from inbox where state <> 'done'") == 0
        await check_messages(world, "DRG", channel, in_doubt=0)


@asynccontextmanager
async def _another(world: World) -> AsyncIterator[Program]:
    """Another replica of the same installation: it shares nothing with the first but the database."""
    async with build(settings_for(world.platforms), world.database.url) as program, running(program, menus=False):
        yield program


@asynccontextmanager
async def _gateway(world: World, other: Program) -> AsyncIterator[str]:
    """An address that brings each webhook to both replicas at the same moment."""
    targets = [program.settings.address for program in (world.program, other)]

    async def forward(request: web.Request) -> web.Response:
        body, headers = await request.read(), {k: v for k, v in request.headers.items() if k.startswith(("X-", "x-"))}

        async def bring(target: str) -> int:
            async with world.http.post(f"{target}{request.path}", data=body, headers=headers) as answer:
                return answer.status

        return web.Response(status=max(await asyncio.gather(*map(bring, targets))))

    app = web.Application()
    app.router.add_post("/{rest:.*}", forward)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _both_clocks_reach(world: World, other: Program, moment: datetime) -> None:
    """The clinic's clock moves, and both schedulers look at the same moment."""
    owner = create_engine(world.database.admin_url, pool_size=1)
    await set_clock(owner, moment - datetime.now(moment.tzinfo))
    await owner.dispose()
    now = await Time(world).now()
    await asyncio.gather(*(program.scheduler.run_due(now) for program in (world.program, other)))
    await asyncio.gather(world.program.settle(), other.settle())
