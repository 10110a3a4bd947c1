"""A rich menu: tiles with an icon and a label, in the colour of a role.

Facts: width, height (pixels), role, and tiles, a list of {name, label, left, top, width, height}: the command that
a tile stands for, its label in the reader's language, and its place. Whoever uploads the menu decides where a tile
is, as a tap must land where the picture shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bots.pictures import icons
from bots.pictures.canvas import Canvas
from bots.pictures.facts import whole, words
from bots.pictures.layout import fit

# To be raised when the drawing changes, so that installed menus are drawn anew.
LOOK = "2"

_GAP = 18
_ROUND = 44


@dataclass(frozen=True, slots=True)
class _Colours:
    """The sheet behind the tiles, and the icon on them."""

    sheet: str
    icon: str


_ROLES: Mapping[str, _Colours] = {
    "stranger": _Colours("#f8e9ed", "#b5546e"),
    "customer": _Colours("#f8e9ed", "#b5546e"),
    "beautician": _Colours("#e4f1ea", "#3c7d5d"),
    "doctor": _Colours("#e3eff4", "#2f7391"),
    "sales": _Colours("#fbf0dc", "#a8701a"),
    "manager": _Colours("#ece8f5", "#62509b"),
}
_INK = "#3b2a30"


def compose(facts: Mapping[str, object]) -> Canvas:
    """Lay the menu out; ValueError when a fact is missing or of the wrong type."""
    colours = _ROLES.get(words(facts, "role"), _ROLES["customer"])
    canvas = Canvas(whole(facts, "height"), colours.sheet, whole(facts, "width"))
    tiles = facts.get("tiles")
    if not isinstance(tiles, list):
        raise ValueError("picture fact 'tiles' must be a list")
    for tile in tiles:
        _tile(canvas, colours, tile)
    return canvas


def _tile(canvas: Canvas, colours: _Colours, tile: Mapping[str, object]) -> None:
    left, top = whole(tile, "left"), whole(tile, "top")
    width, height = whole(tile, "width"), whole(tile, "height")
    canvas.card(left + _GAP, top + _GAP, width - 2 * _GAP, height - 2 * _GAP, round_by=_ROUND, colour="white")
    x, radius = left + width / 2, height * 0.21
    y = top + height * 0.37
    canvas.circle(x, y, radius, colour=colours.sheet)
    icons.draw(canvas, words(tile, "name"), x, y, radius * 1.1, colour=colours.icon)
    label = fit(words(tile, "label"), width=width - 6 * _GAP, size=96, smallest=56, bold=True, lines=1)
    canvas.write(label, x, top + height * 0.79 + label.size * 0.3, colour=_INK, align="center")
