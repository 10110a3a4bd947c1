"""Points of a plan: spread over its lines as money comes in, released treatment by treatment.

A line of one treatment is released whole. A course's lot stays pending and gives each treatment its share as a lot of
its own, because points last from the day they became usable; tier spend goes with them, to the satang. Called by
loyalty's use cases while they hold the account's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from domain.loyalty import ledger, rules, store
from domain.loyalty.booking import activate_lot, lot_entry, write
from domain.loyalty.model import Account, Allocation, Entry, Line, Lot, LotState, OwnedLot
from domain.loyalty.pausing import frozen
from domain.unit import Unit


async def release_share(
    unit: Unit, account: Account, owned: OwnedLot, nth: int, debt: int, key: str
) -> tuple[int, int]:
    """What the `nth` treatment releases of a pending lot: (points made usable, points of them that repaid debt)."""
    if owned.sessions == 1:
        repaid = await activate_lot(unit, account, owned.lot, owned.expiry_months, debt, key)
        return owned.lot.remaining, repaid
    lot = owned.lot
    last = nth >= owned.sessions
    points = lot.remaining if last else min(lot.remaining, rules.activation_share(lot.points, owned.sessions, nth))
    spend = rules.activation_share(owned.tier_spend_satang, owned.sessions, min(nth, owned.sessions))
    share = Lot(uuid4(), points, points, LotState.PENDING, lot.earned_at)
    active, repaid = ledger.release(share, debt, unit.now, owned.expiry_months, unit.clinic.zone, frozen(account, unit))
    await store.add_share(unit.db, unit.clinic.id, lot.id, active, spend)
    await store.save_lot(unit.db, unit.clinic.id, replace(lot, remaining=lot.remaining - points))
    entry = lot_entry(ledger.ACTIVATE, active, repaid, 0, unit.now, {"points": points, "from": str(lot.id)})
    await write(unit, account, entry, key=key, body_hash=ledger.body_hash({"key": key}), reason="treatment")
    return points, repaid


async def cancel_lot(unit: Unit, account: Account, lot: Lot) -> int:
    """What still waits in a lot is gone: the treatment will not be. Returns how many points that were."""
    gone = lot.remaining
    await store.save_lot(unit.db, unit.clinic.id, replace(lot, remaining=0, state=LotState.CANCELLED))
    taken = (Allocation(lot.id, gone),) if gone else ()
    entry = Entry(ledger.CANCEL_PENDING, -gone, lot.id, {"points": gone}, unit.now, taken)
    key = f"cancel:{lot.id}"
    await write(unit, account, entry, key=key, body_hash=ledger.body_hash({"key": key}), reason="cancelled")
    return gone


def spread(lines: Sequence[Line], paid_satang: int) -> list[int]:
    """How much of a sum paid falls to each line: they are filled in their order, what is beyond goes to the last."""
    shares = []
    for line in lines:
        share = min(paid_satang, line.price_satang)
        shares.append(share)
        paid_satang -= share
    shares[-1] += paid_satang
    return shares
