"""How the properties of Flex components must be written: sizes, spaces, colours and shapes of pictures.

LINE's API description calls all of them texts; what may stand in them is told by the reference
(https://developers.line.biz/en/reference/messaging-api/#flex-message) and, for sizes and spaces,
https://developers.line.biz/en/docs/messaging-api/flex-message-layout/. `emulator_flex.py` asks. Enumerations (weights,
alignments, styles) are in the description and are checked with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bots.line.emulator_actions import Problem

_NUMBER = r"\d+(\.\d+)?"
_PX, _PERCENT = f"{_NUMBER}px", f"{_NUMBER}%"
_SPACES, _SIZES = "none|xs|sm|md|lg|xl|xxl", "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl"
_COLOUR = "#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?"
_RATIO = re.compile(f"({_NUMBER}):({_NUMBER})")
_RATIO_LIMIT, _TALLEST = 100_000, 3  # #f-image: `aspectRatio`


_EVERYWHERE = {
    r"spacing|margin|cornerRadius": f"{_SPACES}|{_PX}",
    r"borderWidth": f"none|light|normal|medium|semi-bold|bold|{_PX}",
    r"padding\w+": f"{_SPACES}|{_PX}|{_PERCENT}",
    r"offset\w+": f"{_SPACES}|-?{_PX}|-?{_PERCENT}",
    r"color|\w+Color": _COLOUR,
    r"lineSpacing": _PX,
    r"angle": f"{_NUMBER}deg",
    r"centerPosition": _PERCENT,
}
"""Names of properties, and what may stand in them."""
_OF_A_KIND = {
    "box": {r"width|maxWidth|height|maxHeight": f"{_PX}|{_PERCENT}"},
    "text": {r"size": f"{_SIZES}|{_PX}"},
    "span": {r"size": f"{_SIZES}|{_PX}"},
    "icon": {r"size": f"{_SIZES}|{_PX}|{_PERCENT}"},
    "image": {r"size": f"{_SIZES}|full|{_PX}|{_PERCENT}"},
}


def value_problems(part: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """What LINE refuses in the properties of one component or style, without those inside it."""
    shapes = _EVERYWHERE | _OF_A_KIND.get(str(part.get("type")), {})
    for name, value in part.items():
        shape = next((shape for names, shape in shapes.items() if re.fullmatch(names, name)), None)
        if shape and isinstance(value, str) and not re.fullmatch(shape, value):
            yield "invalid property", f"{path}/{name}"
    ratio = part.get("aspectRatio")
    if isinstance(ratio, str) and not _is_ratio(ratio):
        yield "invalid property", f"{path}/aspectRatio"


def _is_ratio(text: str) -> bool:
    """Width to height, neither below 1, and no higher than three times the width."""
    found = _RATIO.fullmatch(text)
    if found is None:
        return False
    width, height = float(found[1]), float(found[3])
    return min(width, height) >= 1 and max(width, height) <= _RATIO_LIMIT and height <= _TALLEST * width
