"""What the emulated Telegram knows: bots, people, chats, files, and updates that wait for a webhook.

Nothing changes but by `record`, which writes one entry to the journal and applies it; a new process
replays the same entries and knows the same. The rest of the emulator reads the tables here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bots.journal import Entry, Journal

Json = dict[str, Any]
Key = tuple[int, int]
Lane = tuple[int, str]

CHANNEL = "telegram"
FIRST_UPDATE = 731_000_001
FIRST_PERSON = 5_100_000_001  # beyond 32 bits, as many real ids are
FIRST_BOT = 7_200_000_001


@dataclass(slots=True)
class BotAccount:
    """A bot: who it is, where its updates go, and the next ids it hands out."""

    id: int
    token: str
    slug: str
    name: str
    username: str
    webhook: Json = field(default_factory=dict)
    allowed_updates: list[str] = field(default_factory=list)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    menu_buttons: dict[str, Json] = field(default_factory=dict)
    next_update: int = FIRST_UPDATE
    next_message: int = 1

    def user(self) -> Json:
        """The bot as the API's User."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass(slots=True)
class Person:
    """Somebody with a Telegram app."""

    id: int
    name: str
    language: str

    def user(self) -> Json:
        """The person as the API's User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        return user | ({"language_code": self.language} if self.language else {})

    def chat(self) -> Json:
        """The person's private chat as the API's Chat."""
        return {"id": self.id, "type": "private", "first_name": self.name}


@dataclass(slots=True)
class Chat:
    """One person's chat with one bot; a bot cannot write before the person has."""

    started: bool = False
    blocked: bool = False
    messages: dict[int, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Waiting:
    """An update that no webhook has taken yet; `expires` as the clock counts."""

    update: Json
    expires: float
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was sent; `account` is the bot that may fetch it."""

    id: str
    account: int
    content: bytes
    mime_type: str
    width: int
    height: int

    @property
    def path(self) -> str:
        """Its path below the file address."""
        return f"photos/{self.id}"

    def photo_size(self) -> Json:
        """The picture as the API's PhotoSize."""
        return {
            "file_id": self.id,
            "file_unique_id": self.id[6:18],
            "width": self.width,
            "height": self.height,
            "file_size": len(self.content),
        }


class State:
    """All tables, rebuilt from the journal. `clock` gives the platform's time in Unix seconds."""

    def __init__(self, journal: Journal, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._clock = clock
        self.bots: dict[int, BotAccount] = {}
        self.people: dict[int, Person] = {}
        self.chats: dict[Key, Chat] = {}
        self.updates: dict[Key, Json] = {}
        self.lanes: dict[Lane, dict[int, Waiting]] = {}
        self.files: dict[str, StoredFile] = {}
        self.presses: dict[str, float] = {}
        for entry in self.entries():
            self.apply(entry)

    def entries(self) -> list[Entry]:
        """Every entry of this channel, oldest first."""
        return [entry for entry in self._journal.entries() if entry.get("channel") == CHANNEL]

    def now(self) -> int:
        """The platform's time, in whole Unix seconds as the API gives it."""
        return int(self._clock())

    def record(self, kind: str, **data: Any) -> None:
        """Write one change down and make it so."""
        entry = {"channel": CHANNEL, "at": self._clock(), **data}
        self._journal.append(kind, **entry)
        self.apply({"kind": kind, **entry})

    def bot_of(self, token: str) -> BotAccount | None:
        """The bot with this token."""
        return next((bot for bot in self.bots.values() if bot.token == token), None)

    def chat(self, account: int, person: int) -> Chat:
        """The chat of a person with a bot, an empty one if they never met."""
        return self.chats.get((account, person)) or Chat()

    def apply(self, entry: Entry) -> None:
        """Make one entry's change; entries that are only records change nothing."""
        match entry["kind"]:
            case "account":
                account, token = entry["account"], entry["bot_token"]
                bot = BotAccount(account, token, entry["slug"], entry["name"], entry["username"])
                self.bots[account] = bot
            case "person":
                self.people[entry["person"]] = Person(entry["person"], entry["name"], entry["language"])
            case "file":
                content = base64.b64decode(entry["base64"])
                size = entry["width"], entry["height"]
                file = StoredFile(entry["file"], entry["account"], content, entry["mime_type"], *size)
                self.files[file.id] = file
            case "message":
                self._keep(entry["account"], entry["person"], entry["message"])
            case "update":
                self._apply_update(entry)
            case "delivery":
                self._apply_delivery(entry)
            case "webhook":
                bot, webhook = self.bots[entry["account"]], entry["webhook"]
                bot.webhook = webhook
                bot.allowed_updates = webhook.get("allowed_updates", bot.allowed_updates)
            case "allowed_updates":
                self.bots[entry["account"]].allowed_updates = entry["allowed_updates"]
            case "commands":
                self.bots[entry["account"]].commands[entry["scope"]] = entry["commands"]
            case "menu_button":
                self.bots[entry["account"]].menu_buttons[entry["chat"]] = entry["button"]

    def _keep(self, account: int, person: int, message: Json) -> Chat:
        chat = self.chats.setdefault((account, person), Chat())
        chat.messages[message["message_id"]] = message
        bot = self.bots[account]
        bot.next_message = max(bot.next_message, message["message_id"] + 1)
        return chat

    def _apply_update(self, entry: Entry) -> None:
        update, account, person = entry["update"], entry["account"], entry["person"]
        if message := update.get("message"):
            self._keep(account, person, message).started = True
        if change := update.get("my_chat_member"):
            chat = self.chats.setdefault((account, person), Chat())
            chat.blocked = change["new_chat_member"]["status"] == "kicked"
        if query := update.get("callback_query"):
            self.presses[query["id"]] = entry["at"]
        number = update["update_id"]
        self.bots[account].next_update = number + 1
        self.updates[account, number] = update
        if entry["queued"]:
            lane = self.lanes.setdefault((account, entry["lane"]), {})
            lane[number] = Waiting(update, entry["expires"])

    def _apply_delivery(self, entry: Entry) -> None:
        key = entry["account"], entry["lane"]
        lane = self.lanes.get(key, {})
        if entry["done"]:
            lane.pop(entry["event"], None)
        elif waiting := lane.get(entry["event"]):
            waiting.attempts += 1
        if not lane:
            self.lanes.pop(key, None)
