"""Use cases of loyalty: joining, earning on money paid, points made usable by treatment, tiers.

Every change locks the account's row first and leaves a row in the books under a key of its own, so that whatever
is asked twice happens once: the same request gets the first answer, another one under the same key is refused
with DomainError `key_conflict`. A customer without an account gets one with the first thing that concerns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.loyalty import ledger, rules, store, tiers
from domain.loyalty.booking import book
from domain.loyalty.holding import hold, redeem, release, restore
from domain.loyalty.model import Account, Earning, Line, LotState, Tier, TierChange
from domain.loyalty.pausing import end_pause, frozen, pause, pause_of, pause_over
from domain.loyalty.reading import balance, card, expiry_schedule, history, ladder, replay, rolling_spend, rung
from domain.loyalty.sharing import cancel_lot, release_share, spread
from domain.loyalty.undoing import check_adjustment, claw_back, take_by_hand
from domain.people import service as people
from domain.unit import Unit

__all__ = [
    "activate_for_completion",
    "adjust",
    "award",
    "balance",
    "cancel_pending",
    "card",
    "earn_for_payment",
    "end_pause",
    "enrol",
    "expiry_schedule",
    "history",
    "hold",
    "ladder",
    "pause",
    "pause_of",
    "pause_over",
    "recompute_tier",
    "redeem",
    "release",
    "replay",
    "restore",
    "undo_payments",
]


async def enrol(unit: Unit, customer_id: UUID) -> Account:
    """The customer's account, locked; made in the lowest tier, with its welcome points, when there is none."""
    if found := await store.account(unit.db, unit.clinic.id, customer_id, lock=True):
        return found
    lowest = tiers.tier_for(0, await ladder(unit))
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
    lines: Sequence[Line] = (),
) -> int:
    """Book a confirmed payment's points, pending until the treatment is done; returns how many.

    The money falls to the plan's `lines` in their order (none: the journey as a whole). A line's points are the
    difference of two totals, so that deposits and parts add up to what one payment would have earned; the tier at this
    moment decides the factor. What treatments that were done before release is usable at once.
    """
    account = await enrol(unit, customer_id)
    tier = rung(await ladder(unit), account.tier)
    paid = paid_before_satang + amount_satang
    plan = lines or (Line(None, paid),)
    earned = 0
    for line, low, high in zip(plan, spread(plan, paid_before_satang), spread(plan, paid), strict=True):
        if high == low:
            continue
        earning = Earning(
            key=f"earn:{payment_id}:{line.id or journey_id}",
            source="payment",
            points=rules.earn_delta(paid_before=low, paid_after=high, tier_multiplier_bp=tier.multiplier_bp),
            body={
                "payment": payment_id,
                "journey": journey_id,
                "customer": customer_id,
                "amount": high - low,
                "before": low,
            },
            expiry_months=tier.expiry_months,
            multiplier_bp=tier.multiplier_bp,
            facts={"amount_satang": high - low},
            at_once=line.done >= line.sessions,
            tier_spend_satang=high - low,
            payment_id=payment_id,
            journey_id=journey_id,
            line_id=line.id,
            sessions=line.sessions,
        )
        account = await enrol(unit, customer_id)  # the line before may have repaid what was owed
        earned += await book(unit, account, earning)
        for nth in range(1, line.done + 1):
            await _release(unit, customer_id, journey_id, line.id, nth, f"late-{nth}", payment_id)
    return earned


async def activate_for_completion(
    unit: Unit,
    *,
    journey_id: UUID,
    customer_id: UUID,
    completion_id: UUID,
    line_id: UUID | None = None,
    nth: int = 1,
) -> int:
    """Make usable what the `nth` treatment of a plan's line releases; returns how many points, debt included.

    Without a line it is the journey's only treatment. What is owed is repaid first. Asked again for the same
    completion, it answers the same.
    """
    return await _release(unit, customer_id, journey_id, line_id, nth, str(completion_id))


