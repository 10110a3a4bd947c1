"""What a person sees of a chat in the emulated Telegram, worked out from the platform's own messages alone."""

from __future__ import annotations

from collections.abc import Callable

from bots.telegram.emulator_records import BotAccount, Json, Person
from bots.telegram.emulator_state import State


def shown_chat(state: State, bot: BotAccount, person: Person, address: Callable[[str], str], *, seen: int = 0) -> Json:
    """The chat as the control surface gives it; `address` turns a file's id into an address of its picture.

    Without the bot's first `seen` messages and all that came before them.
    """
    chat = state.chat(bot.id, person.id)
    messages = []
    for _, message in sorted(chat.messages.items()):
        if seen > 0:
            seen -= message["from"]["is_bot"]
        else:
            messages.append(shown_message(message, address))
    return {"messages": messages, "blocked": chat.blocked, "menu": menu(bot, person)}


def shown_message(message: Json, address: Callable[[str], str]) -> Json:
    """One message; Telegram has plain text only, so title, rows and footnote are all in `text`."""
    photo = message.get("photo")
    return {
        "id": str(message["message_id"]),
        "from": "bot" if message["from"]["is_bot"] else "person",
        "text": message.get("text") or message.get("caption") or _stand_in(message),
        "title": "",
        "rows": [],
        "footnote": "",
        "picture": address(photo[-1]["file_id"]) if photo else None,
        "buttons": _buttons(message),
        "quick": [],
        "edited": "edit_date" in message,
        "raw": message,
    }


def menu(bot: BotAccount, person: Person) -> Json | None:
    """The commands behind the menu button: the narrowest list wins, one in the person's language first.

    A button that opens something else hides them.
    """
    button = bot.menu_buttons.get(str(person.id)) or bot.menu_buttons.get("") or {}
    if button.get("type") == "web_app":
        return None
    language = person.language.partition("-")[0]
    for place in (f"chat/{person.id}", "all_private_chats", "default"):
        for tongue in (language, ""):
            if commands := bot.commands.get(f"{place}:{tongue}"):
                return {"commands": commands}
    return None


def _stand_in(message: Json) -> str:
    return str(message["sticker"].get("emoji", "")) if "sticker" in message else ""


def _buttons(message: Json) -> list[Json]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [
        {
            "label": key["text"],
            "index": index,
            "url": key.get("url"),
            "style": key.get("style") or "secondary",
        }
        for index, key in enumerate(key for row in rows for key in row)
    ]
