"""Texts as the emulated Telegram takes them: marked up or with entities, cleaned, and within their length.

Lengths and offsets are UTF-16 units of what remains (https://core.telegram.org/bots/api#messageentity).
"""

from __future__ import annotations

from typing import Any

from telegram.constants import MessageEntityType

from bots.telegram.emulator_checks import bad_request, nested
from bots.telegram.emulator_markup import parse_html
from bots.telegram.emulator_records import Json
from bots.telegram.limits import ENTITIES, ENTITIES_BYTES, units

_TYPES = frozenset(str(kind) for kind in MessageEntityType)


def checked_text(params: Json, name: str, entities_name: str, limit: int, too_long: str) -> tuple[str, list[Json]]:
    """A text as it will be shown, and its entities, after the platform's cleaning."""
    text, mode = str(params.get(name) or ""), str(params.get("parse_mode") or "").lower()
    if mode == "html":
        text, entities = parse_html(text)
    elif mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")  # nor does this emulator know Markdown
    else:
        entities = [_checked_entity(entity, units(text)) for entity in nested(params, entities_name) or []]
    text, entities = cleaned(text, entities)
    if units(text) > limit:
        raise bad_request(too_long)
    entities = entities[:ENTITIES]
    if sum(map(_weight, entities)) > ENTITIES_BYTES:
        raise bad_request("ENTITIES_TOO_LONG")
    return text, entities


def cleaned(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """A text without carriage returns, stray control characters and outer blanks; entities move along."""
    kept: list[str] = []
    moved: list[int] = []
    length = 0
    for character in text:
        moved.extend([length] * units(character))
        shown = _shown(character)
        kept.append(shown)
        length += units(shown)
    whole = "".join(kept).rstrip(" \n")
    result = whole.lstrip(" \n")
    moved.append(length)
    lead, end = len(whole) - len(result), units(result)
    placed = []
    for entity in entities:
        start = min(max(moved[entity["offset"]] - lead, 0), end)
        stop = min(max(moved[entity["offset"] + entity["length"]] - lead, 0), end)
        if stop > start:
            placed.append(entity | {"offset": start, "length": stop - start})
    return result, placed


def _weight(entity: Json) -> int:
    """What an entity takes in bytes: its type and place, and what it carries (an address, a language)."""
    carried = [value for name, value in entity.items() if name != "type" and isinstance(value, str)]
    return 12 + sum(len(value.encode("utf-8", "surrogatepass")) for value in carried)


def _shown(character: str) -> str:
    if character == "\r" or "\ud800" <= character <= "\udfff":
        return ""
    return " " if character < " " and character != "\n" else character


def _checked_entity(entity: Any, length: int) -> Json:
    if not isinstance(entity, dict) or entity.get("type") not in _TYPES:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    start, size = entity.get("offset"), entity.get("length")
    if not isinstance(start, int) or start < 0:
        raise bad_request(f"receive an entity with incorrect offset {start}")
    if not isinstance(size, int) or size < 0:
        raise bad_request(f"receive an entity with incorrect length {size}")
    if start > length:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
    if start + size > length:
        where = f"UTF-16 offset {start} ends after the end of the text at UTF-16 offset {start + size}"
        raise bad_request(f"entity beginning at {where}")
    return entity
