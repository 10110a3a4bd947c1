"""What a person sees of a LINE message, derived from the platform's JSON alone.

`emulator_control.py` shows it to the simulator's page and to tests. Flex is walked generically, so that a
message of any bot is read the way LINE's app would draw it; nothing here knows our cards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.line.emulator_records import Json, Message

_SMALL = ("xxs", "xs")


@dataclass(slots=True)
class _Seen:
    title: str = ""
    texts: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    footnotes: list[str] = field(default_factory=list)
    picture: str | None = None


def shown(message: Message, *, newest: bool, content_url: str | None = None) -> Json:
    """The message as a person sees it; quick replies only below the `newest` one.

    `content_url` is where a picture that the person sent can be fetched.
    """
    raw = message.raw
    seen = _Seen(picture=content_url or raw.get("originalContentUrl"))
    match raw["type"]:
        case "text":
            seen.texts.append(raw["text"])
        case "flex":
            for block in _blocks(raw["contents"]):
                _look(block, seen)
        case other:
            seen.texts.append(f"[{other}]")
    buttons = [_described(index, component) for index, component in enumerate(tappable(raw))]
    items = quick_actions(raw) if newest else []
    return {
        "id": message.id,
        "from": message.sender,
        "at": message.at,
        "text": "\n".join(seen.texts),
        "title": seen.title,
        "rows": seen.rows,
        "footnote": "\n".join(seen.footnotes),
        "picture": seen.picture,
        "buttons": buttons,
        "quick": [{"label": a.get("label", ""), "index": i, "picker": a.get("mode")} for i, a in enumerate(items)],
        "edited": False,
        "raw": raw,
    }


def tappable(raw: Mapping[str, Any]) -> list[Json]:
    """Every component with an action, from the top of the bubble to its bottom."""
    if raw["type"] != "flex":
        return []
    return [part for block in _blocks(raw["contents"]) for part in _parts(block) if part.get("action")]


def quick_actions(raw: Mapping[str, Any]) -> list[Json]:
    """The actions of a message's quick replies."""
    return [item["action"] for item in (raw.get("quickReply") or {}).get("items", ())]


def _described(index: int, component: Mapping[str, Any]) -> Json:
    action = component["action"]
    return {
        "label": action.get("label") or component.get("text", ""),
        "index": index,
        "url": action.get("uri"),
        "picker": action.get("mode"),
        "style": component.get("style", "link"),
        "color": component.get("color"),
    }


def _blocks(container: Mapping[str, Any]) -> Iterator[Json]:
    bubbles = container["contents"] if container["type"] == "carousel" else [container]
    for bubble in bubbles:
        yield from (bubble[block] for block in ("header", "hero", "body", "footer") if bubble.get(block))


def _parts(component: Json) -> Iterator[Json]:
    yield component
    for child in component.get("contents") or ():
        yield from _parts(child)


def _look(component: Mapping[str, Any], seen: _Seen) -> None:
    children = component.get("contents") or []
    match component["type"]:
        case "text":
            _read(component, seen)
        case "image" if seen.picture is None:
            seen.picture = component["url"]
        case "box" if _is_row(component) or _is_item(component):
            seen.rows.append([_words(child) for child in children])
        case "box":
            for child in children:
                _look(child, seen)


def _read(component: Mapping[str, Any], seen: _Seen) -> None:
    words = _words(component)
    if component.get("weight") == "bold" and not seen.title and not seen.texts:
        seen.title = words
    elif component.get("size") in _SMALL:
        seen.footnotes.append(words)
    else:
        seen.texts.append(words)


def _is_row(box: Mapping[str, Any]) -> bool:
    """Two texts side by side read as a label and its value."""
    children = box.get("contents") or []
    side_by_side = box.get("layout") in ("horizontal", "baseline")
    return side_by_side and len(children) == 2 and all(child["type"] == "text" for child in children)


def _is_item(box: Mapping[str, Any]) -> bool:
    """A bold line over a plain one reads as a thing and what there is to know of it."""
    children = box.get("contents") or []
    looks = [(child.get("weight"), child.get("size")) for child in children if child["type"] == "text"]
    stacked = box.get("layout") == "vertical" and len(children) == len(looks) == 2
    return stacked and looks[0][0] == "bold" and looks[0][1] == looks[1][1]


def _words(text: Mapping[str, Any]) -> str:
    spans = text.get("contents") or ()
    return "".join(span.get("text", "") for span in spans) or str(text.get("text", ""))
