"""What the LINE emulator remembers, and the one function that changes it: `State.apply(entry)`.

Entries come from `emulator_api.py`, `emulator_control.py` and `emulator_webhook.py` as things happen, and
from the journal when the process starts again; both go through `apply`, so a restart cannot remember anything
else. Times are seconds since 1970 of the emulator's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.line import limits

Json = dict[str, Any]

# A push reaches someone who is no friend if they wrote within seven days (#send-push-message-conditions).
_WROTE_SECONDS = 7 * 24 * 60 * 60.0
_FIRST_MESSAGE_ID = 600_000_000_000_000_001


@dataclass(slots=True)
class BotAccount:
    """An official account: `id` is its bot user id (`U...`), `webhook` the address it registered, '' when none."""

    id: str
    slug: str
    name: str
    basic_id: str
    channel_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    webhook: str = ""


@dataclass(slots=True)
class Message:
    """One message as it stands in a chat; `raw` is the platform's own JSON."""

    id: str
    sender: str
    raw: Json
    at: float = 0.0


@dataclass(slots=True)
class Chat:
    """What one person and one account have with each other."""

    messages: list[Message] = field(default_factory=list)
    friend: bool = False
    blocked: bool = False
    wrote_at: float | None = None

    def is_reachable(self, now: float) -> bool:
        """True if a message of the account would be shown. LINE answers 200 either way."""
        wrote_lately = self.wrote_at is not None and now - self.wrote_at <= _WROTE_SECONDS
        return not self.blocked and (self.friend or wrote_lately)


@dataclass(slots=True)
class ReplyToken:
    """A reply token: works once, a minute from the last delivery of its event, 20 minutes from the event at most."""

    account: str
    person: str
    event_at: float
    delivered_at: float
    used: bool = False

    def is_valid(self, now: float) -> bool:
        """True if a reply may still use it (#send-reply-message-reply-token)."""
        fresh = now - self.delivered_at <= limits.REPLY_TOKEN_SECONDS
        return not self.used and fresh and now - self.event_at <= limits.REPLY_TOKEN_REDELIVERED_SECONDS


@dataclass(slots=True)
class RichMenu:
    """A rich menu: `raw` as it was created, its picture (base64), '' until there is one."""

    id: str
    account: str
    raw: Json
    picture: str = ""


@dataclass(slots=True)
class Event:
    """A webhook event on its way: `done` when it was answered with 2xx or will not be tried again."""

    account: str
    person: str
    event: Json
    attempts: int = 0
    done: bool = False


@dataclass(slots=True)
class Accepted:
    """A request accepted under a retry key."""

    at: float
    request_id: str
    sent: list[Json]


