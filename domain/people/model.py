"""What every layer calls people: their roles and languages, and the records of staff, customers and invitations.

Values are stored as text and appear in the API, so they never change. Rules live in `rules.py`.
"""

from __future__ import annotations

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


LANGUAGES: Final = ("th", "en")
"""Languages a person can choose, the default first."""

STAFF_ROLES: Final = (Role.BEAUTICIAN, Role.DOCTOR, Role.SALES, Role.MANAGER)
"""The hats of people who work at a clinic."""

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


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer; `phone` is E.164 and may be shared by two people; `owner_id` is the salesperson (a user)."""

    id: UUID
    person_id: UUID
    name: str
    phone: str | None
    owner_id: UUID | None
    branch_id: UUID | None


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
