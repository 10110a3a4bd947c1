"""From a Telegram webhook request to neutral events.

`verify` looks at the secret header, `read` turns the body into one arrival for the inbox, and `understand`
turns the kept update into what a person did. Only private chats are ours, and only the kinds of updates that we ask
for; anything else is `Nothing`, in nobody's lane: it makes nobody known to us.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType, MessageAttachmentType
from telegram.helpers import effective_message_type

from bots.channel import NOBODY, Arrival, Profile
from bots.telegram.settings import webhook_secrets
from handlers.incoming import Arrived, Incoming, Left, Nothing, Other, Returned, Said, Tapped

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
"""What we ask Telegram for; without `my_chat_member` a block would go unnoticed."""

_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*")


def verify(secrets: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """True if the request carries one of the account's webhook secrets. No secret kept: nobody is let in.

    Every accepted secret is compared in full, so the time taken says nothing about them.
    """
    claimed = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER.lower()), "")
    given = claimed.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(given, secret.encode()) for secret in webhook_secrets(secrets)]
    return any(matches)


def read(body: bytes) -> list[Arrival]:
    """The one update of a verified body; raises ValueError when it is not an update."""
    try:
        update = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return [arrival(update)]


def arrival(update: Any) -> Arrival:
    """One update as the inbox takes it; raises ValueError when it is not an update."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError("not a Telegram update")
    return Arrival(str(number), _lane(update), update)


def understand(payload: Mapping[str, Any]) -> Incoming:
    """What a person did. Kinds that are not for us, and updates that make no sense, are `Nothing`."""
    try:
        update = Update.de_json(dict(payload), None)
        if update.callback_query:
            return _press(update.callback_query)
        if update.message:
            return _message(update.message)
        if update.my_chat_member:
            return _membership(update.my_chat_member)
    except Exception as error:  # the library's constructors raise whatever a wrong type leads to
        return Nothing(f"malformed:{type(error).__name__}")
    return Nothing(next((kind for kind in payload if kind != "update_id"), ""))


def profile(payload: Mapping[str, Any]) -> Profile:
    """The sender's name and IETF language as the update tells them."""
    sender = _sender(payload)
    names = [sender.get("first_name"), sender.get("last_name")]
    language = sender.get("language_code")
    return Profile(
        " ".join(name for name in names if isinstance(name, str) and name),
        language if isinstance(language, str) else "",
    )


def _message(message: Message) -> Incoming:
    if message.chat.type != ChatType.PRIVATE:
        return Nothing(str(message.chat.type))
    if message.from_user is None or message.from_user.is_bot:
        return Nothing("bot")
    if isinstance(message.text, str):
        start = _START.fullmatch(message.text)
        return Arrived(start[1] or "") if start else Said(message.text, str(message.message_id))
    kind = effective_message_type(message)
    if kind is None:  # newer than the library: most likely content, and a person waits for an answer
        return Other("unknown")
    return Other(str(kind)) if kind in list(MessageAttachmentType) else Nothing(str(kind))


def _press(query: CallbackQuery) -> Incoming:
    if query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return Nothing("callback_query")
    return Tapped(query.data) if isinstance(query.data, str) else Nothing("callback_query")


def _membership(change: ChatMemberUpdated) -> Incoming:
    if change.chat.type != ChatType.PRIVATE:
        return Nothing("my_chat_member")
    match change.new_chat_member.status:
        case ChatMemberStatus.BANNED:  # "kicked" on the wire: the person blocked the bot
            return Left()
        case ChatMemberStatus.MEMBER:
            return Returned()
        case _:
            return Nothing("my_chat_member")


def _lane(update: Mapping[str, Any]) -> str:
    """The sender's id as text in a private chat with us, else a lane of nobody's."""
    sender = _sender(update).get("id")
    return str(sender) if isinstance(sender, int) and _is_private(update) else f"{NOBODY}{update['update_id']}"


def _is_private(update: Mapping[str, Any]) -> bool:
    for kind, event in update.items():
        if kind in ALLOWED_UPDATES and isinstance(event, dict):
            message = event.get("message", event)
            chat = message.get("chat") if isinstance(message, dict) else None
            return isinstance(chat, dict) and chat.get("type") == "private"
    return False


def _sender(update: Mapping[str, Any]) -> Mapping[str, Any]:
    for event in update.values():
        if isinstance(event, dict) and isinstance(sender := event.get("from"), dict):
            return sender
    return {}
