"""An account, letters and updates of Telegram, as the tests of its channel use them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web

from bots.channel import Account, Letter
from bots.telegram.render import Rendered
from handlers.cards import Action, Button

TOKEN = "123456789:AAE-a_very_secret_key"
PERSON: dict[str, Any] = {"id": 5_100_000_001, "is_bot": False, "first_name": "นก", "language_code": "th"}
CHAT: dict[str, Any] = {"id": PERSON["id"], "type": "private"}
GROUP: dict[str, Any] = {"id": -100, "type": "supergroup", "title": "Staff"}
BOT: dict[str, Any] = {"id": 1, "is_bot": True, "first_name": "Clinic"}

Reply = Callable[[web.Request], Awaitable[web.Response]]


def message(**content: Any) -> dict[str, Any]:
    base = {"message_id": 7, "date": 1_760_000_000, "chat": CHAT, "from": PERSON}
    return {"update_id": 10, "message": base | content}


def press(**changes: Any) -> dict[str, Any]:
    shown = {"message_id": 6, "date": 1_760_000_000, "chat": CHAT, "from": BOT, "text": "?"}
    query = {"id": "99", "from": PERSON, "chat_instance": "1", "message": shown, "data": "token"}
    return {"update_id": 11, "callback_query": query | changes}


def membership(status: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
    after = {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})
    before = {"user": BOT, "status": "member"}
    change = {"chat": chat, "from": PERSON, "date": 1, "old_chat_member": before, "new_chat_member": after}
    return {"update_id": 12, "my_chat_member": change}


def sign(action: Action) -> str:
    return f"{action.name}.{action.choice}"


def buttons(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(label, Action("go", choice=n)) for n, label in enumerate(labels))


def rows(rendered: Rendered) -> list[list[str]]:
    keyboard = rendered.keyboard.inline_keyboard if rendered.keyboard else ()
    return [[key.text for key in row] for row in keyboard]


def account(**secrets: str) -> Account:
    kept = {"bot_token": TOKEN, "webhook_secret": "s3cret"} | secrets
    return Account(uuid4(), uuid4(), "siam", "telegram", "123456789", "siam_bot", kept)


def letter(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "to": str(PERSON["id"]),
        "retry_key": UUID(int=1),
        "sign": sign,
        "picture_url": lambda n: "",
        "picture_bytes": lambda n: b"",
    }
    return Letter(**given | changes)
