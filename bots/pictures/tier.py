"""The customer's card: tier, points to spend, points still pending, and the way to the next tier.

Facts, all but `fraction` (0 to 1) texts in the reader's language: tier_code, tier_name, name, points,
points_label, pending (may be empty), progress_text (the missing baht, or that this is the top tier), footer.
Shown by the loyalty cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin

from bots.pictures.canvas import MARGIN, WIDTH, Canvas
from bots.pictures.facts import share, words
from bots.pictures.layout import fit

# 20:13, the ratio that LINE's own cards use for a hero picture, so neither app crops it.
HEIGHT = 676


@dataclass(frozen=True, slots=True)
class _Colours:
    """The card runs from `start` to `end`; words are in `ink`, the bar and the emblem in `accent`."""

    start: str
    end: str
    ink: str
    accent: str
    gem: bool = False


_TIERS: Mapping[str, _Colours] = {
    "bronze": _Colours("#5d321b", "#a8683f", "#fff6ee", "#f6cfa6"),
    "silver": _Colours("#f3f5f8", "#aab4c0", "#27303b", "#4d5b6b"),
    "gold": _Colours("#fbeab4", "#d3a440", "#43300a", "#7a5510"),
    "platinum": _Colours("#1f262e", "#65727f", "#f7f9fb", "#dfe6ec", gem=True),
    "diamond": _Colours("#151a45", "#5a54b8", "#f6f5ff", "#a9e4ff", gem=True),
}
# A clinic may name tiers of its own: they get the house colours.
_HOUSE = _Colours("#5b2138", "#b35a75", "#fff5f7", "#ffd3dd")


def compose(facts: Mapping[str, object]) -> Canvas:
    """Lay the card out; ValueError when a fact is missing or of the wrong type."""
    colours = _TIERS.get(words(facts, "tier_code"), _HOUSE)
    canvas = Canvas(HEIGHT, colours.end)
    _background(canvas, colours)
    _emblem(canvas, colours, WIDTH - MARGIN - 62, 126)
    _heading(canvas, colours, facts)
    _points(canvas, colours, facts)
    _progress(canvas, colours, facts)
    return canvas


def _background(canvas: Canvas, colours: _Colours) -> None:
    """The gradient, with wide rings of light that leave the words alone."""
    canvas.gradient(colours.start, colours.end)
    canvas.circle(WIDTH - 60, 40, 420, colour="white", alpha=0.05)
    canvas.circle(WIDTH - 60, 40, 300, colour="white", alpha=0.06)
    canvas.circle(120, HEIGHT + 160, 380, colour="white", alpha=0.05)


def _emblem(canvas: Canvas, colours: _Colours, x: float, y: float) -> None:
    """A ringed star; a cut stone for the two tiers named after precious things that are not medals."""
    canvas.circle(x, y, 62, colour=colours.accent, alpha=0.16)
    canvas.circle(x, y, 62, colour=colours.accent, line=3)
    if not colours.gem:
        tips = [(36.0 if n % 2 == 0 else 15.5, n * pi / 5) for n in range(10)]
        canvas.polygon([(x + r * sin(turn), y - r * cos(turn)) for r, turn in tips], colour=colours.accent)
        return
    outline = [(-20, -25), (20, -25), (36, -6), (0, 33), (-36, -6)]
    facets = [
        [(-36, -6), (36, -6)],
        [(-20, -25), (-13, -6), (0, 33)],
        [(20, -25), (13, -6), (0, 33)],
        [(-13, -6), (0, -25), (13, -6)],
    ]
    canvas.polygon([(x + dx, y + dy) for dx, dy in outline], colour=colours.accent, alpha=0.35)
    canvas.polygon([(x + dx, y + dy) for dx, dy in outline], colour=colours.accent, line=3)
    for facet in facets:
        canvas.polyline([(x + dx, y + dy) for dx, dy in facet], colour=colours.accent, line=2)


def _heading(canvas: Canvas, colours: _Colours, facts: Mapping[str, object]) -> None:
    room = WIDTH - 2 * MARGIN - 160
    title = fit(words(facts, "tier_name"), width=room, size=66, smallest=40, bold=True)
    canvas.write(title, MARGIN, 128, colour=colours.ink)
    name = fit(words(facts, "name"), width=room, size=36, smallest=26)
    canvas.write(name, MARGIN, 194, colour=colours.ink, alpha=0.9)


def _points(canvas: Canvas, colours: _Colours, facts: Mapping[str, object]) -> None:
    """Points to spend as large as they go, pending ones in a pill beside them."""
    pending = fit(words(facts, "pending"), width=320, size=30, smallest=22)
    pill = pending.width + 48 if pending.lines else 0
    label = fit(words(facts, "points_label"), width=WIDTH - 2 * MARGIN, size=30, smallest=22)
    canvas.write(label, MARGIN, 286, colour=colours.ink, alpha=0.85)
    points = fit(words(facts, "points"), width=WIDTH - 2 * MARGIN - pill - 32, size=132, smallest=48, bold=True)
    canvas.write(points, MARGIN - 2, 404, colour=colours.ink)
    if pill:
        right = WIDTH - MARGIN
        canvas.pill(right - pill, 352, pill, 58, colour=colours.ink, alpha=0.14)
        canvas.write(pending, right - pill / 2, 391, colour=colours.ink, align="center")


def _progress(canvas: Canvas, colours: _Colours, facts: Mapping[str, object]) -> None:
    """The bar never fills less than its own round end, so that a first purchase already shows."""
    room, thick = WIDTH - 2 * MARGIN, 24
    done = share(facts, "fraction")
    canvas.pill(MARGIN, 462, room, thick, colour=colours.ink, alpha=0.2)
    if done > 0:
        canvas.pill(MARGIN, 462, max(thick + 1, room * done), thick, colour=colours.accent)
    text = fit(words(facts, "progress_text"), width=room, size=36, smallest=26)
    canvas.write(text, MARGIN, 544, colour=colours.ink)
    footer = fit(words(facts, "footer"), width=room, size=27, smallest=20)
    canvas.write(footer, MARGIN, 622, colour=colours.ink, alpha=0.8)
