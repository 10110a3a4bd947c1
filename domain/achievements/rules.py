"""When a badge is earned, and the key that lets it be given once. Pure functions.

Facts come from completed treatments, paid referrals and answered check-ins; points given with a badge are not
facts, so that no badge can earn another.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

ONCE: Final = "once"
"""The cycle of a badge that is given once; a yearly one has the year."""


def award_key(code: str, person_id: UUID, cycle: str = ONCE) -> str:
    """The ledger's unique key for one badge, person and cycle: `ach:{code}:{person}:{cycle}`."""
    return f"ach:{code}:{person_id}:{cycle}"


def reached(metric_value: int, target: int) -> bool:
    """True when what was counted fulfils the badge."""
    return metric_value >= target
