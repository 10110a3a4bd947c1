"""Wallets of points for tests of what is earned, spent and taken back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.loyalty.model import Lot, LotState

BANGKOK = ZoneInfo("Asia/Bangkok")

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def local(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BANGKOK)


def lot(id_: UUID, points: int, expires_at: datetime | None = None, state: LotState = LotState.ACTIVE) -> Lot:
    return Lot(id_, points, points, state, earned_at=local(2026, 1, 1), expires_at=expires_at)


def left(lots: list[Lot]) -> dict[UUID, int]:
    return {lot.id: lot.remaining for lot in lots}
