"""What the emulated LINE refuses inside a Flex message: sizes, blocks, components.

https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bots.line import limits
from bots.line.emulator_actions import FLEX, FLEX_VIDEO, Problem, action_problems, file_url
from bots.line.emulator_flex_values import value_problems

_BLOCKS = ("header", "hero", "body", "footer")
_BLOCK_KINDS = {"hero": ("box", "image", "video")}
_VIDEO_SIZES = ("kilo", "mega", "giga")  # #f-video: of bubbles with one
_BASELINE = ("icon", "text", "filler")  # #box: what a baseline box may hold
_HELD = ("box", "button", "image", "text", "separator", "filler")  # and what any other may


def flex_problems(message: Mapping[str, Any]) -> Iterator[Problem]:
    """What LINE refuses in the `contents` of a message that is as LINE's description has it; nothing in others."""
    if message["type"] != "flex":
        return
    container = message["contents"]
    bubbles = [container]
    if container.get("type") == "carousel":
        bubbles = [bubble for bubble in container.get("contents") or () if isinstance(bubble, dict)]
        if not 1 <= len(bubbles) <= limits.CAROUSEL_BUBBLES:
            yield f"size must be between 1 and {limits.CAROUSEL_BUBBLES}", "/contents"
        if limits.escaped(container) > limits.CAROUSEL_BYTES:
            yield "carousel is too large", "/"
        if len({bubble.get("size", "mega") for bubble in bubbles}) > 1:
            yield "bubbles of a carousel must have the same size", "/contents"
    for i, bubble in enumerate(bubbles):
        path = "" if bubble is container else f"/contents/{i}"
        yield from _bubble(bubble, path)
        is_video = (bubble.get("hero") or {}).get("type") == "video"
        if is_video and (path or (bubble.get("size") or "mega") not in _VIDEO_SIZES):
            yield f"a video stands in a single bubble of {', '.join(_VIDEO_SIZES)}", f"{path}/hero"
    if sum(_animated(bubble) for bubble in bubbles) > limits.ANIMATED:
        yield f"at most {limits.ANIMATED} animated images", "/"


def _bubble(bubble: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if limits.escaped(bubble) > limits.BUBBLE_BYTES:
        yield "bubble is too large", path or "/"
    if not any(bubble.get(block) for block in _BLOCKS):
        yield "at least one block must be specified", path or "/"
    for block in _BLOCKS:
        component = bubble.get(block)
        if not isinstance(component, dict):
            continue
        kinds = _BLOCK_KINDS.get(block, ("box",))
        if component.get("type") not in kinds:
            yield f"must be {' or '.join(kinds)}", f"{path}/{block}"
        yield from _component(component, f"{path}/{block}")
        yield from value_problems((bubble.get("styles") or {}).get(block) or {}, f"{path}/styles/{block}")


def _component(component: Any, path: str) -> Iterator[Problem]:
    if not isinstance(component, dict):
        return
    kind = component.get("type")
    yield from value_problems(component, path)
    yield from value_problems(component.get("background") or {}, f"{path}/background")
    if kind == "text" and not component.get("contents") and not str(component.get("text") or "").strip():
        yield "must be non-empty text", f"{path}/text"
    if kind in ("image", "icon", "video"):
        yield from file_url(component.get("url"), f"{path}/url")
    if kind == "video":
        yield from file_url(component.get("previewUrl"), f"{path}/previewUrl")
        if (component.get("altContent") or {}).get("type") not in ("box", "image"):
            yield "must be box or image", f"{path}/altContent"
        yield from _component(component.get("altContent"), f"{path}/altContent")
    if kind == "button" and not (component.get("action") or {}).get("label"):
        yield "must be specified", f"{path}/action/label"
    if component.get("action") is not None:
        place = FLEX_VIDEO if kind == "video" else FLEX
        yield from action_problems(component["action"], place, f"{path}/action", "/")
    for i, child in enumerate(component.get("contents") or ()):
        child_kind = child.get("type") if isinstance(child, dict) else None
        held = ("span",) if kind == "text" else _BASELINE if component.get("layout") == "baseline" else _HELD
        if child_kind not in held:
            yield f"must be {', '.join(held)}", f"{path}/contents/{i}"
        yield from _component(child, f"{path}/contents/{i}")


def _animated(component: Any) -> int:
    """How many animated images there are in a bubble or component."""
    if isinstance(component, list):
        return sum(map(_animated, component))
    if not isinstance(component, dict):
        return 0
    own = component.get("type") == "image" and component.get("animated") is True
    return own + sum(_animated(part) for part in component.values())
