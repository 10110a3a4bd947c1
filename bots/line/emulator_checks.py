"""What the emulated LINE refuses in messages, with LINE's own words where they are known.

`emulator_api.py` asks before it accepts a reply or a push. The shape (required fields, enumerations, unknown
components and properties) is checked by the SDK's models, which are generated from LINE's published API
description; the lengths are not in that description and come from `limits.py`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from linebot.v3.messaging import Message

from bots.line import limits
from bots.line.dumping import as_json

Problem = tuple[str, str]  # (message, property)


def refusal(messages: Any) -> dict[str, Any] | None:
    """The body of LINE's 400 for a request's `messages`, None if they would be accepted."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= limits.MESSAGES_PER_CALL:
        return errors([(f"Size must be between 1 and {limits.MESSAGES_PER_CALL}", "messages")])
    plain = [problem for i, message in enumerate(messages) for problem in _plain(message, f"messages[{i}]")]
    if plain:
        return errors(plain)
    for i, message in enumerate(messages):
        problems = [*_schema(message), *_contents(message)]
        if problems:
            text = f"A message (messages[{i}]) in the request body is invalid"
            return {"message": text, "details": [{"message": m, "property": p} for m, p in problems]}
    return None


def errors(problems: list[Problem]) -> dict[str, Any]:
    """LINE's error body for simple properties."""
    details = [{"message": message, "property": name} for message, name in problems]
    return {"message": f"The request body has {len(problems)} error(s)", "details": details}


def action_problems(action: Any, path: str) -> Iterator[Problem]:
    """What LINE refuses in the action of a rich menu's area; its label may be missing."""
    if isinstance(action, dict) and action.get("type") not in ("postback", "message", "uri", "richmenuswitch"):
        yield "Must be one of the following values: [postback, message, uri, richmenuswitch]", f"{path}.type"
        return
    yield from _action(action, limits.RICH_MENU_LABEL, path, ".")


def is_public_address(url: str) -> bool:
    """True for https, and for http on this machine, where an emulator and its program have no certificate."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return _is_loopback(parts.hostname)
    return parts.scheme == "https" and bool(parts.hostname)


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _plain(message: Any, path: str) -> Iterator[Problem]:
    """Type, texts and quick replies of one message: what LINE complains of before it looks into Flex."""
    if not isinstance(message, dict) or message.get("type") not in ("text", "flex", "image", "sticker"):
        yield "Must be one of the following values: [text, flex, image, sticker]", f"{path}.type"
        return
    if message["type"] == "text":
        yield from _length(message.get("text"), limits.TEXT, f"{path}.text")
    if message["type"] == "flex":
        yield from _length(message.get("altText"), limits.ALT_TEXT, f"{path}.altText")
    for name in ("originalContentUrl", "previewImageUrl") if message["type"] == "image" else ():
        yield from _image_url(message.get(name), f"{path}.{name}")
    quick = message.get("quickReply")
    if quick is not None:
        items = quick.get("items") if isinstance(quick, dict) else None
        if not isinstance(items, list) or not 1 <= len(items) <= limits.QUICK_ITEMS:
            yield f"Size must be between 1 and {limits.QUICK_ITEMS}", f"{path}.quickReply.items"
            return
        for i, item in enumerate(items):
            action = item.get("action") if isinstance(item, dict) else None
            yield from _action(action, limits.QUICK_LABEL, f"{path}.quickReply.items[{i}].action", ".", labelled=True)


def _schema(message: Mapping[str, Any]) -> Iterator[Problem]:
    """What LINE's API description refuses: the SDK fails on the impossible and drops the unknown."""
    try:
        understood = as_json(Message.from_dict(message))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        yield f"invalid property ({type(error).__name__})", "/"
        return
    yield from _dropped(message, understood, "")


def _dropped(given: Any, understood: Any, path: str) -> Iterator[Problem]:
    if isinstance(given, dict) and isinstance(understood, dict):
        for key, value in given.items():
            if key not in understood and value is not None:
                yield "unknown field", f"{path}/{key}"
            elif key in understood:
                yield from _dropped(value, understood[key], f"{path}/{key}")
    elif isinstance(given, list) and isinstance(understood, list):
        for i, (one, other) in enumerate(zip(given, understood, strict=False)):
            yield from _dropped(one, other, f"{path}/{i}")


