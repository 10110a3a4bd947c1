"""A menu as LINE's rich menu: its size, where each tile is, and what a tap on it says.

A tile types the command's word for the person, which works for everybody who shares the menu and for ever.
https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linebot.v3.messaging import MessageAction, RichMenuArea, RichMenuBounds, RichMenuRequest, RichMenuSize

from bots.line import limits
from handlers.menus import Menu

# LINE's largest width. Rows are lower than those of LINE's templates (843): two of them leave more of the phone to
# the conversation, which is where the work is done.
WIDTH, ROW = 2500, 560
OURS = "aura/"


def name_of(key: str, version: str) -> str:
    """What a rich menu is called in LINE's list (people never see it): whose it is, and of which content."""
    return f"{OURS}{key}/{version}"


def rich_menu(menu: Menu, version: str) -> RichMenuRequest:
    """The menu as LINE wants it; pydantic's ValidationError if it were too long anywhere."""
    places = _places(len(menu.tiles))
    return RichMenuRequest(
        size=RichMenuSize(width=WIDTH, height=_height(places)),
        selected=True,
        name=name_of(menu.key, version),
        chatBarText=limits.cut(menu.bar, limits.CHAT_BAR),
        areas=[
            RichMenuArea(
                bounds=RichMenuBounds(x=left, y=top, width=width, height=ROW),
                action=MessageAction(label=limits.cut(tile.label, limits.RICH_MENU_LABEL), text=tile.word),
            )
            for tile, (left, top, width) in zip(menu.tiles, places, strict=True)
        ],
    )


def picture_facts(menu: Menu) -> Mapping[str, Any]:
    """What the menu's picture is drawn from: the same tiles at the same places."""
    places = _places(len(menu.tiles))
    return {
        "width": WIDTH,
        "height": _height(places),
        "role": menu.role,
        "tiles": [
            {"name": tile.name, "label": tile.label, "left": left, "top": top, "width": width, "height": ROW}
            for tile, (left, top, width) in zip(menu.tiles, places, strict=True)
        ],
    }


def _places(count: int) -> list[tuple[int, int, int]]:
    """(left, top, width) of each tile: up to three in one row, more in two rows, the longer one first."""
    rows = [count] if count <= 3 else [(count + 1) // 2, count // 2]
    return [
        (WIDTH * n // row, number * ROW, WIDTH * (n + 1) // row - WIDTH * n // row)
        for number, row in enumerate(rows)
        for n in range(row)
    ]


def _height(places: list[tuple[int, int, int]]) -> int:
    return places[-1][1] + ROW