class State:
    """Accounts, people, chats, reply tokens, events, retry keys and pictures of the emulated platform."""

    def __init__(self) -> None:
        self.accounts: dict[str, BotAccount] = {}
        self.people: dict[str, Json] = {}
        self.chats: dict[tuple[str, str], Chat] = {}
        self.tokens: dict[str, ReplyToken] = {}
        self.events: dict[str, Event] = {}
        self.accepted: dict[tuple[str, str], Accepted] = {}
        self.contents: dict[str, str] = {}
        self.menus: dict[str, RichMenu] = {}
        self.default_menus: dict[str, str] = {}
        self.linked_menus: dict[tuple[str, str], str] = {}
        self.menu_changes: dict[tuple[str, str], list[float]] = {}
        self._last_message_id = _FIRST_MESSAGE_ID - 1

    def account_of_token(self, access_token: str) -> BotAccount | None:
        """The account an access token belongs to."""
        return next((a for a in self.accounts.values() if a.access_token == access_token), None)

    def chat(self, account: str, person: str) -> Chat:
        """The chat of an account and a person, an empty one if they never met."""
        return self.chats.setdefault((account, person), Chat())

    def message_ids(self, count: int) -> list[str]:
        """Ids for the next `count` messages: numbers as text, ascending; taken once an entry carries them."""
        return [str(self._last_message_id + n) for n in range(1, count + 1)]

    def apply(self, entry: Mapping[str, Any]) -> None:
        """Take in one journal entry. Entries of other channels and of unknown kinds change nothing."""
        if entry.get("channel") != "line":
            return
        match entry["kind"]:
            case "account":
                self._account(entry)
            case "person":
                self.people[entry["person"]] = {"name": entry["name"], "language": entry["language"]}
            case "event":
                self._event(entry)
            case "delivering":
                self._delivering(entry)
            case "delivered":
                self.events[entry["event"]].done |= entry["final"]
            case "request":
                self._request(entry)

    def _account(self, entry: Mapping[str, Any]) -> None:
        known = self.accounts.get(entry["account"])
        self.accounts[entry["account"]] = BotAccount(
            id=entry["account"],
            slug=entry["slug"],
            name=entry["name"],
            basic_id=entry["basic_id"],
            channel_secret=entry["channel_secret"],
            access_token=entry["access_token"],
            webhook=known.webhook if known else "",
        )

    def _event(self, entry: Mapping[str, Any]) -> None:
        account, person, event, at = entry["account"], entry["person"], entry["event"], entry["at"]
        chat = self.chat(account, person)
        for message in entry["messages"]:
            self._add(chat, message, "person", at)
        match event["type"]:
            case "follow":
                chat.friend, chat.blocked = True, False
            case "unfollow":
                chat.friend, chat.blocked = False, True
            case "message":
                chat.wrote_at = at
            case "unsend":
                chat.messages = [m for m in chat.messages if m.id != event["unsend"]["messageId"]]
        if content := entry.get("content"):
            self.contents[event["message"]["id"]] = content
        if token := event.get("replyToken"):
            self.tokens[token] = ReplyToken(account, person, at, at)
        self.events[event["webhookEventId"]] = Event(account, person, event)

    def _delivering(self, entry: Mapping[str, Any]) -> None:
        event = self.events[entry["event"]]
        event.attempts += 1
        if token := event.event.get("replyToken"):
            self.tokens[token].delivered_at = entry["at"]

    def _request(self, entry: Mapping[str, Any]) -> None:
        effects, account = entry["effects"], entry["account"]
        if token := effects.get("token"):
            self.tokens[token].used = True
        if webhook := effects.get("webhook"):
            self.accounts[account].webhook = webhook
        if key := effects.get("key"):
            sent = entry["response"]["sentMessages"]
            self.accepted[account, key] = Accepted(entry["at"], entry["request_id"], sent)
        for message in effects.get("messages", ()):
            self._last_message_id = max(self._last_message_id, int(message["id"]))
            if effects["arrives"]:
                self._add(self.chat(account, entry["person"]), message, "bot", entry["at"])

        self._menu(entry)

    def _menu(self, entry: Mapping[str, Any]) -> None:
        """A rich menu was created, pictured, deleted, linked to somebody or made the default."""
        effects, account = entry["effects"], entry["account"]
        if menu := effects.get("created"):
            self.menus[menu] = RichMenu(menu, account, entry["body"])
        if menu := effects.get("pictured"):
            self.menus[menu].picture = entry["content"]
        if menu := effects.get("deleted"):
            del self.menus[menu]
        for change in effects.keys() & {"created", "deleted"}:
            self.menu_changes.setdefault((account, change), []).append(entry["at"])
        if "linked_menu" in effects:
            self.linked_menus[account, entry["person"]] = effects["linked_menu"]
        if "default_menu" in effects:
            self.default_menus[account] = effects["default_menu"]

    def _add(self, chat: Chat, message: Mapping[str, Any], sender: str, at: float) -> None:
        self._last_message_id = max(self._last_message_id, int(message["id"]))
        chat.messages.append(Message(message["id"], sender, message["raw"], at))
