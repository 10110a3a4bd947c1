"""What people do in the emulated Telegram: start, type, press, block, come back, send pictures.

Each act changes the chat and becomes an update for the bot's webhook, if the bot asked for that type.
A client's own rules are kept too: only a message's real buttons can be tapped, a blocked bot has no
input field, and a deep link of another bot does not open this one.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bots.telegram.emulator_records import FIRST_BOT, FIRST_PERSON, BotAccount, Chat, Json, Person
from bots.telegram.emulator_state import State
from bots.telegram.emulator_texts import cleaned
from bots.telegram.emulator_updates import Event, Updates
from bots.telegram.limits import START_CODE, TEXT_UNITS, units


class ActError(Exception):
    """Something that person could not do; `status` is what the control surface answers."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class People:
    """The acts, on the emulator's state; each returns the updates it made, oldest first."""

    def __init__(self, state: State, updates: Updates) -> None:
        self._state = state
        self._updates = updates

    def add_account(self, slug: str, name: str, bot_token: str, username: str = "") -> BotAccount:
        """The bot with this token, made if it is new. Its id is the number in the token, as on the platform."""
        if known := self._state.bot_of(bot_token):
            return known
        number = bot_token.partition(":")[0]
        account = int(number) if number.isdecimal() else FIRST_BOT + len(self._state.bots)
        if account in self._state.bots:
            raise ActError(409, f"Bot {account} has another token.")
        username = username.removeprefix("@") or f"{slug.replace('-', '_')}_bot"
        if any(bot.username.lower() == username.lower() for bot in self._state.bots.values()):
            raise ActError(409, f"The name @{username} is taken.")
        data = {"slug": slug, "name": name, "username": username, "bot_token": bot_token}
        self._state.record("account", account=account, **data)
        return self._state.bots[account]

    def add_person(self, name: str, language: str, person: str = "") -> Person:
        """A person; the known one when `person` is an id that exists."""
        if person and not person.isdecimal():
            raise ActError(400, "A person's id is a number.")
        number = int(person) if person else max([FIRST_PERSON - 1, *self._state.people]) + 1
        if number not in self._state.people:
            self._state.record("person", person=number, name=name, language=language)
        return self._state.people[number]

    def follow(self, bot: BotAccount, person: Person, code: str = "") -> list[Event]:
        """Press START (with a deep link's code), or RESTART if the bot was blocked."""
        returned = self.unblock(bot, person) if self._state.chat(bot.id, person.id).blocked else []
        return returned + self.say(bot, person, f"/start {code}".rstrip())

    def say(self, bot: BotAccount, person: Person, text: str) -> list[Event]:
        """Type and send a text."""
        text, _ = cleaned(text, [])
        if not text.strip() or units(text) > TEXT_UNITS:
            raise ActError(400, f"A message has 1 to {TEXT_UNITS} characters.")
        return self._message(bot, person, {"text": text} | command_entity(text))

    def photo(self, bot: BotAccount, person: Person, size: Json) -> list[Event]:
        """Send a picture that has been stored."""
        return self._message(bot, person, {"photo": [size]})

    def sticker(self, bot: BotAccount, person: Person) -> list[Event]:
        """Send a sticker."""
        sticker = {
            "file_id": f"CAACAg{secrets.token_urlsafe(24)}",
            "file_unique_id": secrets.token_urlsafe(9),
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        }
        return self._message(bot, person, {"sticker": sticker})

    def tap(self, bot: BotAccount, person: Person, message: str, index: int) -> list[Event] | str:
        """Tap the n-th button of a message; a link button's address is returned and nothing is sent."""
        shown = self._shown(bot, person, message)
        rows = shown.get("reply_markup", {}).get("inline_keyboard", [])
        keys = [key for row in rows for key in row]
        if not 0 <= index < len(keys):
            raise ActError(404, f"Message {message} has no button {index}.")
        if url := keys[index].get("url"):
            return str(url)
        return self._press(bot, person, shown, keys[index]["callback_data"])

    def press(self, bot: BotAccount, person: Person, message: str, data: str) -> list[Event]:
        """Send any data as a press on a message, as a client that was tampered with can."""
        return self._press(bot, person, self._shown(bot, person, message), data)

    def open(self, bot: BotAccount, person: Person, url: str) -> list[Event]:
        """Open a deep link of this bot and press START."""
        parts = urlsplit(url)
        username = parts.path.strip("/")
        if parts.hostname not in ("t.me", "telegram.me") or username.lower() != bot.username.lower():
            raise ActError(400, f"Not a link to @{bot.username}.")
        code = parse_qs(parts.query).get("start", [""])[0]
        if code and not START_CODE.fullmatch(code):
            raise ActError(400, "Telegram does not pass on a code like this.")
        return self.follow(bot, person, code)

    def block(self, bot: BotAccount, person: Person) -> list[Event]:
        """Block the bot."""
        return self._membership(bot, person, "member", "kicked")

    def unblock(self, bot: BotAccount, person: Person) -> list[Event]:
        """Let the bot write again."""
        return self._membership(bot, person, "kicked", "member")

    def deactivate(self, bot: BotAccount, person: Person) -> list[Event]:
        """Delete their account: nobody is told, but bots that write to them."""
        self._state.record("deactivated", person=person.id)
        return []

    def _membership(self, bot: BotAccount, person: Person, old: str, new: str) -> list[Event]:
        if self._state.chat(bot.id, person.id).blocked == (new == "kicked"):
            return []
        change = {
            "chat": person.chat(),
            "from": person.user(),
            "date": self._state.now(),
            "old_chat_member": member(bot, old),
            "new_chat_member": member(bot, new),
        }
        return [self._updates.add(bot, person, "my_chat_member", change)]

    def _message(self, bot: BotAccount, person: Person, content: Json) -> list[Event]:
        self._not_blocked(bot, person)
        message = {
            "message_id": bot.next_message,
            "from": person.user(),
            "chat": person.chat(),
            "date": self._state.now(),
            **content,
        }
        return [self._updates.add(bot, person, "message", message)]

    def _press(self, bot: BotAccount, person: Person, message: Json, data: str) -> list[Event]:
        self._not_blocked(bot, person)
        query = {
            "id": str(secrets.randbits(62)),
            "from": person.user(),
            "message": message,
            "chat_instance": str(bot.id ^ person.id),
            "data": data,
        }
        return [self._updates.add(bot, person, "callback_query", query)]

    def _chat(self, bot: BotAccount, person: Person) -> Chat:
        return self._state.chat(bot.id, person.id)

    def _not_blocked(self, bot: BotAccount, person: Person) -> None:
        if person.deactivated:
            raise ActError(409, "This person has deleted their account.")
        if self._chat(bot, person).blocked:
            raise ActError(409, "This person has blocked the bot.")

    def _shown(self, bot: BotAccount, person: Person, message: str) -> Json:
        found = self._chat(bot, person).messages.get(int(message)) if message.isdecimal() else None
        if found is None or found["from"]["id"] != bot.id:
            raise ActError(404, f"The bot has sent no message {message} here.")
        return found


def member(bot: BotAccount, status: str) -> Json:
    """The bot as the API's ChatMember."""
    return {"user": bot.user(), "status": status} | ({"until_date": 0} if status == "kicked" else {})


def command_entity(text: str) -> dict[str, Any]:
    """The entity that a client puts on a command at the beginning of a text."""
    word = text.split(maxsplit=1)[0]
    if not word.startswith("/") or len(word) < 2:
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": units(word)}]}
