"""The typeface of all pictures, and what can be written and measured with it.

Sarabun (SIL Open Font License, from the `fontpkg-sarabun` wheel) has Thai and Latin with looped, easily read
letters, and static files for both weights; matplotlib ignores the weight axis of a variable font. DejaVu
Sans, which matplotlib brings, stands behind it for Greek, Cyrillic and symbols. Machines often have no Thai
font at all, so none of theirs is used.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from threading import Lock

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.text import Text

# At 72 dots an inch a typographic point is a pixel, so that all sizes here and in the canvas are pixels.
DPI = 72

_FAMILY = ("Sarabun", "DejaVu Sans")
_FILES = ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")
# Lends its resolution and renderer to texts that are only measured.
_scratch = Figure(figsize=(1, 1), dpi=DPI)
FigureCanvasAgg(_scratch)
_lock = Lock()
_registered = False


def face(size: float, *, bold: bool = False) -> FontProperties:
    """The typeface at `size` pixels, as matplotlib wants it."""
    _register()
    return FontProperties(family=_FAMILY, weight="bold" if bold else "regular", size=size)


@lru_cache(maxsize=4096)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """How many pixels wide `text` comes out at `size` pixels, shaped as it will be drawn."""
    if not text:
        return 0.0
    artist = Text(text=text, fontproperties=face(size, bold=bold), parse_math=False)
    artist.set_figure(_scratch)
    return float(artist.get_window_extent().width)


def drawable(text: str) -> str:
    """`text` on one line without what no font here can show (emoji, Chinese): those come out as empty boxes.

    People's own names from LINE and Telegram are full of both. A name of nothing else comes out empty.
    """
    return " ".join("".join(" " if c.isspace() else c for c in text if c.isspace() or _shows(c)).split())


def _shows(character: str) -> bool:
    """Whether it draws ink: invisible controls and the variation selectors that follow emoji do not."""
    point = ord(character)
    invisible = unicodedata.category(character) in {"Cc", "Cf"} or 0xFE00 <= point <= 0xFE0F
    return point in _characters() and not invisible


@cache
def _characters() -> frozenset[int]:
    """Every code point that some font of the family can draw."""
    _register()
    paths = (fontManager.findfont(FontProperties(family=name)) for name in _FAMILY)
    return frozenset(point for path in paths for point in get_font(path).get_charmap())


def _register() -> None:
    """Make the wheel's files known to matplotlib, once a process."""
    global _registered
    with _lock:
        if not _registered:
            for name in _FILES:
                fontManager.addfont(str(files("fontpkg_sarabun") / "files" / name))
            _registered = True
