"""Who and what there is in the emulated Telegram: bots, people, groups, chats, files, updates that wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Key = tuple[int, int]
Lane = tuple[int, str]

FIRST_UPDATE = 731_000_001
FIRST_PERSON = 5_100_000_001  # beyond 32 bits, as many real ids are
FIRST_BOT = 7_200_000_001
FIRST_GROUP = -4_000_000_001
LIMITS = {"chat_burst": 30, "bot_burst": 30, "group_burst": 20}
"""How many messages a bot may send at once: in one private chat, over all chats, in one group."""


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
    held: bool = False
    limits: dict[str, int] = field(default_factory=LIMITS.copy)
    last_error: Json = field(default_factory=dict)

    def user(self) -> Json:
        """The bot as the API's User."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass(slots=True)
class Person:
    """Somebody with a Telegram app."""

    id: int
    name: str
    language: str
    deactivated: bool = False

    def user(self) -> Json:
        """The person as the API's User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        return user | ({"language_code": self.language} if self.language else {})

    def chat(self) -> Json:
        """The person's private chat as the API's Chat."""
        return {"id": self.id, "type": "private", "first_name": self.name}


@dataclass(slots=True)
class Group:
    """A group with a bot in it. `moved_to`: the supergroup that it was turned into."""

    id: int
    title: str
    kind: str
    moved_to: int | None = None

    def chat(self) -> Json:
        """The group as the API's Chat."""
        return {"id": self.id, "type": self.kind, "title": self.title}


@dataclass(slots=True)
class Chat:
    """A person's or a group's chat with one bot, which cannot write before it has `started`.

    `met`: the bot has seen the person in a group. `blocked`: the person, or the group, wants no more of it.
    """

    started: bool = False
    blocked: bool = False
    met: bool = False
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
