"""The menus beside the chats: they follow the person's role and language, and what they offer works."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from bots.channel import Account, Outcome, RetryLater
from bots.connect import renew_menus
from domain.people import service as people
from domain.unit import Actor
from handlers.menus import Menu
from tests.stories.scenes import CHOOSE_LANGUAGE, chooses_language, enters_lead, enters_team, joins, sees_joined
from tests.stories.world import World

BOTH = pytest.mark.parametrize(("channel", "language"), [("line", "th"), ("telegram", "en")])
OTHER = {"th": "en", "en": "th"}


@BOTH
async def test_the_menu_follows_the_customers_role_and_language(world: World, channel: str, language: str) -> None:
    jay = await enters_team(world, "sales", "คุณเจ", channel, language)
    await world.installs_menus()
    await jay.has_menu("sales")
    await enters_lead(jay, "Nat")
    stranger = await world.person("Somebody", channel, language)
    await stranger.adds_the_account()
    await stranger.sees(CHOOSE_LANGUAGE)
    await stranger.has_menu("stranger")
    nat = await joins(world, jay, "Nat", channel, language)
    await nat.has_menu("customer")
    await nat.taps_tile(0)
    await nat.sees(nat.t("Your points, {name}", name="Nat"))
    await nat.says(f"/language {OTHER[language]}")
    nat.language = OTHER[language]
    await nat.sees("From now on we speak English with you.")
    await nat.has_menu("customer")
    await jay.taps("Not them")
    await jay.reads()
    await nat.has_menu("stranger")
    await nat.says(f"/start {await jay.code()}")
    await sees_joined(jay, "Nat")
    await nat.reads()
    await nat.has_menu("customer")


@BOTH
async def test_a_member_of_staff_who_is_unbound_has_a_strangers_menu_at_once(
    world: World, channel: str, language: str
) -> None:
    mint = await enters_team(world, "beautician", "คุณมิ้นท์", channel, language)
    await world.installs_menus()
    await mint.has_menu("beautician")
    async with world.unit() as unit:
        [member] = [p for p in await people.staff_of_role(unit, ["beautician"]) if p.name == mint.name]
        await people.unbind_staff(unit, member.user_id)
    await world.settles()
    mint.language = "th" if channel == "line" else language  # what the account, or the phone, falls back to
    await mint.has_menu("stranger")


@BOTH
async def test_whoever_leaves_their_name_becomes_a_customer_and_has_the_menu(
    world: World, channel: str, language: str
) -> None:
    await world.installs_menus()
    new = await world.person("Mai", channel, language)
    await new.adds_the_account()
    await new.sees(CHOOSE_LANGUAGE)
    await chooses_language(new)
    await new.has_menu("stranger")
    await new.says("Mai")
    await new.says("081-555-0177")
    await new.taps("Confirm")
    await new.reads()
    await new.has_menu("customer")


@BOTH
async def test_a_menu_that_the_platform_refuses_for_now_is_shown_later(
    world: World, channel: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.installs_menus()
    real, refusals = world.program.channels[channel].show_menu, [RetryLater(0.01, "429", whole_account=True)]

    async def show(account: Account, recipient: str, menu: Menu | None) -> Outcome:
        return refusals.pop() if refusals else await real(account, recipient, menu)

    monkeypatch.setattr(world.program.channels[channel], "show_menu", show)
    mint = await enters_team(world, "beautician", "คุณมิ้นท์", channel, language)
    assert await world.one_truth("select count(*) from channel_accounts where hold_until is not null") == 0
    await world.truth("update outbox set not_before = null")
    await world.settles()
    assert refusals == []
    await mint.has_menu("beautician")


@BOTH
async def test_of_the_menus_that_wait_for_a_chat_the_newest_is_shown(world: World, channel: str, language: str) -> None:
    """Those before it end unsent. One of menus that are there no more takes the place of none."""
    await world.installs_menus()
    mint = await enters_team(world, "beautician", "คุณมิ้นท์", channel, language)
    person_id = await world.one_truth("select person_id from channel_identities where external_id = $1", mint.id)
    await world.truth("delete from outbox where row_kind = 'menu'")
    async with world.program.units.clinic(world.clinic_ids["DRG"], Actor("beautician", person_id)) as unit:
        for chosen in (OTHER[language], language, OTHER[language]):
            await people.set_language(unit, chosen)
        gone = {**unit.outbox[0]["content"], "version": "gone"}
        unit.outbox.append({**unit.outbox[0], "id": uuid4(), "content": gone})
    await world.settles()
    mint.language = OTHER[language]
    await mint.has_menu("beautician")
    rows = await world.truth("select state, error, attempts from outbox where row_kind = 'menu' order by seq")
    superseded = ("dropped", "superseded", 0)
    assert [tuple(row) for row in rows] == [superseded, superseded, ("sent", None, 1), ("dropped", None, 1)]


async def test_menus_are_made_once_and_changed_ones_take_the_place_of_old_ones(world: World) -> None:
    mint = await enters_team(world, "beautician", "คุณมิ้นท์", "line", "th")
    account = await line_account(world)
    await asyncio.gather(*(world.worker().keep(account) for _ in range(2)))
    first = await created(world)
    assert len(first) == 12, "of two processes that start at once, one makes the menus"
    await world.installs_menus()
    world.menus = world.worker()
    await world.installs_menus()
    assert await created(world) == first, "a second look, or a second process, must create nothing"
    await renew_menus(world.program.units, account.clinic_id, "line")  # `aura channel set`
    await world.installs_menus()
    assert await created(world) == first, "what the platform has already must not be made again"
    await mint.has_menu("beautician")
    world.menus = world.worker()
    world.menus._menus = tuple(replace(menu, bar="Menyu") for menu in world.menus._menus)
    stale = await line_account(world)
    await world.installs_menus()
    await world.worker()._sweep(stale)
    assert await deleted(world) == [], "a process that has not heard of the new menus must not sweep them"
    await world.installs_menus()
    assert len(await created(world)) == 24
    assert sorted(await deleted(world)) == sorted(first)
    menu = await mint.menu()
    assert menu
    assert menu["bar"] == "Menyu"
    world.menus = world.worker()
    world.menus._settled = set(await world.program.accounts.ids())
    await world.installs_menus()
    assert len(await created(world)) == 24, "two releases that are up together must not replace each other's menus"


async def line_account(world: World) -> Account:
    [account] = [each for each in await world.program.accounts.of_clinic("DRG") if each.channel == "line"]
    return account


async def created(world: World) -> list[str]:
    return [entry["response"]["richMenuId"] for entry in await calls(world, "POST", "/v2/bot/richmenu")]


async def deleted(world: World) -> list[str]:
    return [entry["effects"]["deleted"] for entry in await calls(world, "DELETE", "/v2/bot/richmenu/{menu}")]


async def calls(world: World, method: str, path: str) -> list[dict[str, Any]]:
    """Accepted calls of the program, oldest first."""
    journal = await world.look("line", "journal")
    mine = [e for e in journal if e["kind"] == "request" and (e["method"], e["path"]) == (method, path)]
    return [entry for entry in mine if entry["status"] == 200]
