"""One call to the emulated Messaging API, and what the platform says to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bots.line.emulator_state import BotAccount, Json


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform says, whom it was about and what it changes; `content` is an uploaded file (base64)."""

    status: int
    body: Json
    person: str = ""
    effects: Json = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised call: its account, its JSON body, its retry key ('' when none), and its bytes as they came."""

    account: BotAccount
    body: Json
    retry_key: str
    path: Mapping[str, str]
    raw: bytes = b""
    content_type: str = ""
