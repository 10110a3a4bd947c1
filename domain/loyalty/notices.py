"""What notices about points carry: the membership card as JSON, in both languages."""

from __future__ import annotations

from typing import Any

from domain.loyalty.model import LoyaltyCard, Tier


def card_facts(card: LoyaltyCard) -> dict[str, Any]:
    """Every figure of a card; moments as ISO text, money in satang, the multiplier as text ("1.25")."""
    return {
        "usable": card.balance.usable,
        "pending": card.balance.pending,
        "held": card.balance.held,
        "debt": card.balance.debt,
        "expiring_points": card.balance.expiring_points,
        "expiring_at": card.balance.expiring_at.isoformat() if card.balance.expiring_at else None,
        "tier_code": card.tier.code,
        "tier": tier_words(card.tier),
        "valid_until": card.valid_until.isoformat() if card.valid_until else None,
        "multiplier": str(card.multiplier),
        "next_tier": tier_words(card.next_tier) if card.next_tier else None,
        "missing_satang": card.missing_satang,
        "fraction": card.fraction,
        "keep_missing_satang": card.keep_missing_satang,
        "paused_until": card.paused_until.isoformat() if card.paused_until else None,
        "pending_for": [dict(treatment) for treatment in card.pending_for],
    }


def tier_words(tier: Tier) -> dict[str, str]:
    """A tier's name in both languages."""
    return {"th": tier.name_th, "en": tier.name_en}
