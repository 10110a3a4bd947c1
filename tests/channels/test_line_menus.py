"""LINE's rich menus: what the emulated platform refuses, and how the channel installs, shows and sweeps them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bots.channel import Account, Installed, Refused, RetryLater, Sent
from bots.journal import Journal
from bots.line.rich_menu import picture_facts, rich_menu
from handlers.menus import menus_of
from handlers.routes import ROUTES
from tests.channels.line_description import check_traffic
from tests.channels.line_world import Clock, World
from tests.channels.line_world import world as make_world

MENUS = menus_of(ROUTES)
MENU: dict[str, Any] = {
    "size": {"width": 2500, "height": 843},
    "selected": False,
    "name": "menu",
    "chatBarText": "เมนู",
    "areas": [
        {"bounds": {"x": 0, "y": 0, "width": 2500, "height": 843}, "action": {"type": "message", "text": "/help"}}
    ],
}


def png(facts: Mapping[str, Any]) -> bytes:
    content = BytesIO()
    Image.new("1", (facts["width"], facts["height"])).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with make_world(Journal(None), Clock()) as made:
        await made.act("follow")
        yield made


async def create(world: World, **changes: Any) -> tuple[int, dict[str, Any]]:
    status, body, _ = await world.call("/v2/bot/richmenu", json=MENU | changes)
    return status, body


async def upload(world: World, menu: str, content: bytes, kind: str = "image/png") -> int:
    status, _, _ = await world.call(
        f"/v2/bot/richmenu/{menu}/content", data=BytesIO(content), headers={"Content-Type": kind}
    )
    return status


def area(**bounds: int) -> dict[str, Any]:
    return {"areas": [{"bounds": {"x": 0, "y": 0, "width": 10, "height": 10} | bounds, "action": {"type": "none"}}]}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"chatBarText": "ก" * 15}, "chatBarText"),
        ({"name": "n" * 301}, "name"),
        ({"size": {"width": 2501, "height": 1000}}, "size.width"),
        ({"size": {"width": 1000, "height": 700}}, "size.height"),
        ({"selected": None}, "selected"),
        ({"areas": MENU["areas"] * 21}, "areas"),
        (area(width=2501), "areas[0].bounds"),
        (area(), "areas[0].action.type"),
        ({"areas": [MENU["areas"][0] | {"action": {"type": "message", "text": "x", "label": "l" * 21}}]},
         "areas[0].action.label"),
    ],
)  # fmt: skip
async def test_the_platform_refuses_a_menu_that_line_would_refuse(
    world: World, changes: dict[str, Any], where: str
) -> None:
    status, body = await create(world, **changes)
    assert status == 400
    assert where in [detail["property"] for detail in body["details"]]


@pytest.mark.parametrize(
    "action",
    [
        {"type": "datetimepicker", "data": "x", "mode": "date"},
        {"type": "clipboard", "clipboardText": "x"},
        {"type": "richmenuswitch", "richMenuAliasId": "x", "data": "x"},
    ],
)
async def test_a_tile_takes_what_line_lets_it_take(world: World, action: dict[str, Any]) -> None:
    assert (await create(world, areas=[MENU["areas"][0] | {"action": action}]))[0] == 200
    check_traffic(await world.journal())


async def test_a_menu_needs_its_one_picture_before_anybody_can_be_shown_it(world: World) -> None:
    _, body = await create(world)
    menu, link = body["richMenuId"], f"/v2/bot/user/{world.person}/richmenu/{body['richMenuId']}"
    good, wrong = png({"width": 2500, "height": 843}), png({"width": 2500, "height": 844})
    assert (await world.call(link))[0] == 400
    assert await upload(world, menu, b"no picture") == 400
    assert await upload(world, menu, wrong) == 400
    assert await upload(world, menu, good, "image/gif") == 415
    assert await upload(world, menu, good + bytes(1024 * 1024)) == 413
    assert await upload(world, "richmenu-none", good) == 404
    assert [await upload(world, menu, good) for _ in range(2)] == [200, 400]
    assert (await world.call(link))[0] == 200
    shown = (await world.chat())["menu"]
    assert (shown["id"], shown["bar"], len(shown["areas"])) == (menu, "เมนู", 1)
    await world.act("tile", index=0)
    assert (await world.chat())["messages"][-1]["text"] == "/help"
    assert (await world.call(f"/v2/bot/user/{world.person}/richmenu", method="DELETE"))[0] == 200
    assert (await world.chat())["menu"] is None


async def test_a_menu_that_is_deleted_is_nobodys(world: World) -> None:
    _, body = await create(world)
    menu, person = body["richMenuId"], f"/v2/bot/user/{world.person}/richmenu"
    assert await upload(world, menu, png({"width": 2500, "height": 843})) == 200
    for path in (person, "/v2/bot/user/all/richmenu"):
        assert (await world.call(f"{path}/{menu}"))[0] == 200
        assert (await world.call(path, method="GET"))[1] == {"richMenuId": menu}
    assert (await world.call(f"/v2/bot/richmenu/{menu}", method="DELETE"))[0] == 200
    assert [(await world.call(path, method="GET"))[0] for path in (person, "/v2/bot/user/all/richmenu")] == [404, 404]


async def test_a_hundred_menus_an_hour_may_be_made(world: World) -> None:
    statuses = [(await create(world))[0] for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    world.clock.now += 3601
    assert (await create(world))[0] == 200


async def test_an_installation_makes_each_menu_once_and_goes_on_where_it_broke_off(world: World) -> None:
    half = await world.channel.install_menus(world.account, MENUS[:5], "v1", MENUS[0].key, png)
    assert isinstance(half, Installed)
    _, started = await create(world, **rich_menu(MENUS[5], "v1").to_dict())  # made, but without its picture
    whole = await world.channel.install_menus(world.account, MENUS, "v1", MENUS[0].key, png)
    assert isinstance(whole, Installed)
    assert whole.ids.items() >= half.ids.items()
    assert whole.ids[MENUS[5].key] == started["richMenuId"]
    again = await world.channel.install_menus(world.account, MENUS, "v1", MENUS[0].key, png)
    assert again == whole
    assert (await world.chat())["menu"]["name"] == f"aura/{MENUS[0].key}/v1"


async def test_only_our_own_older_menus_are_swept(world: World) -> None:
    _, theirs = await create(world)
    old = await world.channel.install_menus(world.account, MENUS, "v1", MENUS[0].key, png)
    new = await world.channel.install_menus(world.account, MENUS, "v2", MENUS[0].key, png)
    assert isinstance(old, Installed)
    assert isinstance(new, Installed)
    account = replace(world.account, menus=new.ids)
    assert await world.channel.show_menu(account, world.person, MENUS[2]) == Sent()
    assert await world.channel.sweep_menus(account) == Sent()
    _, body, _ = await world.call("/v2/bot/richmenu/list", method="GET")
    assert {menu["richMenuId"] for menu in body["richmenus"]} == {theirs["richMenuId"], *new.ids.values()}
    assert (await world.chat())["menu"]["name"] == f"aura/{MENUS[2].key}/v2"


async def test_the_hourly_limit_puts_an_installation_off_and_holds_back_nothing_else(world: World) -> None:
    for _ in range(95):
        await create(world)
    outcome = await world.channel.install_menus(world.account, MENUS, "v1", MENUS[0].key, png)
    assert isinstance(outcome, RetryLater)
    assert outcome.seconds >= 600
    assert not outcome.whole_account
    world.clock.now += 3601
    assert isinstance(await world.channel.install_menus(world.account, MENUS, "v1", MENUS[0].key, png), Installed)


async def test_wrong_secrets_and_unknown_menus_are_values_not_exceptions(world: World) -> None:
    stranger: Account = replace(world.account, secrets={"channel_secret": "5" * 32, "access_token": "wrong"})
    outcome = await world.channel.install_menus(stranger, MENUS, "v1", MENUS[0].key, png)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "unauthorised"
    gone = replace(world.account, menus={MENUS[0].key: "richmenu-gone"})
    refused = await world.channel.show_menu(gone, world.person, MENUS[0])
    assert isinstance(refused, Refused)
    assert refused.reason == "bad_request"


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu.key)
def test_every_menu_fits_lines_limits_and_its_tiles_fill_the_picture(menu: Any) -> None:
    request, facts = rich_menu(menu, "123456789abc").to_dict(), picture_facts(menu)
    assert 3 <= len(menu.tiles) <= 6
    covered = sum(tile["bounds"]["width"] * tile["bounds"]["height"] for tile in request["areas"])
    assert covered == facts["width"] * facts["height"]
    assert [tile["left"] for tile in facts["tiles"]] == [tile["bounds"]["x"] for tile in request["areas"]]
    for tile in menu.tiles:
        found = ROUTES.command_for(tile.word)
        assert found
        assert found[0].name == tile.name
