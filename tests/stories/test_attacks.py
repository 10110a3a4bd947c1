"""What people with bad intentions try: forged webhooks, the buttons of others, roles they do not have."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from aiohttp import web
from sqlalchemy import event

from bots.accounts import SecretBox
from bots.app import Program, build
from bots.rotation import Kept
from handlers.cards import Action
from handlers.routes import ROUTES
from tests.stories.forgery import Request, data_of, forgeries, post, press, token
from tests.stories.person import Person
from tests.stories.scenes import accepts, enters_lead, joins_team, new_member, sets_time, takes_payment
from tests.stories.treasure import BAD_BUTTON, MOVING, SECRET, WITHOUT_ID, a_journey, checksums, ids_for
from tests.stories.world import CHANNELS, World, settings_for

NOT_YOUR_ROLE = "This is for other members of the team. Type /help to see what you can do."


# Forged webhooks


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_forged_request_learns_nothing_and_costs_no_sql(world: World, channel: str) -> None:
    await world.opens("BUA")
    jay = await world.person("Jay", channel, "en")
    true = press(world, jay, "whatever")
    async with _quiet(world) as (program, statements):
        here = program.settings.address
        for slug in ("DRG", "BUA"):  # each account's secrets are read once, then kept in memory
            known = press(world, replace(jay, slug=slug), "whatever")
            assert (await post(world, known.at(_moved(world, known, here))))[0] == 200
        statements.clear()
        requests = [(name, r.at(_moved(world, r, here))) for name, r in forgeries(world, channel, true).items()]
        said = await asyncio.gather(*(post(world, request) for _, request in requests * 5))
        answers = {name: answer for (name, _), answer in zip(requests * 5, said, strict=True)}
        # All of them together have the address book read again: their secret could be newer than it.
        assert 1 <= len(statements) <= 2, statements
        assert set(statements) == {"select clinic_id, account_id, channel, slug, revision from list_channel_accounts()"}
    assert set(answers.values()) == {(401, '{"error": "unauthorised"}')}, answers
    assert await world.one_truth("select count(*) from inbox") == 2, "what was vouched for, and nothing else"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_an_account_that_no_key_opens_is_as_unknown_as_no_clinic(world: World, channel: str) -> None:
    """To everybody, the platform too, which brings its events again; and it costs as little SQL."""
    jay = await world.person("Jay", channel, "en")
    sealed = SecretBox(("a key that is lost",)).seal(Kept({}))
    await world.truth("update channel_accounts set secrets = $1 where channel = $2", sealed, channel)
    async with _quiet(world) as (program, statements):
        true = press(world, jay, "whatever")
        true = true.at(_moved(world, true, program.settings.address))
        unknown = true.at(true.url.replace("/DRG", "/NOPE"))
        for _ in range(2):
            answers, took, asked = [], [], []
            for request in (true, replace(true, headers={}), unknown):
                statements.clear()
                await program.accounts.refresh()
                begun = time.monotonic()
                answers.append(await post(world, request))
                took.append(time.monotonic() - begun)
                asked.append(len(statements))
            assert answers == [(401, '{"error": "unauthorised"}')] * 3
            assert min(took) > 0.5, "who answers at once knows the clinic"
        assert len(set(asked)) == 1, asked


@asynccontextmanager
async def _quiet(world: World) -> AsyncIterator[tuple[Program, list[str]]]:
    """A program that only answers webhooks, so that every statement it makes is a request's."""
    statements: list[str] = []
    async with build(settings_for(world.platforms), world.database.url) as program:
        event.listen(program.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        runner = web.AppRunner(program.web, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, program.settings.host, program.settings.port).start()
        try:
            yield program, statements
        finally:
            await runner.cleanup()


def _moved(world: World, request: Request, address: str) -> str:
    return request.url.replace(world.program.settings.address, address)


# Buttons of others


async def test_ids_of_another_clinic_are_as_good_as_invented_ones(world: World) -> None:
    """Even in a button with our own seal: every action, with every kind of id, by everybody who may press it.

    On LINE: Telegram gives a chat one message a second.
    """
    await world.opens("BUA")
    theirs = await a_journey(world, "BUA")
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "line")
    nat = await new_member(world, jay, channel="line")
    before = await checksums(world, "BUA"), await checksums(world, "DRG", without=MOVING)
    for name, (roles, _) in ROUTES.actions.items():
        for person, role in ((jay, "sales"), (mint, "beautician"), (nat, "customer")):
            if role not in roles or name in WITHOUT_ID:
                continue
            invented = await _answer(person, Action(name, uuid4(), version=1))
            for field in ids_for(name):
                answer = await _answer(person, Action(name, getattr(theirs, field), version=1))
                assert answer == invented, (name, field)
    assert (await checksums(world, "BUA"), await checksums(world, "DRG", without=MOVING)) == before
    for person in (jay, mint, nat):
        assert not any(SECRET in str(message["raw"]) for message in await person.messages())


