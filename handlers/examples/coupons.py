"""Examples of coupons as their customers have them, and of what they hear of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.rewards.model import CouponView, State
from handlers import coupons
from handlers.cards import Card
from handlers.coupon_cards import wallet_card
from handlers.examples import example
from handlers.examples.chat import links, talk
from handlers.examples.demo import AT, CLINIC, CODE, ID, LONG, NOW, SALES
from handlers.examples.rewards import REWARDS
from handlers.words import Words

ARI = {"th": "อารีย์ กรุงเทพฯ", "en": "Ari, Bangkok"}


def coupon(code: str = "R1000", state: State = State.ISSUED, **changes: Any) -> CouponView:
    """A coupon of a customer with a long name, with five days left."""
    used = state is State.USED
    view = CouponView(
        id=ID,
        redemption_id=ID,
        code=CODE,
        state=state,
        reward=REWARDS[code],
        points=REWARDS[code].points,
        customer_id=ID,
        customer_name=LONG,
        customer_person_id=ID,
        issued_at=NOW - timedelta(days=55),
        expires_at=NOW + timedelta(days=5),
        closed_at=NOW if used else None,
        used_by=SALES if used else None,
        used_at=NOW if used else None,
        branch=ARI if used else None,
        secret="",
    )
    return replace(view, **changes)


@example("coupons.wallet", "just redeemed, with a condition")
def redeemed(words: Words) -> Card:
    done = words.t("Redeemed ✅ {count} points are set aside until you use the coupon.", count=words.number(3_800))
    return wallet_card(words, coupon(), NOW, done)


@example("coupons.wallet", "the last day, never given back")
def last_day(words: Words) -> Card:
    return coupons.coupons_card(words, [coupon("RPICO", expires_at=NOW + timedelta(hours=2))], NOW)


@example("coupons.wallet", "every end")
def ended(words: Words) -> list[Card]:
    return [wallet_card(words, coupon(state=state), NOW) for state in (State.USED, State.EXPIRED, State.CANCELLED)]


@example("coupons.list", "one of every reward")
def several(words: Words) -> Card:
    return coupons.coupons_card(words, [coupon(code) for code in REWARDS], NOW)


@example("coupons.list", "there are none")
def none(words: Words) -> Card:
    return coupons.coupons_card(words, [], NOW)


@example("coupons.picture", "one for each app")
def pictures(words: Words) -> list[Card]:
    return [coupons.picture_card(talk(words), coupon("RPICO"), link) for link in links(CODE)]


@example("coupons.cancel", "to be confirmed")
def cancel(words: Words) -> Card:
    return coupons.cancel_card(words, coupon())


@example("coupon.used", "at a branch")
def used(words: Words) -> Card:
    facts = {"code": CODE, "reward": dict(REWARDS["RPICO"].name), "points": 12_500, "branch": ARI, "at": AT}
    return coupons.present_used(words, CLINIC, facts)


@example("coupon.used", "no branch known")
def used_somewhere(words: Words) -> Card:
    facts = {"code": CODE, "reward": dict(REWARDS["R300"].name), "points": 1_200, "branch": None, "at": AT}
    return coupons.present_used(words, CLINIC, facts)


@example("coupon.returned", "the clinic took it back")
def returned(words: Words) -> Card:
    facts = {"code": CODE, "reward": dict(REWARDS["R1000"].name), "points": 3_800, "branch": None}
    return coupons.present_returned(words, CLINIC, facts)
