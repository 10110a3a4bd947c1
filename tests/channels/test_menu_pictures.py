"""Pictures of rich menus: they keep LINE's limits, and no label leaves its tile, whatever it says."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from matplotlib.text import Text
from PIL import Image

from bots.line import limits
from bots.line.rich_menu import picture_facts
from bots.pictures import draw, icons, menu
from handlers.menus import TILES, menus_of
from handlers.permissions import COMMANDS
from handlers.routes import ROUTES

MENUS = {each.key: dict(picture_facts(each)) for each in menus_of(ROUTES)}
# One menu of each number of tiles: they differ in where the tiles are.
LAYOUTS = {len(facts["tiles"]): key for key, facts in MENUS.items()}


@pytest.mark.parametrize("key", ["stranger.en", "customer.th", "sales.en", "doctor.th"])
def test_a_menu_is_a_png_of_the_size_that_line_was_told(key: str) -> None:
    facts = MENUS[key]
    content = draw("menu", facts)
    with Image.open(BytesIO(content)) as picture:
        assert (picture.format, *picture.size) == ("PNG", facts["width"], facts["height"])
    assert len(content) <= limits.RICH_MENU_BYTES / 2


@pytest.mark.parametrize("label", ["", "ก" * 60, "ที่ปั๊มน้ำป้าญี่ปุ่นน้ำใจงาม" * 3, "W" * 80, "Rewards and coupons of the month"])
@pytest.mark.parametrize("key", LAYOUTS.values())
def test_long_labels_stay_inside_their_tiles(key: str, label: str) -> None:
    facts = MENUS[key]
    assert escaped(facts | {"tiles": [tile | {"label": label} for tile in facts["tiles"]]}) == []


@pytest.mark.parametrize("key", MENUS)
def test_every_label_stays_inside_its_tile(key: str) -> None:
    assert escaped(MENUS[key]) == []


def escaped(facts: Mapping[str, Any]) -> list[str]:
    """Labels that are not inside any one tile."""
    canvas = menu.compose(facts)
    texts = [text for text in canvas.figure.findobj(Text) if isinstance(text, Text) and text.get_text().strip()]
    outside = []
    for text in texts:
        box = text.get_window_extent()
        top, bottom = canvas.height - box.y1, canvas.height - box.y0
        inside = [
            tile
            for tile in facts["tiles"]
            if tile["left"] < box.x0 and box.x1 < tile["left"] + tile["width"]
            if tile["top"] < top and bottom < tile["top"] + tile["height"]
        ]
        if not inside:
            outside.append(text.get_text())
    return outside


def test_every_command_that_a_tile_may_show_has_a_drawing_of_its_own() -> None:
    names = {name for tiles in TILES.values() for name in tiles} - {"start"}  # the sparkle is for a beginning
    assert names <= icons.DRAWN


def test_every_command_that_a_tile_may_show_is_its_roles_to_type() -> None:
    assert not [(role, name) for role, tiles in TILES.items() for name in tiles if role not in COMMANDS[name].roles]


@pytest.mark.parametrize("facts", [{}, {"tiles": None}, {"width": "2500"}])
def test_facts_that_no_menu_can_be_drawn_from_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="picture fact"):
        draw("menu", {**(MENUS["stranger.th"] if facts else {}), **facts})
