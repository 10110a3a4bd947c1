"""The slip for a payment: what was paid for, how, and the total, for keeping in the chat.

Facts, texts in the reader's language: title, clinic, rows (a list of [label, value]), total_label, total,
footer. The slip grows with its rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.pictures.canvas import MARGIN, WIDTH, Canvas
from bots.pictures.facts import pairs, words
from bots.pictures.layout import LEADING, Block, fit

_DESK, _PAPER, _INK, _SOFT, _RULE, _ACCENT = "#efe7e6", "#ffffff", "#2b2227", "#7a6a70", "#d9cbcd", "#a03e5c"
_EDGE = 40
_LEFT, _RIGHT = MARGIN + _EDGE, WIDTH - MARGIN - _EDGE
_ROOM = _RIGHT - _LEFT
_GUTTER = 32
_GAP = 20
_TOOTH = 20


def compose(facts: Mapping[str, object]) -> Canvas:
    """Lay the slip out; ValueError when a fact is missing or of the wrong type."""
    clinic = fit(words(facts, "clinic"), width=_ROOM, size=54, smallest=36, bold=True, lines=2)
    title = fit(words(facts, "title"), width=_ROOM, size=36, smallest=28, lines=2)
    rows = [_row(label, value) for label, value in pairs(facts, "rows")]
    total = _row(words(facts, "total_label"), words(facts, "total"), size=54, bold=True)
    footer = fit(words(facts, "footer"), width=_ROOM, size=28, smallest=22, lines=4)

    heights = [clinic.height + title.height, sum(_height(row) for row in rows), _height(total), footer.height]
    # Above and below: the desk, then paper. Between: three rules.
    canvas = Canvas(round(sum(heights) + 2 * 2 * _EDGE + 3 * _EDGE), _DESK)
    _paper(canvas)
    y = 2.0 * _EDGE
    y = _centred(canvas, clinic, y, _ACCENT)
    y = _rule(canvas, _centred(canvas, title, y, _SOFT))
    for row in rows:
        y = _write_row(canvas, row, y, _SOFT, _INK)
    y = _rule(canvas, y)
    y = _rule(canvas, _write_row(canvas, total, y, _INK, _ACCENT))
    _centred(canvas, footer, y, _SOFT)
    return canvas


def _row(label: str, value: str, *, size: float = 36, bold: bool = False) -> tuple[Block, Block]:
    """The value takes what it needs up to 60 % of the line, the label the rest: sums stay whole."""
    right = fit(value, width=_ROOM * 0.6, size=size, smallest=size * 0.72, bold=bold, lines=6)
    left = fit(label, width=_ROOM - _GUTTER - right.width, size=size, smallest=size * 0.72, bold=bold, lines=6)
    return left, right


def _height(row: tuple[Block, Block]) -> float:
    return max(block.height for block in row) + _GAP


def _write_row(canvas: Canvas, row: tuple[Block, Block], top: float, label: str, value: str) -> float:
    """Write a label and its value on one line; returns where the next thing starts."""
    canvas.write(row[0], _LEFT, _first(row[0], top + _GAP / 2), colour=label)
    canvas.write(row[1], _RIGHT, _first(row[1], top + _GAP / 2), colour=value, align="right")
    return top + _height(row)


def _centred(canvas: Canvas, block: Block, top: float, colour: str) -> float:
    canvas.write(block, WIDTH / 2, _first(block, top), colour=colour, align="center")
    return top + block.height


def _first(block: Block, top: float) -> float:
    """The first baseline of a block that starts at `top`: Thai needs more room above a line than below."""
    return top + block.size * (LEADING - 0.4)


def _rule(canvas: Canvas, y: float) -> float:
    canvas.dashes(_LEFT, _RIGHT, y + _EDGE / 2, colour=_RULE)
    return y + _EDGE


def _paper(canvas: Canvas) -> None:
    """A white slip torn off at the bottom."""
    left, right, top, bottom = MARGIN, WIDTH - MARGIN, _EDGE, canvas.height - _EDGE
    count = (right - left) // _TOOTH
    step = (right - left) / count
    torn = [(right - n * step, bottom - (_TOOTH / 2 if n % 2 else 0)) for n in range(count + 1)]
    canvas.polygon([(left, top), (right, top), *torn], colour=_PAPER)
