"""What the emulated Telegram knows: bots, people, chats, files, and updates that wait for a webhook.

Nothing changes but by `record`, which writes one entry to the journal and applies it; a new process
replays the same entries and knows the same. The rest of the emulator reads the tables here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from bots.journal import Entry, Journal
from bots.telegram.emulator_records import LIMITS, BotAccount, Chat, Group, Json, Key, Lane, Person, StoredFile, Waiting

CHANNEL = "telegram"
_NUMBER = re.compile(r"-?\d{1,19}", re.ASCII)


class State:
    """All tables, rebuilt from the journal. `clock` gives the platform's time in Unix seconds, `limits` those of a new
    bot, where they are not the usual ones."""

    def __init__(self, journal: Journal, clock: Callable[[], float], limits: Mapping[str, int] = LIMITS) -> None:
        self._journal = journal
        self._clock = clock
        self._limits = {**LIMITS, **limits}
        self.bots: dict[int, BotAccount] = {}
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Group] = {}
        self.chats: dict[Key, Chat] = {}
        self.updates: dict[Key, Json] = {}
        self.lanes: dict[Lane, dict[int, Waiting]] = {}
        self.files: dict[str, StoredFile] = {}
        self.presses: dict[tuple[int, str], float] = {}
        for entry in self.entries():
            self.apply(entry)

    def entries(self) -> list[Entry]:
        """Every entry of this channel, oldest first."""
        return [entry for entry in self._journal.entries() if entry.get("channel") == CHANNEL]

    def now(self) -> int:
        """The platform's time, in whole Unix seconds as the API gives it."""
        return int(self._clock())

    def moment(self) -> float:
        """The platform's time, as exact as the clock is."""
        return self._clock()

    def record(self, kind: str, **data: Any) -> None:
        """Write one change down and make it so."""
        entry = {"channel": CHANNEL, "at": self._clock(), **data}
        self._journal.append(kind, **entry)
        self.apply({"kind": kind, **entry})

    def bot_of(self, token: str) -> BotAccount | None:
        """The bot with this token."""
        return next((bot for bot in self.bots.values() if bot.token == token), None)

    def chat(self, account: int, peer: int) -> Chat:
        """The chat of a person or a group with a bot, an empty one if they never met."""
        return self.chats.get((account, peer)) or Chat()

    def peer(self, chat_id: Any) -> Person | Group | None:
        """Who is behind a chat's id as a request has it."""
        number = int(str(chat_id)) if _NUMBER.fullmatch(str(chat_id)) else 0
        return self.people.get(number) or self.groups.get(number)

    def waiting(self, account: int) -> int:
        """How many updates of a bot nobody has taken yet."""
        return sum(len(lane) for (owner, _), lane in self.lanes.items() if owner == account)

    def apply(self, entry: Entry) -> None:
        """Make one entry's change; entries that are only records change nothing."""
        match entry["kind"]:
            case "account":
                account, token = entry["account"], entry["bot_token"]
                named = entry["slug"], entry["name"], entry["username"]
                self.bots[account] = BotAccount(account, token, *named, limits=self._limits.copy())
            case "person":
                self.people[entry["person"]] = Person(entry["person"], entry["name"], entry["language"])
            case "deactivated":
                self.people[entry["person"]].deactivated = True
            case "group":
                self.groups[entry["person"]] = Group(entry["person"], entry["title"], entry["group_kind"])
            case "group_moved":
                self.groups[entry["person"]].moved_to = entry["to"]
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
                if entry.get("dropped"):
                    self.lanes = {key: lane for key, lane in self.lanes.items() if key[0] != entry["account"]}
            case "allowed_updates":
                self.bots[entry["account"]].allowed_updates = entry["allowed_updates"]
            case "hold":
                self.bots[entry["account"]].held = entry["held"]
            case "next_update":
                self.bots[entry["account"]].next_update = entry["id"]
            case "limits":
                self.bots[entry["account"]].limits |= entry["limits"]
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
        """`person` is whose chat the update changes; None for one that was brought as it is and changes nothing."""
        update, account, person = entry["update"], entry["account"], entry["person"]
        if person is not None:
            self._apply_change(account, person, update)
        query = update.get("callback_query")
        if isinstance(query, dict):
            self.presses[account, str(query.get("id"))] = entry["at"]
        number = update["update_id"]
        self.bots[account].next_update = number + 1
        self.updates[account, number] = update
        if entry["queued"]:
            lane = self.lanes.setdefault((account, entry["lane"]), {})
            lane[number] = Waiting(update, entry["expires"])

    def _apply_change(self, account: int, person: int, update: Json) -> None:
        if message := update.get("message"):
            self._keep(account, person, message).started = True
            if message["from"]["id"] != person:
                self.chats.setdefault((account, message["from"]["id"]), Chat()).met = True
        if change := update.get("my_chat_member"):
            chat = self.chats.setdefault((account, person), Chat())
            chat.blocked = change["new_chat_member"]["status"] == "kicked"
            chat.started |= person in self.groups

    def _apply_delivery(self, entry: Entry) -> None:
        key = entry["account"], entry["lane"]
        lane = self.lanes.get(key, {})
        if entry["done"]:
            lane.pop(entry["event"], None)
        elif waiting := lane.get(entry["event"]):
            waiting.attempts += 1
        if error := entry.get("error"):
            last = {"last_error_date": int(entry["at"]), "last_error_message": error}
            self.bots[entry["account"]].last_error = last
        if not lane:
            self.lanes.pop(key, None)
