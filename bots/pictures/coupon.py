"""A coupon for the counter: what it is good for, the code to scan, the code to type, and until when.

Facts, texts in the reader's language: clinic, name (of the reward), url (what the code holds), code, until.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.pictures import qr
from bots.pictures.canvas import MARGIN, WIDTH, Canvas
from bots.pictures.facts import words
from bots.pictures.layout import LEADING, Block, fit

_DESK, _PAPER, _INK, _SOFT, _RULE, _ACCENT = "#efe7e6", "#ffffff", "#2b2227", "#7a6a70", "#d9cbcd", "#a03e5c"
_EDGE = 40
_LEFT, _RIGHT = MARGIN, WIDTH - MARGIN
_ROOM = _RIGHT - _LEFT - 2 * _EDGE
_QR = 560
_NOTCH = 26


def compose(facts: Mapping[str, object]) -> Canvas:
    """Lay the coupon out; ValueError when a fact is missing or of the wrong type, or the url is empty or too long."""
    clinic = fit(words(facts, "clinic"), width=_ROOM, size=32, smallest=24)
    name = fit(words(facts, "name"), width=_ROOM, size=60, smallest=38, bold=True, lines=2)
    code = fit(words(facts, "code"), width=_ROOM, size=62, smallest=40, bold=True)
    until = fit(words(facts, "until"), width=_ROOM, size=34, smallest=24)
    square = qr.pixels(words(facts, "url"), _QR)

    tear = 2 * _EDGE + clinic.height + name.height + _EDGE
    bottom = tear + _EDGE / 2 + square.shape[0] + code.height + until.height + _EDGE
    canvas = Canvas(round(bottom + _EDGE), _PAPER)
    _paper(canvas, tear, bottom)
    _centred(canvas, clinic, 1.5 * _EDGE, _SOFT)
    _centred(canvas, name, 1.5 * _EDGE + clinic.height, _ACCENT)
    top = round(tear + _EDGE / 2)
    canvas.pixels((WIDTH - square.shape[1]) // 2, top, square)
    _centred(canvas, code, top + square.shape[0] - 8, _INK)
    _centred(canvas, until, top + square.shape[0] + code.height, _SOFT)
    return canvas


def _paper(canvas: Canvas, tear: float, bottom: float) -> None:
    """A white ticket with a notch on each side, where one would tear it; the desk around it leaves the code free."""
    end = canvas.height
    for left, top, right, low in (
        (0, 0, WIDTH, _EDGE),
        (0, bottom, WIDTH, end),
        (0, 0, _LEFT, end),
        (_RIGHT, 0, WIDTH, end),
    ):
        canvas.polygon([(left, top), (right, top), (right, low), (left, low)], colour=_DESK)
    for x in (_LEFT, _RIGHT):
        canvas.circle(x, tear, _NOTCH, colour=_DESK)
    canvas.dashes(_LEFT + 2 * _NOTCH, _RIGHT - 2 * _NOTCH, tear, colour=_RULE)


def _centred(canvas: Canvas, block: Block, top: float, colour: str) -> None:
    canvas.write(block, WIDTH / 2, top + block.size * (LEADING - 0.4), colour=colour, align="center")
