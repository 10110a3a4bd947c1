"""What people with bad intentions try: forged webhooks, the buttons of others, roles they do not have."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from sqlalchemy import event

from bots.app import Program, build
from bots.line import inbound as line
from bots.telegram import inbound as telegram
from domain.payments.model import PaymentMethod
from domain.people import service as people
from domain.schema import schema
from domain.tasks import service as tasks
from domain.tasks.model import PHASES
from domain.unit import Actor
from domain.workflow import service as workflow
from handlers.cards import Action
from handlers.permissions import ACTIONS
from handlers.routes import ROUTES
from tests.stories.forgery import Request, address, data_of, post, press, signed, token
from tests.stories.person import Person
from tests.stories.scenes import accepts, enters_lead, joins_team, new_member, sets_time, takes_payment
from tests.stories.world import CHANNELS, World, settings_for

BAD_BUTTON = "This button is not for this chat or no longer works. Type /help to see what you can do."
NOT_YOUR_ROLE = "This is for other members of the team. Type /help to see what you can do."
SECRET = "CANARY-OF-BUA"
MOVING = frozenset({"inbox", "outbox", "customer_conversations", "channel_identities", "channel_accounts"})
"""Tables that a refused press may touch: it came in, was answered, and somebody was seen."""
WITHOUT_ID = frozenset(
    {"language.pick", "points.history", "settings.language", "settings.consent", "duty.on", "duty.off"}
)
"""Buttons that name no row."""


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
        forgeries = [(name, r.at(_moved(world, r, here))) for name, r in _forgeries(world, channel, true).items()]
        said = await asyncio.gather(*(post(world, request) for _, request in forgeries * 5))
        answers = {name: answer for (name, _), answer in zip(forgeries * 5, said, strict=True)}
        # All of them together have the address book read again: their secret could be newer than it.
        assert 1 <= len(statements) <= 2, statements
        assert set(statements) == {"select clinic_id, account_id, channel, slug, revision from list_channel_accounts()"}
    assert set(answers.values()) == {(401, '{"error": "unauthorised"}')}, answers
    assert await world.one_truth("select count(*) from inbox") == 2, "what was vouched for, and nothing else"


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


def _forgeries(world: World, channel: str, true: Request) -> dict[str, Request]:
    """Requests that the platform never made, and true ones at addresses they were not made for."""
    vouch = line.SIGNATURE_HEADER if channel == "line" else telegram.SECRET_HEADER
    good = true.headers[vouch]
    of_bua = signed(world, "DRG", true.body, secret_of="BUA").headers[vouch] if channel == "line" else "hook-BUA"
    claims = {
        "nothing": None,
        "empty": "",
        "a guess": "x" * len(good),
        "cut short": good[:-1],
        "longer": good + "=",
        "in capitals": good.upper(),
        "with a space": f"{good[:4]} {good[4:]}",
        "another clinic's": of_bua,
        "the secret itself": f"secret-DRG,{good}",
    }
    forged = {
        name: Request(true.url, {vouch: claim} if claim is not None else {}, true.body)
        for name, claim in claims.items()
    }
    forged["another clinic's address"] = true.at(address(world, channel, "BUA"))
    forged["no such clinic"] = true.at(address(world, channel, "NOPE"))
    forged["no such channel"] = true.at(address(world, "pigeon"))
    forged["a path trick"] = true.at(address(world, channel, "DRG%2F..%2FBUA"))
    if channel == "line":  # Telegram does not sign the body
        forged["one byte changed"] = Request(true.url, true.headers, true.body.replace(b"whatever", b"whatevex"))
        forged["written anew"] = Request(true.url, true.headers, true.body.replace(b", ", b","))
        forged["no body"] = Request(true.url, true.headers, b"")
        forged["as Telegram"] = Request(true.url, {telegram.SECRET_HEADER: "hook-DRG"}, true.body)
    else:
        forged["as LINE"] = Request(true.url, {line.SIGNATURE_HEADER: line.sign("secret-DRG", true.body).decode()}, b"")
    return forged


# Buttons of others


@dataclass(frozen=True, slots=True)
class Rows:
    """Ids of another clinic's rows, and the people they are about."""

    journey: UUID
    task: UUID
    followup: UUID
    appointment: UUID
    invitation: UUID
    payment: UUID
    customer: UUID


async def test_ids_of_another_clinic_are_as_good_as_invented_ones(world: World) -> None:
    """Even in a button with our own seal: every action, with every kind of id, by everybody who may press it."""
    await world.opens("BUA")
    theirs = await _a_journey(world, "BUA")
    jay = await joins_team(world, "sales", "คุณเจ")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, jay)
    before = await _checksums(world, "BUA"), await _checksums(world, "DRG", without=MOVING)
    for name, (roles, _) in ROUTES.actions.items():
        for person, role in ((jay, "sales"), (mint, "beautician"), (nat, "customer")):
            if role not in roles or name in WITHOUT_ID:
                continue
            invented = await _answer(person, Action(name, uuid4(), version=1))
            for field in _ids_for(name):
                answer = await _answer(person, Action(name, getattr(theirs, field), version=1))
                assert answer == invented, (name, field)
    assert (await _checksums(world, "BUA"), await _checksums(world, "DRG", without=MOVING)) == before
    for person in (jay, mint, nat):
        assert not any(SECRET in str(message["raw"]) for message in await person.messages())


