"""What every layer calls payments. Money is satang; stored values never change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PaymentMethod(StrEnum):
    """How money reached the clinic; only a transfer comes with a slip to check."""

    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that a person of the clinic confirmed; `receipt_no` runs without gaps, `confirmed_by` is a user."""

    id: UUID
    receipt_no: int
    amount_satang: int
    method: str
    confirmed_by: UUID
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentView(Payment):
    """A payment as it is shown: who confirmed it, who was the second person, and since when it counts no more."""

    confirmed_by_name: str
    second_by_name: str | None = None
    voided_at: datetime | None = None
