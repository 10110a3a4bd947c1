"""Telegram's lists of commands: what the emulated platform refuses, and which list a person sees."""

from __future__ import annotations

from typing import Any

import pytest

from bots.channel import Installed, Refused, Sent
from handlers.menus import menus_of
from handlers.routes import ROUTES
from tests.channels.telegram_world import Platform, account

MENUS = {menu.key: menu for menu in menus_of(ROUTES)}
HELP = [{"command": "help", "description": "Help"}]


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"commands": None}, "can't parse commands"),
        ({"commands": HELP * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [{"command": "Help", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "h" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "help", "description": " "}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "help", "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"language_code": "thai"}, "invalid language code"),
        ({"scope": {"type": "everybody"}}, "can't parse BotCommandScope"),
        ({"scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
    ],
)
async def test_bad_commands(platform: Platform, person: str, params: dict[str, Any], description: str) -> None:
    status, answer = await platform.api("setMyCommands", **{"commands": HELP} | params)
    assert (status, answer.startswith(f"Bad Request: {description}")) == (400, True), answer


async def test_a_chats_own_list_goes_before_all_others_and_can_be_taken_away(platform: Platform, person: str) -> None:
    installed = await install(platform)
    assert installed == Installed({})
    assert await listed(platform, person) == about("stranger.th")
    assert await platform.channel().show_menu(account(), person, MENUS["sales.en"]) == Sent()
    assert await listed(platform, person) == about("sales.en")
    assert await platform.channel().show_menu(account(), person, None) == Sent()
    assert await listed(platform, person) == about("stranger.th")


async def test_a_phone_in_english_sees_a_strangers_list_in_english(platform: Platform, person: str) -> None:
    await install(platform)
    _, english = await platform.api("getMyCommands", language_code="en")
    assert [entry["description"] for entry in english] == about("stranger.en")


async def test_a_chat_that_never_was_is_refused(platform: Platform, person: str) -> None:
    refused = await platform.channel().show_menu(account(), "404", MENUS["sales.en"])
    assert isinstance(refused, Refused)


async def install(platform: Platform) -> object:
    menus = tuple(MENUS.values())
    return await platform.channel().install_menus(account(), menus, "v1", "stranger.th", lambda _: b"")


async def listed(platform: Platform, person: str) -> list[str]:
    """The descriptions behind the menu button of a person's chat."""
    menu = (await platform.control(f"accounts/{platform.account}/chats/{person}"))["menu"]
    return [entry["description"] for entry in menu["commands"]]


def about(key: str) -> list[str]:
    return [entry.label for entry in MENUS[key].entries]
