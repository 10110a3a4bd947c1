"""What the emulated Telegram refuses, in the platform's own words.

Checks of the parts that requests have in common: keyboards, photos, parameters that are objects. The descriptions
are those of the public Bot API server and the servers behind it (https://github.com/tdlib/telegram-bot-api,
https://core.telegram.org/bots/api).
"""

from __future__ import annotations

import io
import json
import warnings
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from bots.telegram.emulator_records import Json
from bots.telegram.limits import (
    CALLBACK_DATA_BYTES,
    KEYBOARD_BUTTONS,
    KEYBOARD_BYTES,
    PHOTO_BYTES,
    PHOTO_RATIO,
    PHOTO_SIDES,
    ROW_BUTTONS,
)

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


def integer(params: Json, name: str, default: int, lowest: int, highest: int) -> int:
    """A number within its bounds; what is none, or is left out, is the default."""
    try:
        return min(max(int(str(params.get(name))), lowest), highest)
    except ValueError:
        return default


def flag(params: Json, name: str) -> bool:
    """Whether a parameter says yes, in any of the ways that the platform takes for it."""
    return str(params.get(name)).lower() in ("true", "yes", "1")


def checked_keyboard(params: Json) -> Json | None:
    """The inline keyboard of a request; None for none and for keyboards of other kinds."""
    markup = nested(params, "reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    _rows(markup, "keyboard")
    rows = _rows(markup, "inline_keyboard")
    size = len(json.dumps(markup, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    many = sum(map(len, rows)) > KEYBOARD_BUTTONS or any(len(row) > ROW_BUTTONS for row in rows)
    if many or size > KEYBOARD_BYTES:
        raise bad_request("reply markup is too long")
    checked = [[_checked_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": checked} if checked else None


def _rows(markup: Json, kind: str) -> list[list[Any]]:
    rows = markup.get(kind) or []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{kind}" must be an Array of Arrays')
    return rows


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
