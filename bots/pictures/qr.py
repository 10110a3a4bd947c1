"""A QR code with its caption: invitations, coupons and the counter's check-in, opened by a phone's camera.

Facts: url (what the code holds) and caption (in the reader's language, may be empty).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import segno

from bots.pictures.canvas import MARGIN, WIDTH, Canvas
from bots.pictures.facts import words
from bots.pictures.layout import LEADING, fit

# ISO/IEC 18004 asks for four clear modules on every side of the code.
_QUIET = 4
_SIDE = WIDTH - 2 * MARGIN
_INK = "#2b2227"


def compose(facts: Mapping[str, object]) -> Canvas:
    """Lay the code and its caption out.

    ValueError when a fact is missing, or the url is empty or too long (ISO/IEC 18004: 2331 bytes at level M).
    """
    caption = fit(words(facts, "caption"), width=_SIDE, size=46, smallest=32, bold=True, lines=3)
    code = pixels(words(facts, "url"), _SIDE)
    canvas = Canvas(round(MARGIN / 2 + code.shape[0] + caption.height + MARGIN), "white")
    canvas.pixels((WIDTH - code.shape[1]) // 2, MARGIN // 2, code)
    first = MARGIN / 2 + code.shape[0] + caption.size * LEADING * 0.75
    canvas.write(caption, WIDTH / 2, first, colour=_INK, align="center")
    return canvas


def pixels(url: str, side: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The code in its quiet zone, at most `side` pixels wide; whole pixels a module keep the edges sharp."""
    if not url:
        raise ValueError("picture fact 'url' must not be empty")
    modules = np.array([list(row) for row in segno.make_qr(url, error="m").matrix_iter(border=_QUIET)], dtype=np.uint8)
    scale = side // modules.shape[0]
    grey = (1 - modules).repeat(scale, axis=0).repeat(scale, axis=1) * np.uint8(255)
    return np.stack([grey] * 3, axis=-1)
