"""The board: how many journeys wait at each stage and for how long, and who they are. Public through `service.py`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.unit import Unit
from domain.workflow import pipeline_store
from domain.workflow.model import ENDED_STAGES, Column, JourneyView, Stage

BOARD: Final = tuple(stage for stage in Stage if stage not in ENDED_STAGES)
"""The columns of the board, in the order of a good journey."""
DESK_STAGES: Final = frozenset({Stage.LEAD, Stage.SCANNED, Stage.PROPOSAL_SENT, Stage.PAYMENT_CONFIRMED})
"""Where the next thing is the desk's to do, so that age means somebody waits."""
LATE: Final = timedelta(hours=48)
"""From this age on a customer has waited too long."""
HALF_LATE: Final = LATE / 2


async def board(unit: Unit, owner_id: UUID | None) -> list[Column]:
    """Every column, empty ones too; of one salesperson's journeys, None: of everybody's."""
    known = {
        column.stage: column
        for column in await pipeline_store.columns(unit.db, unit.clinic.id, owner_id, unit.now, unit.now - LATE)
    }
    return [known.get(stage, Column(stage)) for stage in BOARD]


async def journeys_at(unit: Unit, stage: Stage, owner_id: UUID | None) -> list[tuple[JourneyView, datetime | None]]:
    """The journeys at a stage, the longest waiting first, with the moment until which each is put aside.

    Those put aside stand at the end.
    """
    return await pipeline_store.at_stage(unit.db, unit.clinic.id, stage, owner_id, unit.now)