def _contents(message: Mapping[str, Any]) -> Iterator[Problem]:
    """The limits inside a Flex message."""
    container = message.get("contents")
    if message["type"] != "flex" or not isinstance(container, dict):
        return
    bubbles = [container]
    if container.get("type") == "carousel":
        bubbles = [bubble for bubble in container.get("contents") or () if isinstance(bubble, dict)]
        if not 1 <= len(bubbles) <= limits.CAROUSEL_BUBBLES:
            yield f"size must be between 1 and {limits.CAROUSEL_BUBBLES}", "/contents"
        if limits.escaped(container) > limits.CAROUSEL_BYTES:
            yield "carousel is too large", "/"
    for i, bubble in enumerate(bubbles):
        path = "" if bubble is container else f"/contents/{i}"
        if limits.escaped(bubble) > limits.BUBBLE_BYTES:
            yield "bubble is too large", path or "/"
        if not any(bubble.get(block) for block in ("header", "hero", "body", "footer")):
            yield "at least one block must be specified", path or "/"
        for block in ("header", "hero", "body", "footer"):
            yield from _component(bubble.get(block), f"{path}/{block}")


def _component(component: Any, path: str) -> Iterator[Problem]:
    if not isinstance(component, dict):
        return
    kind = component.get("type")
    if kind == "text" and not component.get("contents") and not str(component.get("text") or "").strip():
        yield "must be non-empty text", f"{path}/text"
    if kind in ("image", "icon"):
        yield from _image_url(component.get("url"), f"{path}/url")
    if kind == "button" and not (component.get("action") or {}).get("label"):
        yield "must be specified", f"{path}/action/label"
    if component.get("action") is not None:
        yield from _action(component["action"], limits.FLEX_LABEL, f"{path}/action", "/")
    for i, child in enumerate(component.get("contents") or ()):
        yield from _component(child, f"{path}/contents/{i}")


def _action(action: Any, label_limit: int, path: str, dot: str, *, labelled: bool = False) -> Iterator[Problem]:
    """`labelled`: there must be a label."""
    if not isinstance(action, dict):
        yield "must be specified", path
        return
    if action.get("label") is not None or labelled:
        yield from _length(action.get("label"), label_limit, f"{path}{dot}label")
    match action.get("type"):
        case "postback":
            yield from _length(action.get("data"), limits.POSTBACK_DATA, f"{path}{dot}data")
            if action.get("displayText") is not None:
                yield from _length(action["displayText"], limits.DISPLAY_TEXT, f"{path}{dot}displayText")
        case "datetimepicker":
            yield from _length(action.get("data"), limits.POSTBACK_DATA, f"{path}{dot}data")
            if action.get("mode") not in ("datetime", "date", "time"):
                yield "invalid mode", f"{path}{dot}mode"
        case "message":
            yield from _length(action.get("text"), limits.DISPLAY_TEXT, f"{path}{dot}text")
        case "uri":
            uri = action.get("uri")
            yield from _length(uri, limits.URI, f"{path}{dot}uri")
            if isinstance(uri, str) and not (_is_encoded(uri) and urlsplit(uri).scheme in limits.URI_SCHEMES):
                yield "invalid uri scheme", f"{path}{dot}uri"


def _length(value: Any, limit: int, path: str) -> Iterator[Problem]:
    if not isinstance(value, str) or not value.strip():
        yield "May not be empty", path
    elif limits.utf16(value) > limit:
        yield f"Length must be between 0 and {limit}", path


def _image_url(url: Any, path: str) -> Iterator[Problem]:
    if not isinstance(url, str) or limits.utf16(url) > limits.IMAGE_URL or not _is_encoded(url):
        yield "invalid url", path
    elif not is_public_address(url):
        yield "invalid uri scheme", path


def _is_encoded(url: str) -> bool:
    """Addresses must be percent-encoded UTF-8 (#url-encoding)."""
    return url.isascii() and url.isprintable() and " " not in url
