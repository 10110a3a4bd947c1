"""The Channel contract: everything the rest of the program may ask of a messaging platform.

A channel is one folder (`bots/line`, `bots/telegram`) that verifies and reads webhooks into neutral
events and renders and sends neutral cards. It knows nothing of clinics' rules or of the database;
outcomes are values, never exceptions, because `bots/verdict.py` must decide what each one means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

from handlers.cards import Action, Card
from handlers.incoming import Incoming
from handlers.menus import Menu

# A lane that starts so belongs to no person of ours (a group, a chat another service holds): nobody is made for it.
NOBODY = "~"


@dataclass(frozen=True, slots=True)
class Account:
    """A clinic's account on a channel (LINE official account, Telegram bot), with its secrets decrypted.

    `external_id` is the platform's id of the bot, `handle` its public name (`@basicid`, bot username). `menus` are
    the platform's ids of the menus it has from us, by key, `menus_version` their content ('' when it has none);
    `menus_swept` says that it has no older ones. `polling`: its events are fetched (see Pollable).
    """

    id: UUID
    clinic_id: UUID
    clinic_slug: str
    channel: str
    external_id: str
    handle: str
    secrets: Mapping[str, str] = field(repr=False)
    menus: Mapping[str, str] = field(default_factory=dict)
    menus_version: str = ""
    menus_swept: bool = True
    polling: bool = False

    @property
    def told(self) -> dict[str, str]:
        """What a log line says of it."""
        return {"clinic": self.clinic_slug, "channel": self.channel, "account": str(self.id)}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event of a verified webhook, ready for the inbox.

    `event_id` is the platform's id for de-duplication, `lane` the sender's id (work of one sender is
    serial; see NOBODY), `payload` the raw event kept until it has been worked on.
    """

    event_id: str
    lane: str
    payload: Mapping[str, Any]


class CrowdedError(ValueError):
    """A verified body holds more events than any platform sends in one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a send needs beside the cards: how to answer for free, how to be safe to retry, how to sign.

    `sign` packs an action for this recipient; `picture_url` gives the signed HTTPS address of the n-th
    card's picture (LINE), `picture_bytes` draws it (Telegram). `repeat` marks a message that may have
    arrived before.
    """

    to: str
    retry_key: UUID
    sign: Callable[[Action], str]
    picture_url: Callable[[int], str]
    picture_bytes: Callable[[int], bytes]
    reply_token: str | None = None
    repeat_mark: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it. `message_ids` are in the order of the cards (empty when the platform did not say)."""

    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Surely not accepted: the same send is safe after `seconds`. `whole_account` holds back every chat (429)."""

    seconds: float
    reason: str
    whole_account: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Will never be accepted: `blocked` (the person), `token` (spent reply token), `bad_request` (our bug),
    `unauthorised` (the account's secret), `quota` (the month's pushes are used up)."""

    reason: Literal["blocked", "token", "bad_request", "unauthorised", "quota"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It left and no answer came: it may have arrived."""

    reason: str


Outcome = Sent | RetryLater | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Installed:
    """The platform has every menu; `ids` is what it calls them, by key, where it calls them anything."""

    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Events that were fetched, oldest first. `newest` is the mark that confirms them in the next call."""

    arrivals: Sequence[Arrival]
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class Contested:
    """The platform gives the account's events to somebody else: another program, or a webhook."""

    detail: str


@dataclass(frozen=True, slots=True)
class Reception:
    """What a platform says of bringing an account's events: whether it has a webhook for them, and what keeps them
    from us ('' if nothing does; for the operator)."""

    webhook: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many messages an account may push in this month (None: no limit), and how many it has."""

    limit: int | None
    used: int

    @property
    def left(self) -> int:
        """How many it still may; 0 without a limit, which is not counted."""
        return max((self.limit or 0) - self.used, 0)


DrawMenu = Callable[[Mapping[str, Any]], bytes]
"""Draws a menu's picture from the facts that `bots/pictures/menu.py` lists."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a platform says of an account whose secrets were just proved: its id, name and public handle.

    `doubt` is what looks wrong about the secrets and was not refused, for the operator.
    """

    external_id: str
    name: str
    handle: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform says of a person: display name and IETF language, '' when it does not say."""

    name: str = ""
    language: str = ""


