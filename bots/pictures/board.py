"""The board of sales: one tile a stage, with how many wait there and for how long; the colour says whether too long.

Facts, texts in the reader's language: title, subtitle, footer, and columns, a list of [stage, count, age, tone]:
count and age are texts (age may be empty), tone is 0 nobody waits, 1 fresh, 2 half way to late, 3 late, 4 not the
desk's to hurry. Shown by `/pipeline`.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.pictures.canvas import MARGIN, WIDTH, Canvas
from bots.pictures.facts import words
from bots.pictures.layout import fit

_SHEET, _TILE, _EMPTY, _INK, _SOFT = "#f4eeee", "#ffffff", "#f9f5f5", "#2b2227", "#7a6a70"
_TONES = ("#cfc4c6", "#3f8f62", "#c98a1b", "#c2413b", "#5d7896")
_ACROSS, _GAP, _HEAD, _FOOT = 4, 20, 190, 90
_WIDE = (WIDTH - 2 * MARGIN - (_ACROSS - 1) * _GAP) / _ACROSS
_HIGH, _STRIPE, _PAD = 270, 12, 22

Column = tuple[str, str, str, int]


def compose(facts: Mapping[str, object]) -> Canvas:
    """Lay the board out; ValueError when a fact is missing or of the wrong type."""
    columns = _columns(facts)
    down = -(-len(columns) // _ACROSS)
    canvas = Canvas(_HEAD + down * (_HIGH + _GAP) + _FOOT, _SHEET)
    room = WIDTH - 2 * MARGIN
    canvas.write(fit(words(facts, "title"), width=room, size=56, smallest=36, bold=True), MARGIN, 92, colour=_INK)
    canvas.write(fit(words(facts, "subtitle"), width=room, size=34, smallest=24), MARGIN, 146, colour=_SOFT)
    for place, column in enumerate(columns):
        left = MARGIN + place % _ACROSS * (_WIDE + _GAP)
        _tile(canvas, left, _HEAD + place // _ACROSS * (_HIGH + _GAP), column)
    footer = fit(words(facts, "footer"), width=room, size=27, smallest=20)
    canvas.write(footer, MARGIN, canvas.height - 40, colour=_SOFT)
    return canvas


def _tile(canvas: Canvas, left: float, top: float, column: Column) -> None:
    """A sheet with a stripe of its tone above: the stage, the count as large as it goes, the age."""
    stage, count, age, tone = column
    waits, colour, room = tone > 0, _TONES[tone], _WIDE - 2 * _PAD
    _box(canvas, left, top, _WIDE, _HIGH, _TILE if waits else _EMPTY)
    _box(canvas, left, top, _WIDE, _STRIPE, colour)
    name = fit(stage, width=room, size=29, smallest=20, lines=2)
    canvas.write(name, left + _PAD, top + 56, colour=_INK if waits else _SOFT)
    number = fit(count, width=room, size=84, smallest=44, bold=True)
    canvas.write(number, left + _PAD - 2, top + 198, colour=_INK if waits else _TONES[0])
    canvas.write(fit(age, width=room, size=28, smallest=20, bold=True), left + _PAD, top + 244, colour=colour)


def _box(canvas: Canvas, left: float, top: float, width: float, height: float, colour: str) -> None:
    right, bottom = left + width, top + height
    canvas.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour=colour)


def _columns(facts: Mapping[str, object]) -> list[Column]:
    value = facts.get("columns")
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("picture fact 'columns' must be a list")
    return [_column(column) for column in value]


def _column(column: object) -> Column:
    match column:
        case [str(stage), str(count), str(age), int(tone)] if 0 <= tone < len(_TONES):
            return stage, count, age, tone
    raise ValueError("picture fact 'columns' must hold [stage, count, age, tone]")
