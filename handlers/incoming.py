"""What people do, the same on every channel. `bots/<channel>/inbound.py` makes these from platform events."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A person typed a text (whole message, as sent); `message_id` is the platform's, for taking it back."""

    text: str
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A person pressed one of our buttons; `data` is the raw, untrusted token, `picked` the ISO text (without a
    zone) of what they picked in the channel's calendar or clock."""

    data: str
    picked: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A person opened or added the account; `code` is a deep-link payload if the channel carries one."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A person blocked the account: nothing can be sent until they return (`Returned`, or any message)."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A person unblocked the account without saying anything (Telegram)."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A person withdrew the message with this platform id: what we kept of it is erased."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Other:
    """Something we cannot read as words: `kind` is the platform's name for it (sticker, image, location ...)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """An event that asks nothing of us (group chats, standby mode, unknown types): kept, not answered."""

    kind: str = ""


Incoming = Said | Tapped | Arrived | Left | Returned | Unsent | Other | Nothing
