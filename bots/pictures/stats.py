"""The manager's week in one picture: money and treatments, the hand-off clock against its target, the funnel.

Facts, texts in the reader's language unless said otherwise: title, subtitle, tiles ([label, value] twice),
clock_title, clock ([label, value]: median, 90th percentile, target), clock_good (for each of them whether it is within
the target, null for none), funnel_title, funnel ([stage, how many, share of the fullest from 0 to 1], in the order of
a journey).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bots.pictures.canvas import MARGIN, WIDTH, Canvas
from bots.pictures.facts import pairs, words
from bots.pictures.layout import fit

_HEAD: Final = 196
_TILE: Final = 170
_CLOCK: Final = 216
_ROW: Final = 58
_GAP: Final = 36

_PAPER, _INK, _SOFT = "#fbf6f3", "#3c2530", "#8b6f7a"
_HOUSE, _HOUSE_DARK, _TRACK, _WHITE = "#b35a75", "#5b2138", "#f0e2e2", "#ffffff"
_GOOD, _LATE = "#2f8f6b", "#c9772b"
# From the first talk to the end: the colour deepens along the way.
_FROM, _TO = (0xE3, 0xA9, 0xB8), (0x6A, 0x2A, 0x45)


def compose(facts: Mapping[str, object]) -> Canvas:
    """Lay the picture out; ValueError when a fact is missing or of the wrong type."""
    funnel = _funnel_rows(facts)
    clock_top = _HEAD + _TILE + _GAP
    funnel_top = clock_top + _CLOCK + _GAP
    canvas = Canvas(funnel_top + 76 + len(funnel) * _ROW + MARGIN, _PAPER)
    _head(canvas, facts)
    _tiles(canvas, facts)
    _clock(canvas, facts, clock_top)
    _funnel(canvas, words(facts, "funnel_title"), funnel, funnel_top)
    return canvas


def _head(canvas: Canvas, facts: Mapping[str, object]) -> None:
    canvas.polygon([(0, 0), (WIDTH, 0), (WIDTH, _HEAD + 60), (0, _HEAD + 60)], colour=_HOUSE_DARK)
    canvas.circle(WIDTH - 70, 20, 230, colour=_HOUSE, alpha=0.35)
    canvas.circle(WIDTH - 70, 20, 150, colour=_HOUSE, alpha=0.35)
    room = WIDTH - 2 * MARGIN
    canvas.write(fit(words(facts, "title"), width=room, size=52, smallest=30, bold=True), MARGIN, 88, colour=_WHITE)
    canvas.write(fit(words(facts, "subtitle"), width=room, size=31, smallest=22), MARGIN, 142, colour="#f3d9e1")


def _tiles(canvas: Canvas, facts: Mapping[str, object]) -> None:
    tiles = pairs(facts, "tiles")
    wide = (WIDTH - 2 * MARGIN - (len(tiles) - 1) * 24) / max(1, len(tiles))
    for number, (label, value) in enumerate(tiles):
        left = MARGIN + number * (wide + 24)
        _sheet(canvas, left, _HEAD, wide, _TILE)
        canvas.write(fit(label, width=wide - 56, size=29, smallest=20), left + 28, _HEAD + 54, colour=_SOFT)
        shown = fit(value, width=wide - 56, size=58, smallest=28, bold=True)
        canvas.write(shown, left + 28, _HEAD + 130, colour=_HOUSE_DARK)


def _clock(canvas: Canvas, facts: Mapping[str, object], top: float) -> None:
    """Three figures in a row; what was measured is green within the target, else amber."""
    _sheet(canvas, MARGIN, top, WIDTH - 2 * MARGIN, _CLOCK)
    title = fit(words(facts, "clock_title"), width=WIDTH - 2 * MARGIN - 72, size=33, smallest=24, bold=True)
    canvas.write(title, MARGIN + 28, top + 56, colour=_INK)
    figures = pairs(facts, "clock")
    good = facts.get("clock_good")
    colours = [{True: _GOOD, False: _LATE}.get(each, _SOFT) for each in good] if isinstance(good, list) else []
    wide = (WIDTH - 2 * MARGIN - 56) / max(1, len(figures))
    for number, (label, value) in enumerate(figures):
        left = MARGIN + 28 + number * wide
        shown = fit(value, width=wide - 20, size=50, smallest=28, bold=True)
        canvas.write(shown, left, top + 130, colour=colours[number] if number < len(colours) else _SOFT)
        canvas.write(fit(label, width=wide - 20, size=27, smallest=19), left, top + 178, colour=_SOFT)


def _funnel(canvas: Canvas, title: str, rows: list[tuple[str, str, float]], top: float) -> None:
    canvas.write(fit(title, width=WIDTH - 2 * MARGIN, size=33, smallest=24, bold=True), MARGIN, top + 34, colour=_INK)
    label_room, number_room, thick = 310, 76, 30
    start = MARGIN + label_room + 20
    room = WIDTH - MARGIN - number_room - start
    for number, (label, count, share) in enumerate(rows):
        middle = top + 76 + number * _ROW + _ROW / 2
        canvas.write(fit(label, width=label_room, size=28, smallest=19), MARGIN, middle + 10, colour=_INK)
        canvas.pill(start, middle - thick / 2, room, thick, colour=_TRACK)
        if share > 0:
            # Never less than its own round ends, so that one customer already shows.
            wide, colour = max(thick + 1, room * share), _shade(number, len(rows))
            canvas.pill(start, middle - thick / 2, wide, thick, colour=colour)
        shown = fit(count, width=number_room - 8, size=32, smallest=20, bold=True)
        canvas.write(shown, WIDTH - MARGIN, middle + 11, colour=_INK if share > 0 else _SOFT, align="right")


def _sheet(canvas: Canvas, left: float, top: float, wide: float, tall: float) -> None:
    """A white sheet with round corners."""
    r = 24
    for x in (left + r, left + wide - r):
        for y in (top + r, top + tall - r):
            canvas.circle(x, y, r, colour=_WHITE)
    right, bottom = left + wide, top + tall
    for a, b, c, d in ((left + r, top, right - r, bottom), (left, top + r, right, bottom - r)):
        canvas.polygon([(a, b), (c, b), (c, d), (a, d)], colour=_WHITE)


def _shade(number: int, many: int) -> str:
    way = number / max(1, many - 1)
    return "#" + "".join(f"{round(a + (b - a) * way):02x}" for a, b in zip(_FROM, _TO, strict=True))


def _funnel_rows(facts: Mapping[str, object]) -> list[tuple[str, str, float]]:
    found = facts.get("funnel")
    if not isinstance(found, list | tuple):
        raise ValueError("picture fact 'funnel' must be a list")
    rows: list[tuple[str, str, float]] = []
    for row in found:
        match row:
            case [str(label), str(count), float() | int() as share]:
                rows.append((label, count, min(1.0, max(0.0, float(share)))))
            case _:
                raise ValueError("picture fact 'funnel' must hold [stage, how many, share]")
    return rows
