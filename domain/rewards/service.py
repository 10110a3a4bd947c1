"""Use cases of rewards: what points can get, redeeming it, and the coupon's way to the counter or back.

A redemption's points are set aside when it is confirmed, spent when staff take the coupon, and given back when it is
cancelled or ends unused. Locks: the customer's loyalty account, then the reward; a coupon is only changed under its
customer's account. Public with `counter.py`, which has what staff do.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.rewards import codes, rules, store
from domain.rewards.counter import find, is_ours, problem, take_back, use
from domain.rewards.ending import EXPIRY, close, found, locked
from domain.rewards.model import CouponView, Offer, Period, Reward, State
from domain.unit import Unit

__all__ = [
    "cancel",
    "counter_code",
    "coupon",
    "expire",
    "find",
    "is_ours",
    "offer",
    "offers",
    "problem",
    "redeem",
    "take_back",
    "use",
    "wallet",
]


async def offers(unit: Unit) -> list[Offer]:
    """Every reward there is for the actor: what they can have now first, then what is nearest; cheapest first."""
    shown = await _offers(unit, await store.rewards(unit.db, unit.clinic.id))
    there = [
        offer for offer in shown if not offer.blocked or offer.blocked.code not in ("no_such_reward", "reward_over")
    ]
    return sorted(there, key=lambda offer: (offer.blocked is not None, offer.reward.points))


async def offer(unit: Unit, reward_id: UUID) -> Offer:
    """One reward for the actor, else DomainError `no_such_reward`."""
    reward = await store.reward(unit.db, unit.clinic.id, reward_id)
    if reward is None:
        raise DomainError("no_such_reward")
    return (await _offers(unit, [reward]))[0]


async def redeem(unit: Unit, reward_id: UUID, number: int) -> CouponView:
    """The actor redeems a reward: its points are set aside and the coupon is theirs at once.

    `number` is the one their confirmation carried (`Offer.number`): a second press of it is refused with
    `already_redeemed` (at), one overtaken by another redemption with `outdated`. Other DomainErrors are those of
    `rules.check_reward`.
    """
    customer_id = _customer(unit)
    account = await loyalty.enrol(unit, customer_id)
    made = await store.redemptions(unit.db, unit.clinic.id, customer_id)
    if number in made and made[number][0] == reward_id:
        raise DomainError("already_redeemed", at=made[number][1].isoformat())
    if number != len(made) + 1:
        raise DomainError("outdated")
    reward = await store.reward(unit.db, unit.clinic.id, reward_id, lock=True)
    if reward is None:
        raise DomainError("no_such_reward")
    [now_offered] = await _offers(unit, [reward])
    if now_offered.blocked:
        raise now_offered.blocked
    redemption_id = await store.add_redemption(
        unit.db,
        unit.clinic.id,
        reward_id=reward.id,
        customer_id=customer_id,
        number=number,
        points=reward.points,
        held_at=unit.now,
    )
    await loyalty.hold(unit, account, redemption_id, reward.points, reward.name)
    unit.record("reward_redeemed", redemption_id, reward=reward.code, points=reward.points)
    return await _issue(unit, redemption_id, now_offered.valid_until)


async def wallet(unit: Unit) -> list[CouponView]:
    """The actor's coupons that can be used now, the first to end first."""
    return await store.wallet(unit.db, unit.clinic.id, _customer(unit), unit.now)


async def coupon(unit: Unit, coupon_id: UUID) -> CouponView:
    """One coupon, for its customer and for staff; else DomainError `no_such_coupon`."""
    view = await found(unit, coupon_id)
    if unit.actor.user_id is None and unit.actor.customer_id != view.customer_id:
        raise DomainError("no_such_coupon")
    return view


async def counter_code(unit: Unit, coupon_id: UUID) -> tuple[CouponView, str]:
    """The actor's coupon and what its picture holds for the next minute. DomainErrors of `rules.check_open`."""
    view = _mine(unit, await coupon(unit, coupon_id))
    rules.check_open(view, unit.now)
    return view, view.code + codes.token(view.code, view.secret, unit.now)


async def cancel(unit: Unit, coupon_id: UUID) -> CouponView:
    """The actor gives their coupon up; its points are usable again, those past their date excepted.

    DomainErrors: `no_such_coupon`, `coupon_final` for a reward that is not refundable, those of `rules.check_open`.
    """
    _mine(unit, await coupon(unit, coupon_id))
    view, account = await locked(unit, coupon_id)
    rules.check_open(view, unit.now)
    if not view.reward.refundable:
        raise DomainError("coupon_final")
    await loyalty.release(unit, account, view.redemption_id)
    unit.record("redemption_cancelled", view.redemption_id, by="customer")
    return await close(unit, view, State.CANCELLED, "customer")


async def expire(unit: Unit, coupon_id: UUID) -> None:
    """The timer: a coupon that ended unused is over. Its points come back, unless the reward is not refundable."""
    view, account = await locked(unit, coupon_id)
    if view.state is not State.ISSUED or view.expires_at > unit.now:
        return
    await (loyalty.release if view.reward.refundable else loyalty.redeem)(unit, account, view.redemption_id)
    unit.record("coupon_expired", view.id, points=view.points)
    await close(unit, view, State.EXPIRED, "clock")


async def _issue(unit: Unit, redemption_id: UUID, until: datetime) -> CouponView:
    coupon_id = None
    while coupon_id is None:
        coupon_id = await store.add_coupon(
            unit.db,
            unit.clinic.id,
            codes.make(unit.clinic.id),
            redemption_id=redemption_id,
            issued_at=unit.now,
            expires_at=until,
        )
    await store.change_redemption(unit.db, unit.clinic.id, redemption_id, state=State.ISSUED)
    unit.set_timer(EXPIRY, coupon_id, until)
    unit.record("coupon_issued", coupon_id, redemption_id=str(redemption_id))
    return await found(unit, coupon_id)


async def _offers(unit: Unit, rewards: list[Reward]) -> list[Offer]:
    customer_id, zone = _customer(unit), unit.clinic.zone
    since = {period: rules.period_start(period, unit.now, zone) for period in Period}
    counted = await store.counted(unit.db, unit.clinic.id, customer_id, since)
    card, ladder = await loyalty.card(unit, customer_id), await loyalty.ladder(unit)
    number = len(await store.redemptions(unit.db, unit.clinic.id, customer_id)) + 1
    shown = []
    for reward in rewards:
        blocked = None
        try:
            rules.check_reward(reward, card.balance, card.tier.code, ladder, counted[reward.id], unit.now, zone)
        except DomainError as missing:
            blocked = missing
        until = rules.valid_until(reward, unit.now, zone)
        shown.append(Offer(reward, card.balance.usable, number, until, blocked))
    return shown


def _mine(unit: Unit, view: CouponView) -> CouponView:
    if view.customer_id != unit.actor.customer_id:
        raise DomainError("no_such_coupon")
    return view


def _customer(unit: Unit) -> UUID:
    if unit.actor.customer_id is None:
        raise RuntimeError("only customers have rewards")
    return unit.actor.customer_id