async def cancel_pending(unit: Unit, *, journey_id: UUID, customer_id: UUID) -> int:
    """The journey was given up or its payment undone: points that waited for its treatments are gone; how many."""
    account = await enrol(unit, customer_id)
    owned = await store.lots_of_journey(unit.db, unit.clinic.id, account.id, journey_id)
    gone = 0
    for each in owned:
        if each.lot.state is LotState.PENDING:
            gone += await cancel_lot(unit, account, each.lot)
    await store.refresh_balances(unit.db, unit.clinic.id, account.id, account.debt)
    return gone


async def award(unit: Unit, customer_id: UUID, points: int, key: str, reason: str, **facts: Any) -> int:
    """Give points that are usable at once and never count towards a tier; returns how many were given.

    `facts` (JSON-able) are kept for the history. ValueError unless `points` is above zero.
    """
    if points <= 0:
        raise ValueError("an award gives points")
    account = await enrol(unit, customer_id)
    tier = rung(await ladder(unit), account.tier)
    body = {"customer": customer_id, "points": points, "reason": reason, **facts}
    return await book(unit, account, Earning(key, reason, points, body, tier.expiry_months, rules.BASIS, facts=facts))


async def undo_payments(unit: Unit, *, journey_id: UUID, customer_id: UUID, void_id: UUID) -> int:
    """The journey's payments count no more: what waited is cancelled, what was usable is taken back; how many points.

    Asked again for the same `void_id`, it takes nothing again.
    """
    gone = await cancel_pending(unit, journey_id=journey_id, customer_id=customer_id)
    return gone + await claw_back(unit, await enrol(unit, customer_id), journey_id, void_id)


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
    tier = rung(await ladder(unit), account.tier)
    body = {"customer": customer_id, "points": points, "reason": reason}
    given = Earning(key, "adjust", points, body, tier.expiry_months, rules.BASIS, facts={"why": reason})
    await book(unit, account, given, ledger.ADJUST)


async def recompute_tier(unit: Unit, customer_id: UUID) -> TierChange | None:
    """Move the customer up when the last 12 months' completed purchases say so; the change, if it is one.

    Crossing the present tier's amount again extends its term and is no change. Nobody goes down here.
    """
    account = await enrol(unit, customer_id)
    rungs = await ladder(unit)
    before = rung(rungs, account.tier)
    spend = await rolling_spend(unit, account)
    after, until = tiers.tier_after_purchase(
        before, account.tier_valid_until, spend, unit.now, rungs, unit.clinic.zone, frozen(account, unit)
    )
    if (after.code, until) != (account.tier, account.tier_valid_until):
        await store.set_tier(unit.db, unit.clinic.id, account.id, after.code, until)
    if after.code == before.code:
        return None
    unit.record("tier_changed", customer_id, before=before.code, after=after.code)
    return TierChange(before, after, until)


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


async def _release(
    unit: Unit,
    customer_id: UUID,
    journey_id: UUID,
    line_id: UUID | None,
    nth: int,
    completion: str,
    payment_id: UUID | None = None,
) -> int:
    """Points that one treatment makes usable, of every lot of its line and of those of the journey as a whole.

    With `payment_id` only of what that payment earned.
    """
    account = await enrol(unit, customer_id)
    owned = await store.lots_of_journey(unit.db, unit.clinic.id, account.id, journey_id)
    mine = [each for each in owned if each.line_id in (line_id, None) and payment_id in (each.payment_id, None)]
    keys = {each.lot.id: f"act:{each.lot.id}:{completion}" for each in mine}
    known = await store.known_entries(unit.db, unit.clinic.id, keys.values())
    released = sum(int(facts["points"]) for _, _, facts in known.values())
    debt = account.debt
    for each in mine:
        key = keys[each.lot.id]
        if key not in known and each.lot.state is LotState.PENDING:
            points, repaid = await release_share(unit, account, each, nth, debt, key)
            released, debt = released + points, debt - repaid
    await store.refresh_balances(unit.db, unit.clinic.id, account.id, debt)
    return released
