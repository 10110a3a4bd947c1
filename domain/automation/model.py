"""A clinic's own rules: "when this became true and all of that holds, do this". Values are stored and never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

FACTS: Final = (
    "lead_created",
    "customer_joined",
    "scan_recorded",
    "proposal_sent",
    "proposal_accepted",
    "proposal_declined",
    "payment_confirmed",
    "payment_voided",
    "treatment_scheduled",
    "appointment_moved",
    "appointment_cancelled",
    "customer_arrived",
    "no_show",
    "treatment_started",
    "treatment_completed",
    "treatment_aborted",
    "journey_lost",
    "journey_cancelled",
    "journey_closed",
    "tier_changed",
)
"""Facts that a rule may wait for. No action of a rule records one of them, so rules never set off rules."""

CONTEXT: Final = ("tier", "treatment", "stage", "source")
"""Fields besides the fact's own data: the customer's tier; the journey's treatment (its code), stage and source."""


class Op(StrEnum):
    """How a field is compared."""

    EQ = "eq"
    NE = "ne"
    GTE = "gte"
    LTE = "lte"
    IN = "in"


class Deed(StrEnum):
    """What a rule may do: an allowed use case."""

    NOTIFY_OWNER = "notify_owner"
    NOTIFY_MANAGERS = "notify_managers"
    SET_HOLD = "set_hold"
    GIVE_POINTS = "give_points"


MOST_POINTS: Final = 500
"""Points that one run of a rule may give."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold: `value` is a text, a number, or for `in` a list of them."""

    field: str
    op: Op
    value: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: after a `fact`, if all `conditions` hold, the `action` with its `params` happens."""

    id: UUID
    key: str
    name_th: str
    name_en: str
    fact: str
    conditions: tuple[Condition, ...]
    action: Deed
    params: Mapping[str, Any]
    active: bool
    version: int
    changed_by_name: str | None
    changed_at: datetime | None

    @property
    def names(self) -> dict[str, str]:
        """The name in both languages."""
        return {"th": self.name_th, "en": self.name_en}
