"""What a journey's next time is for, and whether any of what was paid is left to be had."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.unit import Unit
from domain.workflow.model import Journey, Stage

TREATED: Final = frozenset({Stage.TREATMENT_COMPLETED, Stage.FOLLOW_UP})
"""From here the next time is for the next session (T11)."""


def what_is_next(journey: Journey) -> UUID:
    """The treatment whose session is to be booked."""
    return journey.session_treatment_id or journey.treatment_id


async def sessions_left(unit: Unit, journey_id: UUID, stage: Stage) -> int:
    """Sessions that were paid and not had: a journey is for one, which is over once it was treated."""
    return 0 if stage in TREATED else 1
