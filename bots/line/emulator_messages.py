"""What the emulated LINE refuses in each type of message before it looks into Flex.

https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bots.line import limits
from bots.line.emulator_actions import IMAGE_COLUMN, TEMPLATE, Problem, action_problems, file_url, length

Message = Mapping[str, Any]
_KEY = re.compile(r"[0-9A-Za-z_]{1,20}")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_TAG = re.compile(f"[A-Za-z0-9_]{{1,{limits.DELIVERY_TAG}}}")


def message_problems(message: Message, path: str) -> Iterator[Problem]:
    """What LINE refuses in a message by its type, which is one of TYPES."""
    return TYPES[message["type"]](message, path)


def _text(message: Message, path: str) -> Iterator[Problem]:
    text, emojis = message.get("text"), message.get("emojis")
    yield from length(text, limits.TEXT, f"{path}.text")
    if emojis is None or not isinstance(text, str):
        return
    if not isinstance(emojis, list) or len(emojis) > limits.EMOJIS:
        yield f"Size must be between 0 and {limits.EMOJIS}", f"{path}.emojis"
        return
    units = text.encode("utf-16-le", "surrogatepass")
    for n, given in enumerate(emojis):
        emoji = given if isinstance(given, dict) else {}
        index = emoji.get("index")
        if not isinstance(index, int) or units[2 * index : 2 * index + 2] != b"$\x00":
            yield "index must be that of a $", f"{path}.emojis[{n}].index"
        for name in ("productId", "emojiId"):
            yield from length(emoji.get(name), limits.TEXT, f"{path}.emojis[{n}].{name}")


def _text_v2(message: Message, path: str) -> Iterator[Problem]:
    text, given = message.get("text"), message.get("substitution") or {}
    yield from length(text, limits.TEXT, f"{path}.text")
    if not isinstance(given, dict) or len(given) > limits.SUBSTITUTIONS or not all(map(_KEY.fullmatch, given)):
        yield f"at most {limits.SUBSTITUTIONS} keys of 0-9, A-Z, a-z and _", f"{path}.substitution"
        return
    kinds = [what.get("type") for what in given.values() if isinstance(what, dict)]
    if "mention" in kinds:  # only groups can be mentioned in, and those are not emulated
        yield "mention is not available in one-to-one chats", f"{path}.substitution"
    if kinds.count("emoji") > limits.EMOJIS:
        yield f"at most {limits.EMOJIS} emojis", f"{path}.substitution"
    for found in _PLACEHOLDER.finditer(text if isinstance(text, str) else ""):
        if found[0] not in ("{{", "}}") and found[1] not in given:
            yield f"no substitution for {found[0]}", f"{path}.text"


def _sticker(message: Message, path: str) -> Iterator[Problem]:
    for name in ("packageId", "stickerId"):
        yield from length(message.get(name), limits.TEXT, f"{path}.{name}")


def _image(message: Message, path: str) -> Iterator[Problem]:
    for name in ("originalContentUrl", "previewImageUrl"):
        yield from file_url(message.get(name), f"{path}.{name}")


def _video(message: Message, path: str) -> Iterator[Problem]:
    yield from _image(message, path)
    if message.get("trackingId") is not None:
        yield from length(message["trackingId"], limits.TRACKING_ID, f"{path}.trackingId")


def _audio(message: Message, path: str) -> Iterator[Problem]:
    yield from file_url(message.get("originalContentUrl"), f"{path}.originalContentUrl")
    if not isinstance(message.get("duration"), int) or message["duration"] < 1:
        yield "must be milliseconds", f"{path}.duration"


def _location(message: Message, path: str) -> Iterator[Problem]:
    for name in ("title", "address"):
        yield from length(message.get(name), limits.PLACE, f"{path}.{name}")
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = message.get(name)
        if not isinstance(value, (int, float)) or not -most <= value <= most:
            yield f"must be between -{most} and {most}", f"{path}.{name}"


def _coupon(message: Message, path: str) -> Iterator[Problem]:
    yield from length(message.get("couponId"), limits.TEXT, f"{path}.couponId")
    if message.get("deliveryTag") is not None and not _TAG.fullmatch(str(message["deliveryTag"])):
        yield f"at most {limits.DELIVERY_TAG} of A-Z, a-z, 0-9 and _", f"{path}.deliveryTag"


def _flex(message: Message, path: str) -> Iterator[Problem]:
    yield from length(message.get("altText"), limits.ALT_TEXT, f"{path}.altText")


def _imagemap(message: Message, path: str) -> Iterator[Problem]:
    yield from file_url(message.get("baseUrl"), f"{path}.baseUrl")
    yield from length(message.get("altText"), limits.ALT_TEXT, f"{path}.altText")
    if (message.get("baseSize") or {}).get("width") != limits.IMAGEMAP_WIDTH:
        yield f"must be {limits.IMAGEMAP_WIDTH}", f"{path}.baseSize.width"
    actions = yield from _list(message.get("actions"), limits.IMAGEMAP_ACTIONS, f"{path}.actions")
    for n, action in enumerate(actions):
        texts = {"label": limits.IMAGEMAP_LABEL, "text": limits.IMAGEMAP_TEXT, "linkUri": limits.URI}
        for name, most in texts.items():
            if action.get(name) is not None:
                yield from length(action[name], most, f"{path}.actions[{n}].{name}")


def _template(message: Message, path: str) -> Iterator[Problem]:
    yield from length(message.get("altText"), limits.ALT_TEXT, f"{path}.altText")
    template, path = message.get("template"), f"{path}.template"
    kind = template.get("type") if isinstance(template, dict) else None
    if not isinstance(template, dict) or kind not in ("buttons", "confirm", "carousel", "image_carousel"):
        yield "Must be one of the following values: [buttons, confirm, carousel, image_carousel]", f"{path}.type"
    elif kind == "buttons":
        yield from _panel(template, limits.BUTTONS_TEXT, limits.BUTTONS, path)
    elif kind == "confirm":
        yield from length(template.get("text"), limits.CONFIRM_TEXT, f"{path}.text")
        actions = yield from _list(template.get("actions"), 2, f"{path}.actions", least=2)
        yield from _actions(actions, f"{path}.actions")
    else:
        columns = yield from _list(template.get("columns"), limits.COLUMNS, f"{path}.columns")
        for n, column in enumerate(columns):
            if kind == "carousel":
                yield from _panel(column, limits.COLUMN_TEXT, limits.COLUMN_ACTIONS, f"{path}.columns[{n}]")
            else:
                yield from file_url(column.get("imageUrl"), f"{path}.columns[{n}].imageUrl")
                yield from action_problems(column.get("action"), IMAGE_COLUMN, f"{path}.columns[{n}].action", ".")
        if kind == "carousel" and len({len(column.get("actions") or ()) for column in columns}) > 1:
            yield "the number of actions must be the same in all columns", f"{path}.columns"


def _panel(panel: Mapping[str, Any], text: tuple[int, int], most: int, path: str) -> Iterator[Problem]:
    """Buttons under a text: a buttons template, or a column of a carousel."""
    title, image = panel.get("title"), panel.get("thumbnailImageUrl")
    if title is not None:
        yield from length(title, limits.TEMPLATE_TITLE, f"{path}.title")
    if image is not None:
        yield from file_url(image, f"{path}.thumbnailImageUrl")
    yield from length(panel.get("text"), text[bool(title or image)], f"{path}.text")
    yield from _actions((yield from _list(panel.get("actions"), most, f"{path}.actions")), f"{path}.actions")


def _actions(actions: list[dict[str, Any]], path: str) -> Iterator[Problem]:
    for n, action in enumerate(actions):
        yield from action_problems(action, TEMPLATE, f"{path}[{n}]", ".")


def _list(value: Any, most: int, path: str, least: int = 1) -> Any:
    """A generator of what is wrong with a list of objects, which returns its objects."""
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    if not isinstance(value, list) or not least <= len(value) <= most or len(items) != len(value):
        yield f"Size must be between {least} and {most}", path
        return []
    return items


TYPES: Mapping[str, Callable[[Message, str], Iterator[Problem]]] = {
    "text": _text,
    "textV2": _text_v2,
    "sticker": _sticker,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "location": _location,
    "coupon": _coupon,
    "imagemap": _imagemap,
    "template": _template,
    "flex": _flex,
}
