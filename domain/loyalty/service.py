"""Use cases of loyalty: joining, earning on money paid, points made usable by treatment, tiers, and reading them.

Every change locks the account's row first and leaves a row in the books under a key of its own, so that whatever
is asked twice happens once: the same request gets the first answer, another one under the same key is refused
with DomainError `key_conflict`. A customer without an account gets one with the first thing that concerns it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.loyalty import ledger, rules, store, tiers
from domain.loyalty.booking import activate_lot, book
from domain.loyalty.model import Account, Balance, Earning, LotState, LoyaltyCard, PointRow, Tier, TierChange
from domain.loyalty.undoing import cancel_pending, check_adjustment, claw_back, take_by_hand
from domain.people import service as people
from domain.unit import Unit


async def enrol(unit: Unit, customer_id: UUID) -> Account:
    """The customer's account, locked; made in the lowest tier, with its welcome points, when there is none."""
    if found := await store.account(unit.db, unit.clinic.id, customer_id, lock=True):
        return found
    lowest = tiers.tier_for(0, await store.ladder(unit.db, unit.clinic.id))
    opened = await store.open_account(unit.db, unit.clinic.id, customer_id, lowest.code, unit.now)
    account = await store.account(unit.db, unit.clinic.id, customer_id, lock=True)
    if account is None:
        raise RuntimeError("an account that was just made cannot be seen")
    if opened:
        await _welcome(unit, account, lowest)
    return account


async def earn_for_payment(
    unit: Unit,
    *,
    payment_id: UUID,
    journey_id: UUID,
    customer_id: UUID,
    amount_satang: int,
    paid_before_satang: int,
) -> int:
    """Book a confirmed payment's points, pending until the treatment is done; returns how many.

    The difference of two totals, so that deposits and parts add up to what one payment would have earned;
    the tier at this moment decides the factor.
    """
    account = await enrol(unit, customer_id)
    tier = _rung(await store.ladder(unit.db, unit.clinic.id), account.tier)
    points = rules.earn_delta(
        paid_before=paid_before_satang,
        paid_after=paid_before_satang + amount_satang,
        tier_multiplier_bp=tier.multiplier_bp,
    )
    body = {"payment": payment_id, "journey": journey_id, "customer": customer_id}
    earning = Earning(
        key=f"earn:{payment_id}:{journey_id}",
        source="payment",
        points=points,
        body={**body, "amount": amount_satang, "before": paid_before_satang},
        expiry_months=tier.expiry_months,
        multiplier_bp=tier.multiplier_bp,
        facts={"amount_satang": amount_satang},
        at_once=False,
        tier_spend_satang=amount_satang,
        payment_id=payment_id,
        journey_id=journey_id,
    )
    return await book(unit, account, earning)


async def activate_for_completion(unit: Unit, *, journey_id: UUID, customer_id: UUID, completion_id: UUID) -> int:
    """Make the journey's pending points usable after its treatment; returns how many, debt included.

    What is owed is repaid from them first. Asked again for the same completion, it answers the same.
    """
    account = await enrol(unit, customer_id)
    lots = await store.lots_of_journey(unit.db, unit.clinic.id, account.id, journey_id)
    keys = {lot.id: f"act:{lot.id}:{completion_id}" for lot, _ in lots}
    known = await store.known_entries(unit.db, unit.clinic.id, keys.values())
    released = sum(int(facts["points"]) for _, _, facts in known.values())
    debt = account.debt
    for lot, months in lots:
        if lot.state is LotState.PENDING:
            debt -= await activate_lot(unit, account, lot, months, debt, keys[lot.id])
            released += lot.remaining
    await store.refresh_balances(unit.db, unit.clinic.id, account.id, debt)
    return released


async def award(unit: Unit, customer_id: UUID, points: int, key: str, reason: str, **facts: Any) -> int:
    """Give points that are usable at once and never count towards a tier; returns how many were given.

    `facts` (JSON-able) are kept for the history. ValueError unless `points` is above zero.
    """
    if points <= 0:
        raise ValueError("an award gives points")
    account = await enrol(unit, customer_id)
    tier = _rung(await store.ladder(unit.db, unit.clinic.id), account.tier)
    body = {"customer": customer_id, "points": points, "reason": reason, **facts}
    return await book(unit, account, Earning(key, reason, points, body, tier.expiry_months, rules.BASIS, facts=facts))


async def undo_payments(unit: Unit, *, journey_id: UUID, customer_id: UUID, void_id: UUID) -> int:
    """The journey's payments count no more: what waited is cancelled, what was usable is taken back; how many points.

    Asked again for the same `void_id`, it takes nothing again.
    """
    account = await enrol(unit, customer_id)
    gone = await cancel_pending(unit, account, journey_id)
    return gone + await claw_back(unit, account, journey_id, void_id)


