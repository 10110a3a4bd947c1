"""What the emulated LINE refuses in lengths, addresses and actions, wherever in a message or menu they stand.

https://developers.line.biz/en/reference/messaging-api/#action-objects
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bots.line import limits

Problem = tuple[str, str]  # (message, property)

_DAY, _HOUR = r"(19|20|21)\d\d-\d\d-\d\d", r"\d\d:\d\d"
_MOMENTS = {"datetime": f"{_DAY}[tT]{_HOUR}", "date": _DAY, "time": _HOUR}
_EVERYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an action stands: how long its label may be, whether it must have one, and which kinds may be there.

    `desktop`: whether it may open another address on a computer.
    """

    label: int
    labelled: bool = True
    kinds: tuple[str, ...] = _EVERYWHERE
    desktop: bool = True


QUICK_REPLY = Place(limits.QUICK_LABEL, kinds=(*_EVERYWHERE, "camera", "cameraRoll", "location"))
TEMPLATE = Place(limits.TEMPLATE_LABEL, desktop=False)
IMAGE_COLUMN = Place(limits.IMAGE_COLUMN_LABEL, labelled=False, desktop=False)
FLEX = Place(limits.FLEX_LABEL, labelled=False)
FLEX_VIDEO = Place(limits.FLEX_LABEL, labelled=False, kinds=("uri",))
RICH_MENU = Place(limits.RICH_MENU_LABEL, labelled=False, kinds=(*_EVERYWHERE, "richmenuswitch"))


def action_problems(action: Any, place: Place, path: str, dot: str) -> Iterator[Problem]:
    """What LINE refuses in an action. `dot` stands between the names of a property's path."""
    if not isinstance(action, dict):
        yield "must be specified", path
        return
    kind = action.get("type")
    if kind not in place.kinds:
        yield f"Must be one of the following values: [{', '.join(place.kinds)}]", f"{path}{dot}type"
        return
    if action.get("label") is not None or place.labelled:
        yield from length(action.get("label"), place.label, f"{path}{dot}label")
    for name, limit, needed in _TEXTS.get(kind, ()):
        if needed or action.get(name) is not None:
            yield from length(action.get(name), limit, f"{path}{dot}{name}")
    if kind == "uri":
        yield from _uri(action.get("uri"), f"{path}{dot}uri")
        if action.get("altUri") is not None and not place.desktop:
            yield "is not available here", f"{path}{dot}altUri"
        elif (desktop := (action.get("altUri") or {}).get("desktop")) is not None:
            yield from length(desktop, limits.URI, f"{path}{dot}altUri{dot}desktop")
            yield from _uri(desktop, f"{path}{dot}altUri{dot}desktop")
    if kind == "datetimepicker":
        yield from _picker(action, f"{path}{dot}")


def menu_action_problems(action: Any, path: str) -> Iterator[Problem]:
    """What LINE refuses in the action of a rich menu's area."""
    return action_problems(action, RICH_MENU, path, ".")


_TEXTS: Mapping[str, tuple[tuple[str, int, bool], ...]] = {
    "postback": (
        ("data", limits.POSTBACK_DATA, True),
        ("displayText", limits.DISPLAY_TEXT, False),
        ("text", limits.DISPLAY_TEXT, False),
        ("fillInText", limits.DISPLAY_TEXT, False),
    ),
    "datetimepicker": (("data", limits.POSTBACK_DATA, True),),
    "richmenuswitch": (("data", limits.POSTBACK_DATA, True),),
    "message": (("text", limits.DISPLAY_TEXT, True),),
    "clipboard": (("clipboardText", limits.CLIPBOARD, True),),
    "uri": (("uri", limits.URI, True),),
}
"""Property, its length, and whether it must be there, of every kind of action."""


def length(value: Any, limit: int, path: str) -> Iterator[Problem]:
    """A text must be there and no longer than this, in UTF-16 units."""
    if not isinstance(value, str) or not value.strip():
        yield "May not be empty", path
    elif limits.utf16(value) > limit:
        yield f"Length must be between 0 and {limit}", path


def file_url(url: Any, path: str) -> Iterator[Problem]:
    """The address of a picture, a film or a sound: https, percent-encoded, not too long."""
    if not isinstance(url, str) or limits.utf16(url) > limits.IMAGE_URL or not _is_encoded(url):
        yield "invalid url", path
    elif not is_public_address(url):
        yield "invalid uri scheme", path


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


def _uri(uri: Any, path: str) -> Iterator[Problem]:
    if isinstance(uri, str) and not (_is_encoded(uri) and urlsplit(uri).scheme in limits.URI_SCHEMES):
        yield "invalid uri scheme", path


def _picker(action: Mapping[str, Any], path: str) -> Iterator[Problem]:
    shape = _MOMENTS.get(str(action.get("mode")))
    if shape is None:
        yield "invalid mode", f"{path}mode"
        return
    for name in ("initial", "min", "max"):
        if action.get(name) is not None and not re.fullmatch(shape, str(action[name])):
            yield f"not a {action['mode']}", f"{path}{name}"


def _is_encoded(url: str) -> bool:
    """Addresses must be percent-encoded UTF-8 (#url-encoding)."""
    return url.isascii() and url.isprintable() and " " not in url
