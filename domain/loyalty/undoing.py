"""Points taken back or put right: a payment that was undone, and what a manager adjusts by hand.

Books only grow: each act is a row of its own with a key of its own. Public through `domain.loyalty.service`.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.loyalty import ledger, rules, store
from domain.loyalty.booking import write
from domain.loyalty.model import Account, Entry, Lot, LotState
from domain.unit import Unit

DAILY_CAP: Final = 2_000
"""Points that one member of staff may give and take by hand on one day of the clinic, both counted, unless
`adjust_cap_points` of the clinic says otherwise."""


async def claw_back(unit: Unit, account: Account, journey_id: UUID, void_id: UUID) -> int:
    """Take back what the journey's payments had made usable (C4); returns how many points, once for a `void_id`.

    From the journey's own lots, what a course's treatments released included, then from others in spend order; what
    is missing is owed. The money counts for no tier any more, by which a later void of the same journey knows what
    was taken already. The account is locked, and what was pending is cancelled already.
    """
    key = f"claw:{void_id}"
    known = await store.known_entries(unit.db, unit.clinic.id, [key])
    if key in known:
        return -known[key][1]
    lots = await store.lots(unit.db, unit.clinic.id, account.id)
    of_journey = await store.lots_of_journey(unit.db, unit.clinic.id, account.id, journey_id, shares=True)
    usable = (LotState.ACTIVE, LotState.EXPIRED)
    own = {each.lot.id: each.lot for each in of_journey if each.lot.state in usable and each.tier_spend_satang}
    await store.forget_spend(unit.db, unit.clinic.id, own)
    points = sum(lot.points for lot in own.values())
    if not points:
        return 0
    taken, after, owed = rules.clawback(lots, own, points, unit.now)
    await _save(unit, lots, after)
    entry = Entry(ledger.CLAWBACK, -points, None, {"owed": owed}, unit.now, tuple(taken))
    await write(unit, account, entry, key=key, body_hash=ledger.body_hash({"journey": journey_id}), reason="void")
    await store.refresh_balances(unit.db, unit.clinic.id, account.id, account.debt + owed)
    return points


async def take_by_hand(unit: Unit, account: Account, points: int, key: str, reason: str) -> None:
    """Take usable points (positive number) off the account. DomainError `too_few_points` (usable)."""
    lots = await store.lots(unit.db, unit.clinic.id, account.id)
    if points > (usable := rules.usable(lots, account.debt, unit.now)):
        raise DomainError("too_few_points", usable=usable)
    taken, after = rules.spend(lots, points, unit.now, debt=account.debt)
    await _save(unit, lots, after)
    entry = Entry(ledger.ADJUST, -points, None, {"why": reason}, unit.now, tuple(taken))
    body = {"points": -points, "reason": reason}
    await write(unit, account, entry, key=key, body_hash=ledger.body_hash(body), reason="adjust")
    await store.refresh_balances(unit.db, unit.clinic.id, account.id, account.debt)


async def check_adjustment(unit: Unit, customer_person_id: UUID, points: int) -> None:
    """Refuse what one person may not adjust: `own_account`, `adjust_cap` (cap, left)."""
    if unit.actor.person_id == customer_person_id:
        raise DomainError("own_account")
    cap = int(unit.clinic.settings.get("adjust_cap_points", DAILY_CAP))
    start = unit.now.astimezone(unit.clinic.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    await store.lock_adjuster(unit.db, unit.clinic.id, unit.actor.user_id)
    used = await store.adjusted_since(unit.db, unit.clinic.id, unit.actor.user_id, start)
    if used + abs(points) > cap:
        raise DomainError("adjust_cap", cap=cap, left=max(0, cap - used))


async def _save(unit: Unit, before: list[Lot], after: list[Lot]) -> None:
    for old, new in zip(before, after, strict=True):
        if old != new:
            await store.save_lot(unit.db, unit.clinic.id, new)