async def _answer(person: Person, action: Action) -> list[str]:
    """What a press on this button is answered with."""
    newest = (await person.newest())["id"]
    await person.presses(newest, await token(person, action))
    said = await person.unseen()
    person.seen += len(said)
    assert said, f"{action.name} was not answered"
    return said


async def test_another_clinics_button_opens_nothing_here(world: World) -> None:
    """The same person sells in both clinics: what one clinic's chat shows cannot be pressed in the other's."""
    await world.opens("BUA")
    theirs = await a_journey(world, "BUA")
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")
    there = Person(world, "BUA", "Jay", "telegram", "en", jay.id)
    await there.says(f"/start {await world.invitation('sales', 'คุณเก่ง', 'BUA')}")
    await there.taps("English")
    before = await checksums(world, "BUA")
    data = await token(there, Action("journey.show", theirs.journey))
    await jay.presses((await jay.newest())["id"], data)
    await jay.sees(BAD_BUTTON)
    assert await checksums(world, "BUA") == before
    await there.presses((await there.newest())["id"], data)
    assert SECRET in (await there.unseen())[-1], "where it belongs, it works"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_forwarded_or_bent_button_does_nothing(world: World, channel: str) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    fon = await joins_team(world, "sales", "คุณฝน", channel)
    await enters_lead(jay, "Nat")
    data = await data_of(jay, "Confirm payment")
    before = await checksums(world, "DRG", without=MOVING)
    newest = (await fon.newest())["id"]
    await fon.presses(newest, data)
    await fon.sees(BAD_BUTTON)
    luck = random.Random(f"a bent button on {channel}")  # noqa: S311 - reproducible on purpose
    bent = [data[:n] + luck.choice("AZaz09-_".replace(data[n], "")) + data[n + 1 :] for n in range(0, len(data), 5)]
    newest = (await jay.newest())["id"]
    for forged in (*bent, data[:-4], data + "AAAA", data[:20], "A" * len(data), "'; drop table users", "🪄"):
        await jay.presses(newest, forged)
        await jay.sees(BAD_BUTTON)
    assert await checksums(world, "DRG", without=MOVING) == before
    await jay.presses(newest, data)
    await jay.sees(jay.t("How much did {name} pay? Press the full amount, or type another one.", name="Nat"))


# Roles


async def test_a_customer_cannot_press_what_is_for_staff(world: World) -> None:
    """Not even a button that the program itself had signed for them; nor can staff answer for a customer."""
    jay = await joins_team(world, "sales", "คุณเจ")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, jay)
    eve = await new_member(world, jay, "Eve", phone="081-555-0198")
    mine = await a_journey(world, "DRG")
    before = await checksums(world, "DRG", without=MOVING)
    for name, (roles, _) in ROUTES.actions.items():
        if "customer" not in roles:
            its = mine.task if name.startswith("task.") else mine.journey
            assert await _answer(nat, Action(name, its, version=1)) == [NOT_YOUR_ROLE], name
    assert await _answer(mint, Action("followup.answer", mine.followup)) == [NOT_YOUR_ROLE]
    for person in (eve, jay):  # jay is a customer here as well
        answer = await _answer(person, Action("followup.answer", mine.followup))
        assert answer == ["This question was for somebody else."]
    for word in ("/lead", "/payments", "/tasks", "/mytasks", "ลูกค้าใหม่"):
        await nat.says(word)
        await nat.sees(NOT_YOUR_ROLE)
    assert await checksums(world, "DRG", without=MOVING) == before


async def test_removed_staff_lose_access_at_once(world: World) -> None:
    """Between two presses; and nothing more is told to them."""
    jay = await joins_team(world, "sales", "คุณเจ")
    fon = await joins_team(world, "sales", "คุณฝน")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nan = await joins_team(world, "beautician", "คุณแนน")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    await world.truth("update users set active = false where name in ('คุณเจ', 'คุณแนน')")
    before = await checksums(world, "DRG", without=MOVING)
    await jay.taps("Start now")
    await jay.sees(NOT_YOUR_ROLE)
    assert await checksums(world, "DRG", without=MOVING) == before
    await fon.says("/payments")
    await fon.sees("Paid, waiting for a time")
    await fon.taps("Nat")
    await fon.sees("Paid, waiting for a time")
    await sets_time(fon, mint)
    await nan.sees_nothing()
    await accepts(mint)
