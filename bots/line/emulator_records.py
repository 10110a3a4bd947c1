"""What the emulated LINE knows of an account, a chat, a message and all else; `emulator_state.py` keeps and changes it.

Times are seconds since 1970 of the emulator's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bots.line import limits

Json = dict[str, Any]

# A push reaches someone who is no friend if they wrote within seven days (#send-push-message-conditions).
_WROTE_SECONDS = 7 * 24 * 60 * 60.0


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
    held: bool = False
    """Its events are kept until they are released."""


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

    def is_known(self) -> bool:
        """True if LINE tells the account who the person is: a friend, or whoever wrote to it at any time."""
        return not self.blocked and (self.friend or self.wrote_at is not None)

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
class Content:
    """A file that a person sent to an account (base64); `status` as LINE says it of a video that is prepared."""

    account: str
    kind: str
    data: str
    status: str = "succeeded"


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
