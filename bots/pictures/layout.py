"""Making words of any length fit a box: first smaller, then on more lines, at last cut with an ellipsis.

Thai is written without spaces between words, so a line may have to break inside a run of letters. It then
breaks between clusters only: a leading vowel (เ แ โ ใ ไ) keeps its consonant, and a mark or following vowel
keeps its base.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import partial

from bots.pictures import fonts

# Thai stacks a vowel and a tone above a letter and hangs a vowel below: less would make two lines touch.
LEADING = 1.45

# A leading Thai vowel, any character, and what belongs to it: Latin combining marks, Thai vowels and tones.
_CLUSTER = re.compile("[\u0e40-\u0e44]?.[\u0300-\u036f\u0e2f-\u0e3a\u0e45-\u0e4e]*")
_SHRINK = 0.92
# No script gets more characters than this into a square of its size, not even Thai with its stacked marks.
_DENSEST = 8


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that fit, with the size in pixels at which they do."""

    lines: tuple[str, ...]
    size: float
    bold: bool

    @property
    def width(self) -> float:
        """Pixels of the widest line."""
        return max((fonts.width(line, self.size, bold=self.bold) for line in self.lines), default=0.0)

    @property
    def height(self) -> float:
        """Pixels from the top of the first line to the bottom of the last."""
        return len(self.lines) * self.size * LEADING


def fit(text: str, *, width: float, size: float, smallest: float, bold: bool = False, lines: int = 1) -> Block:
    """Lay `text` out in at most `lines` lines of `width` pixels, as near to `size` as it can be.

    Words stay whole while shrinking; at `smallest` they may break, and what is still too long ends in "…".
    """
    # What surely is too long is cut and shrunk at once: the work stays bounded whatever somebody types.
    text = fonts.drawable(text)[: round(lines * _DENSEST * width / smallest)]
    natural = fonts.width(text, size, bold=bold)
    if natural > lines * width:
        size = max(smallest, size * lines * width / natural)
    while True:
        rows = _wrap(text, width, size, bold)
        if len(rows) <= lines and all(fonts.width(row, size, bold=bold) <= width for row in rows):
            return Block(tuple(rows), size, bold)
        if size <= smallest:
            rows = _cut(_split(rows, width, size, bold), lines, width, size, bold)
            return Block(tuple(rows), size, bold)
        size = max(smallest, size * _SHRINK)


def _wrap(text: str, width: float, size: float, bold: bool) -> list[str]:
    """Break at spaces only; a word wider than the box gets a line to itself."""
    rows: list[str] = []
    for word in text.split():
        if rows and fonts.width(f"{rows[-1]} {word}", size, bold=bold) <= width:
            rows[-1] = f"{rows[-1]} {word}"
        else:
            rows.append(word)
    return rows


def _split(rows: list[str], width: float, size: float, bold: bool) -> list[str]:
    """Break rows that are still too wide between clusters."""
    narrow: list[str] = []
    for row in rows:
        clusters = _CLUSTER.findall(row)
        while clusters:
            taken = max(1, _fitting(clusters, "", width, size, bold))
            narrow.append("".join(clusters[:taken]))
            clusters = clusters[taken:]
    return narrow


def _cut(rows: list[str], lines: int, width: float, size: float, bold: bool) -> list[str]:
    """Keep `lines` rows; if there were more, the last one says so."""
    if len(rows) <= lines:
        return rows
    clusters = _CLUSTER.findall(rows[lines - 1])
    taken = _fitting(clusters, "…", width, size, bold)
    return [*rows[: lines - 1], "".join(clusters[:taken]).rstrip() + "…"]


def _fitting(clusters: list[str], ending: str, width: float, size: float, bold: bool) -> int:
    """How many leading clusters fit in `width` with `ending` after them."""
    measure = partial(fonts.width, size=size, bold=bold)
    return bisect_right(range(1, len(clusters) + 1), width, key=lambda n: measure("".join(clusters[:n]) + ending))
