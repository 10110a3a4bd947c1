"""Cards as messages of a bot: sent anew, or put in the place of a sent one.

`client.TelegramChannel` lends its `Bot` and reads what became of the call; `render.py` has the words and buttons.
"""

from __future__ import annotations

import asyncio

import structlog
from telegram import Bot, InputMediaPhoto, LinkPreviewOptions, Message
from telegram.error import BadRequest

from bots.channel import Letter
from bots.telegram.render import render
from handlers.cards import Card

log = structlog.get_logger()
_QUIET = LinkPreviewOptions(is_disabled=True)


async def post(bot: Bot, card: Card, letter: Letter) -> Message:
    """Send a card, as a photo if it has a picture; raises TelegramError."""
    picture = await _drawn(card, letter)
    shown = render(card, letter.sign, letter.repeat_mark, caption=picture is not None)
    if picture is None:
        return await bot.send_message(
            letter.to,
            shown.text,
            entities=shown.entities,
            reply_markup=shown.keyboard,
            link_preview_options=_QUIET,
        )
    return await bot.send_photo(
        letter.to,
        picture,
        caption=shown.text,
        caption_entities=shown.entities,
        reply_markup=shown.keyboard,
        filename="card.png",
    )


async def replace(bot: Bot, message_id: int, card: Card, letter: Letter) -> None:
    """Make a sent message show this card; raises TelegramError.

    Telegram can add a picture to a text but cannot take one away: a card without a picture that replaces a photo keeps
    the old picture above its new words.
    """
    picture = await _drawn(card, letter)
    shown = render(card, letter.sign, letter.repeat_mark, caption=picture is not None)
    if picture is not None:
        media = InputMediaPhoto(picture, caption=shown.text, caption_entities=shown.entities, filename="card.png")
        await bot.edit_message_media(media, letter.to, message_id, reply_markup=shown.keyboard)
        return
    try:
        await bot.edit_message_text(
            shown.text,
            letter.to,
            message_id,
            entities=shown.entities,
            reply_markup=shown.keyboard,
            link_preview_options=_QUIET,
        )
    except BadRequest as error:
        if "no text in the message to edit" not in error.message.lower():
            raise
        shown = render(card, letter.sign, letter.repeat_mark, caption=True)
        await bot.edit_message_caption(
            letter.to,
            message_id,
            caption=shown.text,
            caption_entities=shown.entities,
            reply_markup=shown.keyboard,
        )


async def _drawn(card: Card, letter: Letter) -> bytes | None:
    """The card's picture, drawn off the event loop; None when it has none or cannot be drawn."""
    if card.picture is None:
        return None
    try:
        return await asyncio.to_thread(letter.picture_bytes, 0)
    except Exception:  # a picture is an ornament: its words go out whatever a drawing trips over
        log.exception("picture.broke", noun=card.picture.noun)
        return None
