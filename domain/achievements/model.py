"""Achievements as records: a badge of the clinic, and a badge somebody has just been given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

COMPLETED_TREATMENTS: Final = "completed_treatments"
"""The metric that counts a customer's completed treatments; `achievements.metric` names it."""


@dataclass(frozen=True, slots=True)
class Achievement:
    """One badge of a clinic: it is earned when `metric` reaches `target`, and brings `points`."""

    id: UUID
    code: str
    name_th: str
    name_en: str
    metric: str
    target: int
    points: int


@dataclass(frozen=True, slots=True)
class Award:
    """A badge that was given now, with the points that came with it."""

    code: str
    name_th: str
    name_en: str
    points: int