class AccountError(Exception):
    """The platform refused an account's secrets or address; the message is for the operator and holds no secret."""


class Channel(Protocol):
    """One messaging platform.

    `name` is the registry's key, `label` what people call it; `verifier` names the secret that webhooks are verified
    with, of which several may be accepted (separated by spaces, newest first); `edits` says whether sent cards can be
    changed; `batch` is how many cards one call can carry (LINE 5, Telegram 1); `safe_retry` says whether
    `Letter.retry_key` makes a repeated push harmless (LINE's X-Line-Retry-Key); `reply_seconds` is how long a
    reply token lives (0: none); `per_second` is how many notices an account may send a second (0: no limit that
    we could reach).
    """

    name: str
    label: str
    verifier: str
    edits: bool
    batch: int
    safe_retry: bool
    reply_seconds: float
    per_second: float

    def verify(self, account: Account, headers: Mapping[str, str], body: bytes) -> bool:
        """True if the raw request was made by the platform for this account (constant time)."""

    def read(self, body: bytes) -> list[Arrival]:
        """The events of a verified body; ValueError when it is not JSON of the platform's shape, CrowdedError when they
        are too many to be the platform's.
        """

    def understand(self, payload: Mapping[str, Any]) -> Incoming:
        """The neutral event in a stored payload."""

    def looks_back(self, payload: Mapping[str, Any]) -> bool:
        """Whether an event may be older than others that are there already, or takes back what came before it."""

    def reply_token(self, payload: Mapping[str, Any]) -> str | None:
        """The reply token in a stored payload, if the platform has such a thing."""

    async def profile(self, account: Account, payload: Mapping[str, Any]) -> Profile:
        """The sender's name and language, from the event or the platform (2 s at most); empty when unknown."""

    async def acknowledge(self, account: Account, payload: Mapping[str, Any]) -> None:
        """Tell the person's app that the press or message is being worked on; never raises."""

    async def send(self, account: Account, cards: Sequence[Card], letter: Letter) -> Outcome:
        """Send up to `batch` cards, in order, all or none where the platform allows."""

    async def edit(self, account: Account, message_id: str, card: Card, letter: Letter) -> Outcome:
        """Replace a sent card. Only called when `edits`."""

    async def install_menus(
        self, account: Account, menus: Sequence[Menu], version: str, default: str, draw: DrawMenu
    ) -> Installed | RetryLater | Refused:
        """Have the platform know every menu of this version, and show `default` where nothing else was shown.

        Safe to repeat: what is there already is not made again.
        """

    async def sweep_menus(self, account: Account) -> Outcome:
        """Delete menus of ours that are not the account's `menus`."""

    async def show_menu(self, account: Account, recipient: str, menu: Menu | None) -> Outcome:
        """Show this menu in one chat from now on, the default one for None. Safe to repeat."""

    def link(self, account: Account, code: str) -> str:
        """The public link that opens a chat with this account carrying `code`."""

    def presume(self, account: Account) -> Proof:
        """What the secrets themselves tell, '' where nothing; raises AccountError for what cannot be a secret."""

    async def prove(self, account: Account) -> Proof:
        """Ask the platform who the secrets belong to; raises AccountError with a clear sentence."""

    async def quota(self, account: Account) -> Quota | None:
        """What is left of the month's pushes, None where the platform does not count them; raises AccountError."""

    async def register(self, account: Account, webhook_url: str) -> None:
        """Set the webhook address once, with explicit update types; raises AccountError."""

    async def reception(self, account: Account) -> Reception:
        """Ask how events of the account are brought; raises AccountError."""

    async def close(self) -> None:
        """Release connections."""


@runtime_checkable
class Pollable(Protocol):
    """A channel whose events can be fetched instead of being brought, where nobody can reach us."""

    async def fetch(self, account: Account, confirmed: int | None, seconds: float) -> Fetched | Contested | Outcome:
        """The account's next events, as soon as there are any; none after `seconds`.

        Events up to `confirmed` are in the inbox: the platform may forget them. All others come again.
        """

    async def unregister(self, account: Account) -> None:
        """Remove the webhook; events that wait are kept for `fetch`. Raises AccountError."""
