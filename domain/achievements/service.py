"""Use case of achievements: after something was done, give the badges it earned, each once, with their points.

Points go through loyalty and never count as something done, so no badge earns another.
"""

from __future__ import annotations

from uuid import UUID

from domain.achievements import rules, store
from domain.achievements.model import COMPLETED_TREATMENTS, Achievement, Award
from domain.loyalty import service as loyalty
from domain.unit import Unit


async def check(unit: Unit, customer_id: UUID) -> list[Award]:
    """Give every badge that the customer's completed treatments have earned by now; returns the new ones."""
    await loyalty.enrol(unit, customer_id)  # the account's lock first, so that two checks cannot cross
    done = await store.completed_treatments(unit.db, unit.clinic.id, customer_id)
    earned = await store.badges(unit.db, unit.clinic.id, COMPLETED_TREATMENTS)
    awards = [await _give(unit, customer_id, badge) for badge in earned if rules.reached(done, badge.target)]
    return [award for award in awards if award]


async def _give(unit: Unit, customer_id: UUID, badge: Achievement) -> Award | None:
    """The award, or None when the customer had the badge."""
    if not await store.give(unit.db, unit.clinic.id, badge.id, customer_id, rules.ONCE, unit.now):
        return None
    if badge.points:
        words = {"code": badge.code, "name": {"th": badge.name_th, "en": badge.name_en}}
        key = rules.award_key(badge.code, customer_id)
        await loyalty.award(unit, customer_id, badge.points, key, "achievement", **words)
    unit.record("achievement_awarded", customer_id, code=badge.code, points=badge.points)
    return Award(badge.code, badge.name_th, badge.name_en, badge.points)
