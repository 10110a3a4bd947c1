"""What a journey's next time is for, and whether any of what was paid is left to be had."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.courses import service as courses
from domain.unit import Unit
from domain.workflow.model import Journey, JourneyView, Stage

TREATED: Final = frozenset({Stage.TREATMENT_COMPLETED, Stage.FOLLOW_UP})
"""From here the next time is for the next session (T11)."""


async def what_is_next(unit: Unit, journey: Journey | JourneyView) -> UUID:
    """The treatment to book next: the one booked before while sessions of it are left, else the next line's."""
    usual = journey.session_treatment_id or journey.treatment_id
    left = [course.treatment_id for course in await courses.usable(unit, journey.id)]
    return usual if usual in left or not left else left[0]


async def sessions_left(unit: Unit, journey_id: UUID, stage: Stage) -> int:
    """Sessions that were paid and not had; before its treatment a journey has one, whatever was written of it."""
    left = await courses.sessions_left(unit, journey_id)
    return left if stage in TREATED else max(left, 1)
