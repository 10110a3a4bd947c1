"""Telegram's limits, each with its source, and the one way text is cut to fit them.

Lengths of text are counted in UTF-16 code units after entities are parsed, as the Bot API does
(https://core.telegram.org/bots/api#messageentity). Button data is never cut: a shortened token is a
forged one.
"""

from __future__ import annotations

import re

import regex

TEXT_UNITS = 4096
"""A message's text (https://core.telegram.org/bots/api#sendmessage)."""

CAPTION_UNITS = 1024
"""A photo's caption (https://core.telegram.org/bots/api#sendphoto)."""

ENTITIES = 100
"""Entities of one text; further ones are ignored, as python-telegram-bot's `MessageLimit.MESSAGE_ENTITIES` says."""

ENTITIES_BYTES = 9_500
"""Entities of one text together (https://github.com/tdlib/telegram-bot-api/issues/165)."""

CALLBACK_DATA_BYTES = 64
"""A button's data in UTF-8 (https://core.telegram.org/bots/api#inlinekeyboardbutton)."""

KEYBOARD_BUTTONS = 100
"""Buttons of one message; not documented, as python-telegram-bot's `InlineKeyboardMarkupLimit` has it."""

ROW_BUTTONS = 8
"""Buttons of one row; same source."""

KEYBOARD_BYTES = 10 * 1024
"""A keyboard as JSON; not documented, as https://github.com/tginfo/Telegram-Limits/issues/187 found it."""

LABEL_UNITS = 64
"""A button's label. Telegram names no limit; a phone shows about 30 characters in a whole row."""

ANSWER_UNITS = 200
"""The text of an answer to a button press (https://core.telegram.org/bots/api#answercallbackquery)."""

COMMANDS = 100
"""Commands of one list (https://core.telegram.org/bots/api#setmycommands)."""

COMMAND_DESCRIPTION_UNITS = 256
"""A command's description (https://core.telegram.org/bots/api#botcommand)."""

PHOTO_BYTES = 10 * 1024 * 1024
"""A photo that is uploaded (https://core.telegram.org/bots/api#sendphoto)."""

PHOTO_SIDES = 10_000
"""Width and height of a photo together, in pixels; same source."""

PHOTO_RATIO = 20
"""Longer side over shorter side of a photo; same source."""

DOWNLOAD_BYTES = 20 * 1024 * 1024
"""A file that a bot may fetch (https://core.telegram.org/bots/api#getfile)."""

PRESS_SECONDS = 150
"""How long a button press is kept for a bot that does not take it
(`add_update` in https://github.com/tdlib/telegram-bot-api)."""

UPDATE_SECONDS = 86_400
"""How long any other update is kept, from its own date; same source."""

WEBHOOK_CONNECTIONS = 100
"""Deliveries at a time that a bot may ask for (https://core.telegram.org/bots/api#setwebhook)."""

BACKLOG = 100_000
"""Updates that are kept for a bot; further ones are dropped (`TQueue.cpp` in https://github.com/tdlib/td)."""

SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
"""A webhook's secret (https://core.telegram.org/bots/api#setwebhook)."""

START_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""What a deep link can carry (https://core.telegram.org/bots/features#deep-linking)."""

_GRAPHEME = regex.compile(r"\X")
_ELLIPSIS = "…"


def units(text: str) -> int:
    """The length of a text in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int) -> str:
    """The text if it has at most `limit` UTF-16 units, else its beginning and an ellipsis.

    The cut falls between what a reader sees as characters, so neither a Thai vowel nor an emoji is torn.
    """
    if units(text) <= limit:
        return text
    room = limit - units(_ELLIPSIS)
    kept: list[str] = []
    for match in _GRAPHEME.finditer(text):
        room -= units(match.group())
        if room < 0:
            break
        kept.append(match.group())
    return "".join(kept).rstrip() + _ELLIPSIS
