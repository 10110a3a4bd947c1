"""Examples of rewards: the list, one that can be had, and everything that can stand in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.catalogue import starting_catalogue
from domain.errors import DomainError
from domain.payments.rules import SATANG_PER_BAHT
from domain.rewards.model import Kind, Offer, Reward
from handlers import rewards
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import AT, ID, NOW
from handlers.words import Words

REWARDS = {
    row["code"]: Reward(
        id=ID,
        code=row["code"],
        name={"th": row["th"], "en": row["en"]},
        points=row["points"],
        min_tier=row["tier"],
        stock=row.get("stock"),
        stock_period=None,
        person_limit=row.get("limit"),
        limit_period=None,
        branches=(),
        active_from=None,
        active_until=None,
        valid_days=row["valid_days"],
        fixed_end=None,
        kind=Kind(row["kind"]),
        discount_satang=row["discount"] * SATANG_PER_BAHT if "discount" in row else None,
        minimum_satang=row["minimum"] * SATANG_PER_BAHT if "minimum" in row else None,
        refundable=row["code"] != "RPICO",
        active=True,
    )
    for row in starting_catalogue()["rewards"]
}
GOLD = {"th": "โกลด์", "en": "Gold"}
USABLE = 12_345
BLOCKED: dict[str, dict[str, Any]] = {
    "reward_not_yet": {"at": AT},
    "reward_tier": {"tier": GOLD},
    "reward_gone": {"again": AT},
    "reward_limit": {"again": AT},
    "points_owed": {"debt": 100},
    "not_enough_points": {"usable": 40},
}


def offer(code: str, blocked: str = "", *, usable: int = USABLE) -> Offer:
    """A reward as somebody with these points sees it."""
    why = DomainError(blocked, **BLOCKED[blocked]) if blocked else None
    return Offer(REWARDS[code], usable, 1, NOW + timedelta(days=REWARDS[code].valid_days), why)


@example("rewards.list", "some can be had")
def rewards_list(words: Words) -> Card:
    blocked = ["", "", "", "reward_not_yet", "reward_gone", "not_enough_points", "reward_limit", "reward_tier"]
    return rewards.rewards_card(words, [offer(code, why) for code, why in zip(REWARDS, blocked, strict=True)])


@example("rewards.list", "there are none")
def none(words: Words) -> Card:
    return rewards.rewards_card(words, [])


@example("rewards.card", "a coupon with a condition")
def card(words: Words) -> Card:
    return rewards.reward_card(words, offer("R1000"))


@example("rewards.card", "everything that can stand in the way")
def blocked(words: Words) -> list[Card]:
    return [rewards.reward_card(words, offer("RPICO", why, usable=40)) for why in BLOCKED]


@example("rewards.redeem", "to be confirmed")
def redeem(words: Words) -> Card:
    return rewards.redeem_card(words, offer("R1000"))


@example("rewards.redeem", "one that is never given back")
def final(words: Words) -> Card:
    return rewards.redeem_card(words, offer("RPICO", usable=12_500))
