"""What the LINE emulator remembers, and the one function that changes it: `State.apply(entry)`.

Entries come from `emulator_api.py`, `emulator_control.py` and `emulator_webhooks.py` as things happen, and
from the journal when the process starts again; both go through `apply`, so a restart cannot remember anything
else. Times are seconds since 1970 of the emulator's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from bots.line.emulator_rates import Rate, Rates
from bots.line.emulator_records import Accepted, BotAccount, Chat, Content, Event, Json, Message, ReplyToken, RichMenu

_FIRST_MESSAGE_ID = 600_000_000_000_000_001
_MONTHS_OF = timezone(timedelta(hours=9))  # LINE's months are Japan's


class State:
    """Accounts, people, chats, reply tokens, events, retry keys and pictures of the emulated platform."""

    def __init__(self) -> None:
        self.accounts: dict[str, BotAccount] = {}
        self.people: dict[str, Json] = {}
        self.chats: dict[tuple[str, str], Chat] = {}
        self.tokens: dict[str, ReplyToken] = {}
        self.events: dict[str, Event] = {}
        self.accepted: dict[tuple[str, str], Accepted] = {}
        self.contents: dict[str, Content] = {}
        self.unsent: set[tuple[str, str]] = set()
        self.quotas: dict[str, int | None] = {}
        self.rates = Rates()
        self.menus: dict[str, RichMenu] = {}
        self.default_menus: dict[str, str] = {}
        self.linked_menus: dict[tuple[str, str], str] = {}
        self._used: dict[tuple[str, str], int] = {}
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

    def used(self, account: str, now: float) -> int:
        """How many people pushes have reached this month, each counted for every push."""
        return self._used.get((account, _month(now)), 0)

    def quota_left(self, account: str, now: float) -> int | None:
        """How many more people pushes may reach this month; None when there is no limit."""
        quota = self.quotas.get(account)
        return None if quota is None else max(0, quota - self.used(account, now))

    def waiting(self, account: str) -> list[str]:
        """The ids of an account's events that are still to be delivered, in the order in which they happened."""
        return [event_id for event_id, event in self.events.items() if event.account == account and not event.done]

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
            case "hold":
                self.accounts[entry["account"]].held = entry["held"]
            case "quota":
                self.quotas[entry["account"]] = entry["value"]
            case "rate":
                self.rates.set(entry["call"], Rate(entry["count"], entry["seconds"]))
            case "content":
                self.contents[entry["message"]].status = entry["status"]

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
            held=known.held if known else False,
        )

    def _event(self, entry: Mapping[str, Any]) -> None:
        account, person, event, at = entry["account"], entry["person"], entry["event"], entry["at"]
        if person:  # an event of a group, or of nobody, changes no chat
            self._chat_event(self.chat(account, person), entry)
        if message := _unsent(event):
            self.unsent.add((account, message))
            self.contents.pop(message, None)
        if content := entry.get("content"):
            self.contents[event["message"]["id"]] = Content(account, event["message"]["type"], content)
        if isinstance(token := event.get("replyToken"), str):
            self.tokens[token] = ReplyToken(account, person, at, at)
        self.events[event["webhookEventId"]] = Event(account, person, event)

    def _chat_event(self, chat: Chat, entry: Mapping[str, Any]) -> None:
        for message in entry["messages"]:
            self._add(chat, message, "person", entry["at"])
        match entry["event"].get("type"):
            case "follow":
                chat.friend, chat.blocked = True, False
            case "unfollow":
                chat.friend, chat.blocked = False, True
            case "message":
                chat.wrote_at = entry["at"]
            case "unsend":
                chat.messages = [m for m in chat.messages if m.id != _unsent(entry["event"])]

    def _delivering(self, entry: Mapping[str, Any]) -> None:
        event = self.events[entry["event"]]
        event.attempts += 1
        if isinstance(token := event.event.get("replyToken"), str):
            self.tokens[token].delivered_at = entry["at"]

    def _request(self, entry: Mapping[str, Any]) -> None:
        effects, account = entry["effects"], entry["account"]
        if account and entry["status"] != 429:
            self.rates.count(account, f"{entry['method']} {entry['path']}", entry["at"])
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
        if effects.get("arrives") and "token" not in effects:
            month = account, _month(entry["at"])
            self._used[month] = self._used.get(month, 0) + 1
        self._menu(entry)

    def _menu(self, entry: Mapping[str, Any]) -> None:
        """A rich menu was created, pictured, deleted, linked to somebody or made the default."""
        effects, account = entry["effects"], entry["account"]
        if menu := effects.get("created"):
            self.menus[menu] = RichMenu(menu, account, entry["body"])
        if menu := effects.get("pictured"):
            self.menus[menu].picture = entry["content"]
        if menu := effects.get("deleted"):  # whoever was shown it is shown it no more
            del self.menus[menu]
            self.default_menus = {key: shown for key, shown in self.default_menus.items() if shown != menu}
            self.linked_menus = {key: shown for key, shown in self.linked_menus.items() if shown != menu}
        if "linked_menu" in effects:
            self.linked_menus[account, entry["person"]] = effects["linked_menu"]
        if "default_menu" in effects:
            self.default_menus[account] = effects["default_menu"]

    def _add(self, chat: Chat, message: Mapping[str, Any], sender: str, at: float) -> None:
        self._last_message_id = max(self._last_message_id, int(message["id"]))
        chat.messages.append(Message(message["id"], sender, message["raw"], at))


def _month(at: float) -> str:
    return datetime.fromtimestamp(at, _MONTHS_OF).strftime("%Y-%m")


def _unsent(event: Json) -> str:
    """The id of the message that an event takes back, '' for any other event."""
    taken = event.get("unsend")
    return str(taken.get("messageId") or "") if isinstance(taken, dict) else ""
