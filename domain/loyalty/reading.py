"""Reading loyalty: the balance, the membership card, the days points expire, the history, and the books replayed.

Nothing here changes anything or locks. Public through `domain.loyalty.service`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from uuid import UUID

from domain.loyalty import ledger, pause_store, rules, store, tiers
from domain.loyalty.model import Account, Balance, Expiring, LoyaltyCard, PointRow, Tier
from domain.loyalty.pausing import pause_of
from domain.unit import Unit


async def balance(unit: Unit, customer_id: UUID) -> Balance:
    """The customer's points now, by the clock; nothing of anything for somebody who has not joined."""
    return await _balance(unit, await store.account(unit.db, unit.clinic.id, customer_id))


async def expiry_schedule(unit: Unit, customer_id: UUID) -> list[Expiring]:
    """The customer's usable points by the moment they expire; their sum is what `balance` says is usable."""
    account = await store.account(unit.db, unit.clinic.id, customer_id)
    if account is None:
        return []
    return rules.schedule(await store.lots(unit.db, unit.clinic.id, account.id), account.debt, unit.now)


async def ladder(unit: Unit) -> list[Tier]:
    """The clinic's tiers, lowest first."""
    return sorted(await store.ladder(unit.db, unit.clinic.id), key=lambda tier: tier.enter_satang)


async def card(unit: Unit, customer_id: UUID) -> LoyaltyCard:
    """The membership card; somebody who has not joined sees the lowest tier and no points."""
    account = await store.account(unit.db, unit.clinic.id, customer_id)
    rungs = await ladder(unit)
    tier = rung(rungs, account.tier if account else "")
    way = tiers.progress(await rolling_spend(unit, account) if account else 0, tier, rungs)
    paused = await pause_of(unit, customer_id)
    return LoyaltyCard(
        balance=await _balance(unit, account),
        tier=tier,
        valid_until=account.tier_valid_until if account else None,
        multiplier=Decimal(tier.multiplier_bp) / rules.BASIS,
        next_tier=way.next_tier,
        missing_satang=way.missing_satang,
        fraction=way.fraction,
        keep_missing_satang=await _missing_to_keep(unit, account, tier) if account else 0,
        paused_until=paused.until if paused else None,
        pending_for=tuple(await store.pending_treatments(unit.db, unit.clinic.id, account.id)) if account else (),
    )


async def history(unit: Unit, customer_id: UUID, limit: int = 10, offset: int = 0) -> Sequence[PointRow]:
    """Rows of the customer's books, newest first. An `activate` row has 0 points and `facts["points"]`."""
    return await store.history(unit.db, unit.clinic.id, customer_id, limit, offset)


async def replay(unit: Unit, account: Account) -> Balance:
    """The balance recomputed from the books alone; must always equal `balance`."""
    lots, debt = ledger.rebuild(await store.entries(unit.db, unit.clinic.id, account.id))
    return rules.balance(lots, debt, unit.now)


def rung(rungs: Collection[Tier], code: str) -> Tier:
    """The tier of this code; the lowest when the clinic has no such tier (any more)."""
    return next((tier for tier in rungs if tier.code == code), None) or tiers.tier_for(0, rungs)


async def rolling_spend(unit: Unit, account: Account) -> int:
    """Satang of purchases completed in the last 12 months."""
    since = tiers.spend_since(unit.now, unit.clinic.zone)
    return await store.spend_between(unit.db, unit.clinic.id, account.id, since, unit.now)


async def _balance(unit: Unit, account: Account | None) -> Balance:
    if account is None:
        return rules.balance([], 0, unit.now)
    lots = await store.lots(unit.db, unit.clinic.id, account.id)
    return rules.balance(lots, account.debt, unit.now)


async def _missing_to_keep(unit: Unit, account: Account, tier: Tier) -> int:
    """Satang still to be spent before the tier's review, beside what will count there already."""
    if account.tier_valid_until is None:
        return 0
    pauses = await pause_store.pauses(unit.db, unit.clinic.id, account.customer_id)
    since = tiers.keep_since(account.tier_valid_until, pauses, unit.clinic.zone)
    spent = await store.spend_between(unit.db, unit.clinic.id, account.id, since, unit.now)
    return max(0, tier.keep_satang - spent)
