"""Booking points: one lot, one row of the books and the refreshed balance, together and once.

Called by loyalty's use cases while they hold the account's lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from domain.errors import DomainError
from domain.loyalty import ledger, store
from domain.loyalty.model import Account, Allocation, Earning, Entry, Lot, LotState
from domain.loyalty.pausing import frozen
from domain.unit import Unit


async def book(unit: Unit, account: Account, earning: Earning, kind: str = ledger.EARN) -> int:
    """Add a lot and its row (of `kind`) unless the key is known; returns its points. The account is locked."""
    fingerprint = ledger.body_hash(earning.body)
    known = await store.known_entries(unit.db, unit.clinic.id, [earning.key])
    if earning.key in known:
        stored, points, _ = known[earning.key]
        if stored != fingerprint:
            raise DomainError("key_conflict")
        return points
    lot, repaid = Lot(uuid4(), earning.points, earning.points, LotState.PENDING, unit.now), 0
    if earning.at_once:
        months, zone = earning.expiry_months, unit.clinic.zone
        lot, repaid = ledger.release(lot, account.debt, unit.now, months, zone, frozen(account, unit))
    await store.add_lot(unit.db, unit.clinic.id, account.id, lot, earning)
    entry = lot_entry(kind, lot, repaid, earning.points, unit.now, {**earning.facts, "state": lot.state})
    await write(unit, account, entry, key=earning.key, body_hash=fingerprint, reason=earning.source)
    await store.refresh_balances(unit.db, unit.clinic.id, account.id, account.debt - repaid)
    return earning.points


async def activate_lot(unit: Unit, account: Account, lot: Lot, months: int, debt: int, key: str) -> int:
    """Make one lot usable and write its row; returns the points that repaid debt."""
    active, repaid = ledger.release(lot, debt, unit.now, months, unit.clinic.zone, frozen(account, unit))
    await store.save_lot(unit.db, unit.clinic.id, active)
    entry = lot_entry(ledger.ACTIVATE, active, repaid, 0, unit.now, {"points": lot.remaining})
    await write(unit, account, entry, key=key, body_hash=ledger.body_hash({"key": key}), reason="treatment")
    return repaid


def lot_entry(kind: str, lot: Lot, repaid: int, points: int, now: datetime, facts: Mapping[str, Any]) -> Entry:
    """A row about one lot, which may have repaid debt; dates and debts are kept for replay and history."""
    dated = {"expires_at": lot.expires_at.isoformat()} if lot.expires_at else {}
    owed = {"repaid": repaid} if repaid else {}
    taken = (Allocation(lot.id, repaid),) if repaid else ()
    return Entry(kind, points, lot.id, {**facts, **dated, **owed}, now, taken)


async def write(unit: Unit, account: Account, entry: Entry, **columns: str) -> None:
    """Put a row into the books; `columns`: key, body_hash, reason."""
    await store.add_entry(
        unit.db,
        unit.clinic.id,
        account.id,
        entry,
        actor_user_id=unit.actor.user_id,
        event_id=unit.event_id,
        **columns,
    )
