"""Messages that bots send and edit in the emulated Telegram, and the photos in them."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from bots.telegram.emulator_rules import ApiError, bad_request, checked_keyboard, checked_text, nested, photo_size
from bots.telegram.emulator_state import BotAccount, Json, Person, State
from bots.telegram.limits import CAPTION_UNITS, TEXT_UNITS

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
_TEXT = ("text", "entities")
_CAPTION = ("caption", "caption_entities")


class Messages:
    """Sending and editing, on the emulator's state. Each method answers with the API's Message."""

    def __init__(self, state: State) -> None:
        self._state = state

    def send_text(self, bot: BotAccount, params: Json) -> Json:
        """A text message (sendMessage)."""
        return self._send(bot, params, _text_content(params))

    def send_photo(self, bot: BotAccount, params: Json) -> Json:
        """A photo with or without a caption (sendPhoto)."""
        content = _caption_content(params)
        self.reachable(bot, params)
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

    def reachable(self, bot: BotAccount, params: Json) -> Person:
        """The person of the request's chat, whom the bot may write to (raises ApiError otherwise)."""
        chat_id = str(params.get("chat_id") or "")
        if not chat_id:
            raise bad_request("chat_id is empty")
        person = self._state.people.get(int(chat_id)) if chat_id.isdecimal() else None
        chat = self._state.chat(bot.id, person.id) if person else None
        if person is None or chat is None or not chat.started:
            raise bad_request("chat not found")
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return person

    def _send(self, bot: BotAccount, params: Json, content: Json) -> Json:
        keyboard = checked_keyboard(params)
        person = self.reachable(bot, params)
        message = {
            "message_id": bot.next_message,
            "from": bot.user(),
            "chat": person.chat(),
            "date": self._state.now(),
            **content,
        }
        message |= {"reply_markup": keyboard} if keyboard else {}
        self._state.record("message", account=bot.id, person=person.id, message=message)
        return message

    def _edit(
        self, bot: BotAccount, params: Json, replaced: tuple[str, ...], content: Json, *, needs: str = ""
    ) -> Json:
        """Put `content` in place of the `replaced` fields, and the request's keyboard in place of the old one."""
        keyboard = checked_keyboard(params)
        person, old = self._own_message(bot, params)
        if needs and needs not in old:
            raise bad_request(f"there is no {'text' if needs == 'text' else 'caption'} in the message to edit")
        kept = {k: v for k, v in old.items() if k not in (*replaced, "reply_markup", "edit_date")}
        new = kept | content | ({"reply_markup": keyboard} if keyboard else {})
        if new == {k: v for k, v in old.items() if k != "edit_date"}:
            raise bad_request(_NOT_MODIFIED)
        new["edit_date"] = self._state.now()
        self._state.record("message", account=bot.id, person=person.id, message=new)
        return new

    def _own_message(self, bot: BotAccount, params: Json) -> tuple[Person, Json]:
        person = self.reachable(bot, params)
        number = str(params.get("message_id") or "")
        messages = self._state.chat(bot.id, person.id).messages
        message = messages.get(int(number)) if number.isdecimal() else None
        if message is None:
            raise bad_request("message to edit not found")
        if message["from"]["id"] != bot.id:
            raise bad_request("message can't be edited")
        return person, message

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
