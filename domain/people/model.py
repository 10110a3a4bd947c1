"""What every layer calls people: their roles and languages, and the records of staff, customers and invitations.

Values are stored as text and appear in the API, so they never change. Rules live in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class Role(StrEnum):
    """The hat in which somebody acts; one person may wear several, but acts in one at a time."""

    CUSTOMER = "customer"
    BEAUTICIAN = "beautician"
    DOCTOR = "doctor"
    SALES = "sales"
    MANAGER = "manager"
    SYSTEM = "system"
    """The bot or the scheduler, when no human being decided."""


STRANGER: Final = "stranger"
"""Somebody who is neither staff nor customer here (yet)."""

LANGUAGES: Final = ("th", "en")
"""Languages a person can choose, the default first."""

STAFF_ROLES: Final = (Role.BEAUTICIAN, Role.DOCTOR, Role.SALES, Role.MANAGER)
"""The hats of people who work at a clinic."""

PERFORMERS: Final = frozenset({Role.BEAUTICIAN, Role.DOCTOR})
"""The hats of people who treat customers, and so may read what is medical."""

PURPOSES: Final = (
    "care_service",
    "health_record",
    "ai_skin_scan",
    "photo_clinical",
    "photo_marketing",
    "marketing_line",
    "marketing_telegram",
    "share_between_branches",
)
"""What a customer is asked to agree to. Each is asked apart from the others and none is a condition of care:
section 19 of Thailand's Personal Data Protection Act B.E. 2562 wants consent explicit, separate and freely given."""

CONSENT_VERSION: Final = "1"
"""The version of the consent texts in `handlers/consents.py`: whoever answered an older one is asked again."""
ON_PAPER: Final = "paper"
"""The channel of a consent that was signed at the counter."""
MESSAGE_PURPOSES: Final = ("marketing_line", "marketing_telegram")
"""The purposes that let the clinic send news, all of which one word of the customer ends."""
WITHDRAWN: Final = "withdrawn"
"""The version of an answer that no text was shown for: somebody typed the word that ends all news."""
UNLINKED: Final = "unlinked"
"""The version of the row that voids an answer because somebody else had given it: the customer is asked anew."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the clinic's staff; `branch_id` None works at every branch."""

    user_id: UUID
    person_id: UUID
    name: str
    role: str
    branch_id: UUID | None
    skills: tuple[str, ...] = ()
    """Codes of the treatments they may do; none named: everything of their role."""
    licence_no: str | None = None
    on_duty: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as a manager sees them: `branch` is its name in both languages (None: every branch).

    `chats` are the channels on which they have joined; `on_duty` says whether they are offered work now.
    """

    user_id: UUID
    person_id: UUID
    name: str
    role: str
    branch: Mapping[str, str] | None
    licence_no: str | None
    on_duty: bool
    chats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer; `phone` is E.164 and may be shared by two people; `owner_id` is the salesperson (a user).

    `code` is the clinic's own number (`DRG-0042`), `source` how they first found the clinic.
    """

    id: UUID
    person_id: UUID
    name: str
    phone: str | None
    owner_id: UUID | None
    branch_id: UUID | None
    nickname: str = ""
    code: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What a member of staff wrote down about a customer."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """What a performer must know before touching a customer; never shown to sales. `blocks`: no treatment with it."""

    kind: str
    text: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """The channels a person has linked, and the one they want to be told things on; None: where they wrote last."""

    channels: tuple[str, ...]
    preferred: str | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code that binds a chat to one staff member or one customer. The code itself is kept nowhere."""

    id: UUID
    code: str
    expires_at: datetime
    user_id: UUID | None = None
    customer_id: UUID | None = None
    journey_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """An invitation as the database has it: everything but the code."""

    id: UUID
    user_id: UUID | None
    customer_id: UUID | None
    journey_id: UUID | None
    expires_at: datetime
    used_at: datetime | None
    used_by: UUID | None
    revoked_at: datetime | None


class Hat(StrEnum):
    """The two things a person can be to a clinic; one person may be both."""

    STAFF = "staff"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an invitation is for: the row that wears the hat, and the person it points at now."""

    hat: Hat
    id: UUID
    person_id: UUID
    name: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """What entering a code led to. `again`: this chat was bound to that person before; `language` may be unknown."""

    kind: str
    name: str
    role: str
    language: str | None
    customer_id: UUID | None
    journey_id: UUID | None
    again: bool


@dataclass(frozen=True, slots=True)
class Chat:
    """One person's chat on one account of the clinic."""

    identity_id: UUID
    account_id: UUID
    person_id: UUID
    channel: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Sought:
    """What a typed text may mean; '' for what it cannot be. `digits` are a part of an E.164 number."""

    name: str = ""
    phone: str = ""
    digits: str = ""
    code: str = ""


def menu_key(role: str, language: str | None) -> str:
    """What the menu of a role in a language is called; '' stands for the account's default, until one is chosen."""
    return f"{role}.{language}" if language else ""