def _ids_for(action: str) -> list[str]:
    """Its own noun's, as far as there is one, and one that is none of its business: of all kinds, over all actions."""
    nouns = [*Rows.__slots__]
    return list(
        dict.fromkeys([*(noun for noun in nouns if action.startswith(noun)), nouns[ACTIONS[action].code % len(nouns)]])
    )


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
    theirs = await _a_journey(world, "BUA")
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")
    there = Person(world, "BUA", "Jay", "telegram", "en", jay.id)
    await there.says(f"/start {await world.invitation('sales', 'คุณเก่ง', 'BUA')}")
    await there.taps("English")
    before = await _checksums(world, "BUA")
    data = await token(there, Action("journey.show", theirs.journey))
    await jay.presses((await jay.newest())["id"], data)
    await jay.sees(BAD_BUTTON)
    assert await _checksums(world, "BUA") == before
    await there.presses((await there.newest())["id"], data)
    assert SECRET in (await there.unseen())[-1], "where it belongs, it works"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_forwarded_or_bent_button_does_nothing(world: World, channel: str) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    fon = await joins_team(world, "sales", "คุณฝน", channel)
    await enters_lead(jay, "Nat")
    data = await data_of(jay, "Confirm payment")
    before = await _checksums(world, "DRG", without=MOVING)
    newest = (await fon.newest())["id"]
    await fon.presses(newest, data)
    await fon.sees(BAD_BUTTON)
    luck = random.Random(f"a bent button on {channel}")  # noqa: S311 - reproducible on purpose
    bent = [data[:n] + luck.choice("AZaz09-_".replace(data[n], "")) + data[n + 1 :] for n in range(0, len(data), 5)]
    newest = (await jay.newest())["id"]
    for forged in (*bent, data[:-4], data + "AAAA", data[:20], "A" * len(data), "'; drop table users", "🪄"):
        await jay.presses(newest, forged)
        await jay.sees(BAD_BUTTON)
    assert await _checksums(world, "DRG", without=MOVING) == before
    await jay.presses(newest, data)
    await jay.sees(jay.t("How much did {name} pay? Press the full amount, or type another one.", name="Nat"))


# Roles


async def test_a_customer_cannot_press_what_is_for_staff(world: World) -> None:
    """Not even a button that the program itself had signed for them; nor can staff answer for a customer."""
    jay = await joins_team(world, "sales", "คุณเจ")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, jay)
    eve = await new_member(world, jay, "Eve", phone="081-555-0198")
    mine = await _a_journey(world, "DRG")
    before = await _checksums(world, "DRG", without=MOVING)
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
    assert await _checksums(world, "DRG", without=MOVING) == before


async def test_removed_staff_lose_access_at_once(world: World) -> None:
    """Between two presses; and nothing more is told to them."""
    jay = await joins_team(world, "sales", "คุณเจ")
    fon = await joins_team(world, "sales", "คุณฝน")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nan = await joins_team(world, "beautician", "คุณแนน")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    await world.truth("update users set active = false where name in ('คุณเจ', 'คุณแนน')")
    before = await _checksums(world, "DRG", without=MOVING)
    await jay.taps("Start now")
    await jay.sees(NOT_YOUR_ROLE)
    assert await _checksums(world, "DRG", without=MOVING) == before
    await fon.says("/payments")
    await fon.sees("Paid, waiting for a time")
    await fon.taps("Nat")
    await fon.sees("Paid, waiting for a time")
    await sets_time(fon, mint)
    await nan.sees_nothing()
    await accepts(mint)


# What both sides stand on


async def _a_journey(world: World, slug: str) -> Rows:
    """A customer of a clinic from lead to treatment and the first question after it, made without any chat."""
    clinic = world.clinic_ids[slug]
    async with world.unit(slug) as unit:
        [seller, *_] = await people.staff_of_role(unit, ["sales"])
        [performer, *_] = await people.staff_of_role(unit, ["beautician"])
        facial = await world.one_truth("select id from treatments where clinic_id = $1 and code = 'FAC-HYD'", clinic)
        unit.actor = Actor("sales", seller.person_id, seller.user_id, None, seller.name)
        lead = await workflow.create_lead(
            unit, name=SECRET, phone="081-555-0777", treatment_id=facial, source="walk_in"
        )
        invitation = await people.invite_customer(unit, lead.customer_id, lead.id)
        paid = await workflow.confirm_payment(
            unit, lead.id, version=lead.version, amount_satang=lead.due_satang, method=PaymentMethod.CASH
        )
        timed = await workflow.schedule_now(unit, lead.id, version=paid.journey.version)
        await people.record_paper_consent(unit, lead.customer_id, purpose="health_record", language="th", text="…")
        task = await tasks.open_for_journey(unit, lead.id)
        assert task is not None
        unit.actor = Actor("beautician", performer.person_id, performer.user_id, None, performer.name)
        await tasks.accept(unit, task.id)
        await workflow.start_treatment(unit, task.id)
        for phase in PHASES:
            await tasks.tick_rest(unit, task.id, phase)
        await workflow.complete_treatment(unit, task.id, f"{SECRET}, all fine")
    followup = await world.one_truth(
        "update followup_executions set state = 'sent', sent_at = due_at"
        " where id = (select id from followup_executions where journey_id = $1 order by due_at limit 1) returning id",
        timed.id,
    )
    assert timed.appointment_id is not None
    return Rows(lead.id, task.id, followup, timed.appointment_id, invitation.id, paid.payment.id, lead.customer_id)


async def _checksums(world: World, slug: str, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """One number for each table's rows of a clinic: whatever changes in one, changes it (the scheduler's aside)."""
    sums = {}
    for table in schema().sorted_tables:
        if table.name not in {"clock", "ticks", *without}:
            key = "id" if table.name == "clinics" else "clinic_id"
            sums[table.name] = await world.one_truth(
                f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table.name} t"  # noqa: S608
                f" where {key} = $1",
                world.clinic_ids[slug],
            )
    return sums
