"""Messages that bots send and edit in the emulated Telegram, and the photos in them."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from bots.telegram.emulator_checks import ApiError, bad_request, checked_keyboard, flag, nested, photo_size
from bots.telegram.emulator_rates import Rates
from bots.telegram.emulator_records import BotAccount, Group, Json, Person
from bots.telegram.emulator_state import State
from bots.telegram.emulator_texts import checked_text
from bots.telegram.limits import CAPTION_UNITS, TEXT_UNITS

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
_TEXT = ("text", "entities")
_CAPTION = ("caption", "caption_entities")


class Messages:
    """Sending and editing, on the emulator's state. Each method answers with the API's Message."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rates = Rates(state)

    def send_text(self, bot: BotAccount, params: Json) -> Json:
        """A text message (sendMessage)."""
        return self._send(bot, params, _text_content(params))

    def send_photo(self, bot: BotAccount, params: Json) -> Json:
        """A photo with or without a caption (sendPhoto)."""
        content = _caption_content(params)
        if not params.get("photo"):
            raise bad_request("there is no photo in the request")
        self.peer(bot, params)
        return self._send(bot, params, {"photo": [self._photo(bot, params, params.get("photo"))]} | content)

    def edit_text(self, bot: BotAccount, params: Json) -> Json:
        """New words and keyboard for a text message (editMessageText)."""
        return self._edit(bot, params, _TEXT, _text_content(params), needs="text")

    def edit_caption(self, bot: BotAccount, params: Json) -> Json:
        """New words and keyboard for a photo (editMessageCaption)."""
        return self._edit(bot, params, _CAPTION, _caption_content(params), needs="photo")

    def edit_keyboard(self, bot: BotAccount, params: Json) -> Json:
        """A new keyboard, or none (editMessageReplyMarkup)."""
        return self._edit(bot, params, (), {})

    def edit_media(self, bot: BotAccount, params: Json) -> Json:
        """Replace a photo, or add one to a text message, whose text gives way to the caption (editMessageMedia)."""
        media = nested(params, "media")
        if not isinstance(media, dict) or media.get("type") != "photo":
            raise bad_request("can't parse InputMedia: this emulator knows photos only")
        content = _caption_content(media)
        self._own_message(bot, params)
        photo = self._photo(bot, params, media.get("media"))
        return self._edit(bot, params, (*_TEXT, *_CAPTION), {"photo": [photo]} | content)

    def keep_photo(self, account: int, content: bytes) -> Json:
        """Store a picture and return the API's PhotoSize of it (raises ApiError for what is no photo)."""
        width, height, mime_type = photo_size(content)
        file = f"AgACAg{secrets.token_urlsafe(24)}"
        self._state.record(
            "file",
            account=account,
            file=file,
            base64=base64.b64encode(content).decode(),
            mime_type=mime_type,
            width=width,
            height=height,
        )
        return self._state.files[file].photo_size()

    def peer(self, bot: BotAccount, params: Json) -> Person | Group:
        """The person or group of the request's chat, to whom the bot may write (raises ApiError otherwise)."""
        chat_id = params.get("chat_id")
        if chat_id in (None, ""):
            raise bad_request("chat_id is empty")
        peer = self._state.peer(chat_id)
        chat = self._state.chat(bot.id, peer.id) if peer else None
        if peer is None or chat is None or not (chat.started or chat.met):
            raise bad_request("chat not found")
        if isinstance(peer, Group):
            if peer.moved_to is not None:
                moved = "Bad Request: group chat was upgraded to a supergroup chat"
                raise ApiError(400, moved, migrate_to_chat_id=peer.moved_to)
            if chat.blocked:
                raise ApiError(403, f"Forbidden: bot was kicked from the {peer.kind} chat")
            return peer
        if peer.deactivated:
            raise ApiError(403, "Forbidden: user is deactivated")
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not chat.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return peer

    def _send(self, bot: BotAccount, params: Json, content: Json) -> Json:
        keyboard = checked_keyboard(params)
        peer = self.peer(bot, params)
        self._rates.count(bot, peer)
        message = {
            "message_id": bot.next_message,
            "from": bot.user(),
            "chat": peer.chat(),
            "date": self._state.now(),
            **content,
        }
        message |= {"reply_markup": keyboard} if keyboard else {}
        message |= {"has_protected_content": True} if flag(params, "protect_content") else {}
        self._state.record("message", account=bot.id, person=peer.id, message=message)
        return message

    def _edit(
        self, bot: BotAccount, params: Json, replaced: tuple[str, ...], content: Json, *, needs: str = ""
    ) -> Json:
        """Put `content` in place of the `replaced` fields, and the request's keyboard in place of the old one."""
        keyboard = checked_keyboard(params)
        peer, old = self._own_message(bot, params)
        if needs and needs not in old:
            raise bad_request(f"there is no {'text' if needs == 'text' else 'caption'} in the message to edit")
        kept = {k: v for k, v in old.items() if k not in (*replaced, "reply_markup", "edit_date")}
        new = kept | content | ({"reply_markup": keyboard} if keyboard else {})
        if new == {k: v for k, v in old.items() if k != "edit_date"}:
            raise bad_request(NOT_MODIFIED)
        self._rates.count(bot, peer)
        new["edit_date"] = self._state.now()
        self._state.record("message", account=bot.id, person=peer.id, message=new)
        return new

    def _own_message(self, bot: BotAccount, params: Json) -> tuple[Person | Group, Json]:
        peer = self.peer(bot, params)
        number = str(params.get("message_id") or "")
        if not number:
            raise bad_request("message identifier is not specified")
        messages = self._state.chat(bot.id, peer.id).messages
        message = messages.get(int(number)) if number.isdecimal() else None
        if message is None:
            raise bad_request("message to edit not found")
        if message["from"]["id"] != bot.id:
            raise bad_request("message can't be edited")
        return peer, message

    def _photo(self, bot: BotAccount, params: Json, given: Any) -> Json:
        """A photo given as an upload, as `attach://` an upload, or as the id of a file that was sent before."""
        if isinstance(given, str) and given.startswith("attach://"):
            given = params.get(given.removeprefix("attach://"))
        if isinstance(given, bytes):
            return self.keep_photo(bot.id, given)
        file = self._state.files.get(str(given))
        if file is None or file.account != bot.id:
            remote = isinstance(given, str) and "://" in given
            raise bad_request("failed to get HTTP URL content" if remote else "wrong file identifier specified")
        return file.photo_size()


def _text_content(params: Json) -> Json:
    text, entities = checked_text(params, *_TEXT, TEXT_UNITS, "message is too long")
    if not text:
        raise bad_request("message text is empty")
    return {"text": text} | ({"entities": entities} if entities else {})


def _caption_content(params: Json) -> Json:
    text, entities = checked_text(params, *_CAPTION, CAPTION_UNITS, "message caption is too long")
    return ({"caption": text} if text else {}) | ({"caption_entities": entities} if entities else {})
