"""Line drawings for commands, on a grid of 24 by 24 with the origin in the top left corner.

A drawing is a list of strokes: an open line through points, a ring, or a dot. `menu.py` draws them on its tiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin

from bots.pictures.canvas import Canvas

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle's outline; `filled` makes it a dot."""

    x: float
    y: float
    radius: float
    filled: bool = False


Stroke = tuple[Point, ...] | Ring


def draw(canvas: Canvas, name: str, x: float, y: float, size: float, *, colour: str) -> None:
    """Draw a command's icon `size` pixels wide around the middle (x, y); a sparkle for one without a drawing."""
    unit = size / 24
    for stroke in _ICONS.get(name, _SPARKLE):
        if isinstance(stroke, Ring):
            middle = x + (stroke.x - 12) * unit, y + (stroke.y - 12) * unit
            line = 0 if stroke.filled else 1.7 * unit
            canvas.circle(*middle, stroke.radius * unit, colour=colour, line=line)
        else:
            points = [(x + (across - 12) * unit, y + (down - 12) * unit) for across, down in stroke]
            canvas.polyline(points, colour=colour, line=1.7 * unit)


def _arc(x: float, y: float, wide: float, high: float, start: float, end: float) -> tuple[Point, ...]:
    """Part of an ellipse, in twelfths of a turn clockwise from twelve o'clock."""
    turns = [start + (end - start) * n / 24 for n in range(25)]
    return tuple((x + wide * sin(turn * pi / 6), y - high * cos(turn * pi / 6)) for turn in turns)


def _box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    return (left, top), (right, top), (right, bottom), (left, bottom), (left, top)


def _star(x: float, y: float, outer: float, inner: float, tips: int) -> tuple[Point, ...]:
    turns = [(outer if n % 2 == 0 else inner, n * pi / tips) for n in range(2 * tips + 1)]
    return tuple((x + r * sin(turn), y - r * cos(turn)) for r, turn in turns)


_SPARKLE: tuple[Stroke, ...] = (_star(11, 13, 8.5, 2.8, 4), _star(19, 5, 3, 1.1, 4))
_PERSON: tuple[Stroke, ...] = (Ring(9.5, 8, 3.6), _arc(9.5, 20, 6.5, 6.5, -3, 3))

_ICONS: Mapping[str, tuple[Stroke, ...]] = {
    "help": (Ring(12, 12, 9), (*_arc(12, 9.5, 2.7, 2.7, -3, 4.5), (12, 12.6), (12, 13.8)), Ring(12, 17, 1.1, True)),
    "language": (Ring(12, 12, 9), _arc(12, 12, 4, 9, 0, 12), ((3, 12), (21, 12))),
    "points": (_star(12, 12.8, 9.6, 4.1, 5),),
    "history": (_arc(12, 12, 9, 9, -2.2, 9), ((2.6, 4.6), (4, 8), (7.6, 7.2)), ((12, 7), (12, 12.4), (15.6, 14.4))),
    "status": (Ring(5, 18, 2.4), Ring(19, 6, 2.4), ((7.4, 18), (15, 18), (17.4, 15.6), (17.4, 14.4), (15, 12), (9, 12),
               (6.6, 9.6), (6.6, 8.4), (9, 6), (16.6, 6))),
    "rewards": (_box(4, 10, 20, 20), ((3, 7), (21, 7), (21, 10), (3, 10), (3, 7)), ((12, 7), (12, 20)),
                ((12, 7), (8, 3.2), (6.4, 5.2), (12, 7), (16, 3.2), (17.6, 5.2), (12, 7))),
    "appointments": (_box(4, 5.5, 20, 20), ((4, 10), (20, 10)), ((8, 3), (8, 7)), ((16, 3), (16, 7)),
                     ((8.6, 14.8), (11, 17.2), (15.6, 12.8))),
    "coupons": (((3, 7), (21, 7), (21, 10), (19.4, 12), (21, 14), (21, 17), (3, 17), (3, 14), (4.6, 12), (3, 10),
                (3, 7)), ((14, 9.4), (14, 10.6)), ((14, 13.4), (14, 14.6))),
    "tasks": (((9, 6), (20, 6)), ((9, 12), (20, 12)), ((9, 18), (20, 18)), Ring(4.6, 6, 1.3, True),
              Ring(4.6, 12, 1.3, True), Ring(4.6, 18, 1.3, True)),
    "mytasks": (_box(5, 5, 19, 21), ((9, 3.4), (15, 3.4), (15, 6.6), (9, 6.6), (9, 3.4)), ((8.6, 13.6), (11.2, 16.2),
                (15.6, 10.8))),
    "lead": (*_PERSON, ((19, 7), (19, 14)), ((15.5, 10.5), (22.5, 10.5))),
    "payments": (_box(2.5, 6, 21.5, 18), Ring(12, 12, 2.8), ((5.6, 12), (5.8, 12)), ((18.2, 12), (18.4, 12))),
    "pipeline": (_box(3.5, 4, 8, 20), _box(10, 4, 14.5, 14), _box(16.5, 4, 21, 10)),
    "find": (Ring(10.5, 10.5, 6.8), ((15.6, 15.6), (21, 21))),
    "counter": (_arc(12, 16.5, 8, 8, -3, 3), ((3, 16.5), (21, 16.5)), ((5, 20), (19, 20)), ((12, 8.5), (12, 5.5)),
                ((9.8, 5.2), (14.2, 5.2))),
    "stats": (((4, 20), (20.5, 20)), ((7, 20), (7, 13)), ((12, 20), (12, 5)), ((17, 20), (17, 9.5))),
    "team": (*_PERSON, _arc(16, 8, 3.2, 3.2, -0.5, 6), _arc(16.6, 20, 5.4, 6, 0.3, 3)),
    "approvals": (((12, 2.8), (20, 5.8), (20, 11.5), (18, 16.4), (12, 21.2), (6, 16.4), (4, 11.5), (4, 5.8), (12, 2.8)),
                  ((8.4, 11.8), (11.2, 14.6), (16, 9.2))),
}  # fmt: skip

DRAWN = frozenset(_ICONS)
"""The commands that have a drawing of their own."""
