"""A course as a record: how many treatments were sold together, how many were had, and until when.

A single treatment is a course of one. Built from rows by the store; sums are satang, moments aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Course:
    """What one line of a plan entitles its customer to; `expires_at` is the first moment it is over.

    `line_id` is the plan's line, or the journey where no plan was written. `treatment` is the name in both languages.
    """

    id: UUID
    journey_id: UUID
    customer_id: UUID
    line_id: UUID
    treatment_id: UUID
    treatment: Mapping[str, str]
    sessions_total: int
    used: int
    price_satang: int
    expires_at: datetime

    @property
    def left(self) -> int:
        """Sessions that were not had yet, whatever the date."""
        return self.sessions_total - self.used

    def usable(self, now: datetime) -> bool:
        """Whether a session of it can still be had."""
        return self.left > 0 and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Sale:
    """What is to be opened: sessions of a treatment for a price, as a line of a plan says."""

    line_id: UUID
    treatment_id: UUID
    sessions: int
    price_satang: int