async def adjust(unit: Unit, customer_id: UUID, points: int, key: str, reason: str) -> None:
    """A manager gives (or, below zero, takes) points by hand; the same key counts once.

    DomainErrors `own_account`, `adjust_cap` (cap, left), `too_few_points` (usable). ValueError for no points.
    """
    if not points:
        raise ValueError("an adjustment gives or takes points")
    await check_adjustment(unit, (await people.customer(unit, customer_id)).person_id, points)
    account = await enrol(unit, customer_id)
    if points < 0:
        await take_by_hand(unit, account, -points, key, reason)
        return
    tier = _rung(await store.ladder(unit.db, unit.clinic.id), account.tier)
    body = {"customer": customer_id, "points": points, "reason": reason}
    given = Earning(key, "adjust", points, body, tier.expiry_months, rules.BASIS, facts={"why": reason})
    await book(unit, account, given, ledger.ADJUST)


async def recompute_tier(unit: Unit, customer_id: UUID) -> TierChange | None:
    """Move the customer up when the last 12 months' completed purchases say so; the change, if it is one.

    Crossing the present tier's amount again extends its term and is no change. Nobody goes down here.
    """
    account = await enrol(unit, customer_id)
    ladder = await store.ladder(unit.db, unit.clinic.id)
    before = _rung(ladder, account.tier)
    spend = await _rolling_spend(unit, account)
    after, until = tiers.tier_after_purchase(
        before, account.tier_valid_until, spend, unit.now, ladder, unit.clinic.zone
    )
    if (after.code, until) != (account.tier, account.tier_valid_until):
        await store.set_tier(unit.db, unit.clinic.id, account.id, after.code, until)
    if after.code == before.code:
        return None
    unit.record("tier_changed", customer_id, before=before.code, after=after.code)
    return TierChange(before, after, until)


async def balance(unit: Unit, customer_id: UUID) -> Balance:
    """The customer's points now, by the clock; nothing of anything for somebody who has not joined."""
    return await _balance(unit, await store.account(unit.db, unit.clinic.id, customer_id))


async def card(unit: Unit, customer_id: UUID) -> LoyaltyCard:
    """The membership card; somebody who has not joined sees the lowest tier and no points."""
    account = await store.account(unit.db, unit.clinic.id, customer_id)
    ladder = await store.ladder(unit.db, unit.clinic.id)
    tier = _rung(ladder, account.tier if account else "")
    way = tiers.progress(await _rolling_spend(unit, account) if account else 0, tier, ladder)
    return LoyaltyCard(
        balance=await _balance(unit, account),
        tier=tier,
        valid_until=account.tier_valid_until if account else None,
        multiplier=Decimal(tier.multiplier_bp) / rules.BASIS,
        next_tier=way.next_tier,
        missing_satang=way.missing_satang,
        fraction=way.fraction,
    )


async def history(unit: Unit, customer_id: UUID, limit: int = 10, offset: int = 0) -> Sequence[PointRow]:
    """Rows of the customer's books, newest first. An `activate` row has 0 points and `facts["points"]`."""
    return await store.history(unit.db, unit.clinic.id, customer_id, limit, offset)


async def replay(unit: Unit, account: Account) -> Balance:
    """The balance recomputed from the books alone; must always equal `balance`."""
    lots, debt = ledger.rebuild(await store.entries(unit.db, unit.clinic.id, account.id))
    return rules.balance(lots, account.held, debt, unit.now)


async def _welcome(unit: Unit, account: Account, tier: Tier) -> None:
    if tier.welcome:
        earning = Earning(
            key=f"welcome:{account.customer_id}",
            source="welcome",
            points=tier.welcome,
            body={"customer": account.customer_id},
            expiry_months=tier.expiry_months,
            multiplier_bp=rules.BASIS,
        )
        await book(unit, account, earning)
    unit.record("member_enrolled", account.customer_id, points=tier.welcome)


async def _balance(unit: Unit, account: Account | None) -> Balance:
    if account is None:
        return rules.balance([], 0, 0, unit.now)
    lots = await store.lots(unit.db, unit.clinic.id, account.id)
    return rules.balance(lots, account.held, account.debt, unit.now)


async def _rolling_spend(unit: Unit, account: Account) -> int:
    since = tiers.spend_since(unit.now, unit.clinic.zone)
    return await store.spend_between(unit.db, unit.clinic.id, account.id, since, unit.now)


def _rung(ladder: Collection[Tier], code: str) -> Tier:
    """The tier of this code; the lowest when the clinic has no such tier (any more)."""
    return next((tier for tier in ladder if tier.code == code), None) or tiers.tier_for(0, ladder)
