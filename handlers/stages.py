"""The stages of a journey in words, for every card that shows one.

Codes come from the domain's records; the words are message ids, translated where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.workflow.model import JourneyView, Stage
from handlers.words import N_, Words

STAGES: Final[Mapping[str, str]] = {
    Stage.LEAD: N_("New"),
    Stage.SCANNED: N_("Skin scan done"),
    Stage.PROPOSAL_SENT: N_("Plan sent"),
    Stage.PAYMENT_CONFIRMED: N_("Paid, waiting for a time"),
    Stage.TREATMENT_SCHEDULED: N_("Time is set"),
    Stage.TREATMENT_STARTED: N_("In treatment"),
    Stage.TREATMENT_COMPLETED: N_("Treatment done"),
    Stage.FOLLOW_UP: N_("Aftercare"),
    Stage.CLOSED: N_("Closed"),
    Stage.LOST: N_("Not going ahead"),
    Stage.CANCELLED: N_("Cancelled"),
}


def journey_stage(words: Words, journey: JourneyView) -> str:
    """Where a journey stands: its stage, and that the plan which was sent is accepted."""
    if journey.stage is Stage.PROPOSAL_SENT and journey.plan_accepted:
        return words.t("Plan accepted")
    return stage_name(words, journey.stage)


def stage_name(words: Words, stage: str) -> str:
    """A journey's stage in words."""
    return words.t(STAGES[stage])
