"""The sheet that every noun draws on: a matplotlib Figure (never pyplot, which is global), in pixels.

The origin is the top left corner and y grows downwards, as in any image. All words go through `layout`, so
nothing that people wrote can run out of its box, and through matplotlib 3.11 or newer, which shapes Thai
right.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon
from numpy.typing import NDArray

from bots.pictures import fonts
from bots.pictures.layout import LEADING, Block

# LINE's image maps are 1040 wide; both apps scale a wider picture down. Rich menus have a width of their own.
WIDTH = 1040
MARGIN = 64

Align = Literal["left", "center", "right"]


class Canvas:
    """One picture of `width` by `height` pixels while it is being drawn."""

    def __init__(self, height: int, background: str, width: int = WIDTH) -> None:
        """Start an empty sheet filled with `background`, any matplotlib colour."""
        self.height, self.width = height, width
        self.figure = Figure(figsize=(width / fonts.DPI, height / fonts.DPI), dpi=fonts.DPI, facecolor=background)
        FigureCanvasAgg(self.figure)
        self._axes: Axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        self._axes.axis("off")

    def gradient(self, start: str, end: str) -> None:
        """Fill the sheet from `start` in the top left corner to `end` in the bottom right one."""
        down, across = np.mgrid[0 : self.height, 0 : self.width]
        share = (down / self.height + across / self.width)[..., None] / 2
        colours = np.array(to_rgb(start)) * (1 - share) + np.array(to_rgb(end)) * share
        self.pixels(0, 0, np.rint(colours * 255).astype(np.uint8))

    def pixels(self, left: int, top: int, values: NDArray[np.uint8]) -> None:
        """Place red-green-blue pixels exactly, without resampling, behind all else."""
        self.figure.figimage(values, left, self.height - top - values.shape[0], origin="upper", zorder=-1)

    def pill(self, left: float, top: float, width: float, height: float, *, colour: str, alpha: float = 1) -> None:
        """A filled bar with round ends; `width` must exceed `height`."""
        ends = [left + height / 2, left + width - height / 2]
        middle = [top + height / 2] * 2
        self._axes.plot(ends, middle, color=colour, alpha=alpha, lw=height, solid_capstyle="round")

    def card(self, left: float, top: float, width: float, height: float, *, round_by: float, colour: str) -> None:
        """A filled rectangle with round corners of `round_by` pixels."""
        style = f"round,pad=0,rounding_size={round_by}"
        self._axes.add_patch(FancyBboxPatch((left, top), width, height, boxstyle=style, fc=colour, ec="none"))

    def circle(self, x: float, y: float, radius: float, *, colour: str, alpha: float = 1, line: float = 0) -> None:
        """A disc, or with `line` pixels of stroke a ring."""
        self._axes.add_patch(
            Circle((x, y), radius, fill=not line, fc=colour, ec=colour if line else "none", lw=line, alpha=alpha)
        )

    def polygon(self, points: Sequence[tuple[float, float]], *, colour: str, alpha: float = 1, line: float = 0) -> None:
        """A filled polygon, or with `line` pixels of stroke its outline."""
        self._axes.add_patch(
            Polygon(
                points,
                closed=True,
                fill=not line,
                fc=colour,
                ec=colour if line else "none",
                lw=line,
                alpha=alpha,
                joinstyle="round",
            )
        )

    def polyline(self, points: Sequence[tuple[float, float]], *, colour: str, line: float) -> None:
        """An open line through `points`, `line` pixels wide, with round ends and corners."""
        across, down = [x for x, _ in points], [y for _, y in points]
        self._axes.plot(across, down, color=colour, lw=line, solid_capstyle="round", solid_joinstyle="round")

    def dashes(self, left: float, right: float, y: float, *, colour: str) -> None:
        """A dashed rule that begins and ends with a whole dash."""
        stroke, dash = 2, 8
        count = round((right - left - dash) / (2 * dash))
        gap = (right - left - dash) / count - dash
        self._axes.plot(
            [left, right],
            [y, y],
            color=colour,
            lw=stroke,
            dashes=(dash / stroke, gap / stroke),
            dash_capstyle="butt",
        )

    def write(
        self, block: Block, x: float, baseline: float, *, colour: str, align: Align = "left", alpha: float = 1
    ) -> None:
        """Write laid-out lines, the first of them standing on `baseline`."""
        for number, line in enumerate(block.lines):
            self._axes.text(
                x,
                baseline + number * block.size * LEADING,
                line,
                ha=align,
                va="baseline",
                color=colour,
                alpha=alpha,
                fontproperties=fonts.face(block.size, bold=block.bold),
                parse_math=False,  # else "$" in somebody's name starts a formula
            )

    def png(self) -> bytes:
        """The finished picture; no metadata, so that the same facts give the same bytes."""
        buffer = BytesIO()
        self.figure.savefig(buffer, format="png", dpi=fonts.DPI, metadata={"Software": None})
        return buffer.getvalue()
