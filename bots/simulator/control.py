"""What the page needs from the program: a view of what is true in the database, and a clock to move.

`aura demo` implements `SimulatorControl` over the real database and scheduler and hands it to
`page.mount`; the page sends the strip to the browser as JSON (`Strip.to_json`) and nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Words:
    """One short text in both languages of the demo."""

    th: str
    en: str


@dataclass(frozen=True, slots=True)
class Journey:
    """A customer's way through one treatment; `stage` is the workflow's code (`lead`, `follow_up`, ...)."""

    customer: str
    treatment: Words
    stage: str
    version: int


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of staff work; `state` is the task's code (`requested`, `accepted`, ...), `assignee` '' while open."""

    title: Words
    state: str
    assignee: str


@dataclass(frozen=True, slots=True)
class Points:
    """The demo customer's loyalty account, in points; `tier` is the tier's code (`bronze`, ...)."""

    usable: int
    pending: int
    tier: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became true: its kind's code (`treatment_completed`) and whom it is about ('' for nobody)."""

    at: datetime
    kind: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """The language (`th`, `en`) that a person chose, None before; by channel and the platform's id of the person."""

    channel: str
    person: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """The clock was moved: from `at` (real time) on, the clinic's time runs `ahead` seconds ahead of real time."""

    at: datetime
    ahead: float


@dataclass(frozen=True, slots=True)
class Strip:
    """What is true now, for the strip beside the phones.

    `now` is the clinic's clock (aware), `zone` its IANA time zone, `outbox` the number of rows by state,
    `facts` the newest first. `points` is None until the demo customer has an account. `moves`, oldest first, let
    the page show each message with the clinic's time at which it was sent: platforms stamp them in real time.
    """

    now: datetime
    zone: str
    journeys: tuple[Journey, ...] = ()
    tasks: tuple[Task, ...] = ()
    points: Points | None = None
    outbox: Mapping[str, int] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    chats: tuple[Chat, ...] = ()
    moves: tuple[Move, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The strip as JSON-able data, instants as ISO 8601."""
        data = asdict(self)
        data["now"] = self.now.isoformat()
        data["outbox"] = dict(self.outbox)
        for shown in (*data["facts"], *data["moves"]):
            shown["at"] = shown["at"].isoformat()
        return data


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone on the page and the person who holds it.

    `role` is the person's (`sales`, `beautician`, `customer`, ...), `label` their name; `key` tells phones of one
    role apart (the role itself where there is but one). `people` and `accounts` give, by channel (`line`,
    `telegram`), the platform's id of the person and of the clinic's account; `language` (`th` or `en`) is what the
    phone starts with. `invitations` holds deep links the person was given beforehand, by channel; the page offers
    one while that chat is still empty.
    """

    role: str
    label: Words
    people: Mapping[str, str]
    accounts: Mapping[str, str]
    language: str
    clinic: Words
    invitations: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    def to_json(self) -> dict[str, Any]:
        """The phone as JSON-able data."""
        plain = {name: dict(getattr(self, name)) for name in ("people", "accounts", "invitations")}
        return asdict(self) | plain | {"key": self.key or self.role}


class SimulatorControl(Protocol):
    """The program behind the page."""

    async def strip(self) -> Strip:
        """What is true now."""

    async def move_clock(self, to: datetime) -> None:
        """Bring the clinic's clock to `to` (aware, later than now), working on each due moment on the way."""

    def changes(self) -> AsyncIterator[None]:
        """Yields whenever something the strip shows may have changed (an async generator fits)."""
