"""One call to the emulated Messaging API, and what the platform says to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bots.line.emulator_records import BotAccount, Json


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform says, whom it was about and what it changes.

    `body` None says nothing at all; `file` is a download instead of a body; `content` is an uploaded file (base64).
    """

    status: int
    body: Json | None
    person: str = ""
    effects: Json = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: str = ""
    file: bytes = b""


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised call: its account, its JSON body, its retry key ('' when none), and its bytes as they came."""

    account: BotAccount
    body: Json
    retry_key: str
    path: Mapping[str, str]
    raw: bytes = b""
    content_type: str = ""


Method = Callable[[Call], Answer | Awaitable[Answer]]
Route = tuple[str, str, Method]
"""HTTP method, path and what answers there."""

INVALID_USER = Answer(400, {"message": "The value for the 'userId' parameter is invalid"})
NOT_FOUND = Answer(404, {"message": "Not found"})
