"""What the emulated Telegram refuses, in the platform's own words.

Checks of the parts that requests have in common: texts with entities, keyboards, photos and webhook
addresses. The descriptions are those of the public Bot API server and its servers behind it
(https://github.com/tdlib/telegram-bot-api, https://core.telegram.org/bots/api).
"""

from __future__ import annotations

import io
import json
import warnings
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from telegram.constants import MessageEntityType

from bots.telegram.emulator_state import Json
from bots.telegram.limits import (
    CALLBACK_DATA_BYTES,
    KEYBOARD_BUTTONS,
    PHOTO_BYTES,
    PHOTO_RATIO,
    PHOTO_SIDES,
    ROW_BUTTONS,
    SECRET_TOKEN,
    units,
)

_WEBHOOK_PORTS = (443, 80, 88, 8443)
_ENTITY_TYPES = frozenset(str(kind) for kind in MessageEntityType)
_STYLES = ("danger", "success", "primary")


class ApiError(Exception):
    """A refusal: HTTP status, the description, and the `parameters` some errors carry."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(words: str) -> ApiError:
    """A 400 with the platform's prefix."""
    return ApiError(400, f"Bad Request: {words}")


def nested(params: Json, name: str) -> Any:
    """A parameter that is an object or a list: forms carry it as JSON, JSON bodies as it is. None if absent."""
    value = params.get(name)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {name}: not JSON") from None


def checked_text(params: Json, name: str, entities_name: str, limit: int, too_long: str) -> tuple[str, list[Json]]:
    """A text as it will be shown, and its entities, after the platform's cleaning."""
    if params.get("parse_mode"):
        raise bad_request("unsupported parse_mode")
    text = str(params.get(name) or "")
    entities = [_checked_entity(entity, units(text)) for entity in nested(params, entities_name) or []]
    text, entities = cleaned(text, entities)
    if units(text) > limit:
        raise bad_request(too_long)
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


def _shown(character: str) -> str:
    if character == "\r" or "\ud800" <= character <= "\udfff":
        return ""
    return " " if character < " " and character != "\n" else character


def _checked_entity(entity: Any, length: int) -> Json:
    if not isinstance(entity, dict) or entity.get("type") not in _ENTITY_TYPES:
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


def checked_keyboard(params: Json) -> Json | None:
    """The inline keyboard of a request; None for none and for keyboards of other kinds."""
    markup = nested(params, "reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard") or []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    if sum(map(len, rows)) > KEYBOARD_BUTTONS or any(len(row) > ROW_BUTTONS for row in rows):
        raise bad_request("reply markup is too long")
    checked = [[_checked_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": checked} if checked else None


def _checked_button(button: Any) -> Json:
    problem = "can't parse inline keyboard button: "
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request(f'{problem}Can\'t find field "text"')
    if button.get("style") not in (None, *_STYLES):
        raise bad_request(f"{problem}invalid button style specified")
    if url := button.get("url"):
        _check_button_url(str(url))
    elif data := button.get("callback_data"):
        if len(str(data).encode()) > CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    else:
        raise bad_request(f"{problem}Text buttons are unallowed in the inline keyboard")
    return button


def _check_button_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    reason = None
    if parts.scheme not in ("", "http", "https", "tg", "ton"):
        reason = "Unsupported URL protocol"
    elif parts.scheme in ("", "http", "https") and "." not in (host or url):
        reason = "Wrong HTTP URL"
    if reason:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {reason}")


def photo_size(content: bytes) -> tuple[int, int, str]:
    """Width, height and MIME type of an uploaded photo."""
    if len(content) > PHOTO_BYTES:
        size = f"file of size {len(content)} bytes is too big for a photo"
        raise bad_request(f"{size}; the maximum size is {PHOTO_BYTES} bytes")
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as image:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            (width, height), mime_type = image.size, image.get_format_mimetype()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height, mime_type or "image/png"


def checked_webhook(params: Json) -> Json:
    """The address and secret of setWebhook. Plain http is for this machine, as with a local Bot API server."""
    url, secret = str(params["url"]), str(params.get("secret_token") or "")
    if secret and not SECRET_TOKEN.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise bad_request("invalid webhook URL specified") from None
    if not host or parts.scheme not in ("http", "https"):
        raise bad_request("invalid webhook URL specified")
    if not _is_loopback(host):
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if port is not None and port not in _WEBHOOK_PORTS:
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    return {"url": url, "secret_token": secret}


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
