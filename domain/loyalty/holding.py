"""Points set aside for a redemption, spent with it, or given back (PRODUCT C4).

A hold remembers which lots its points lie in, in spend order at that moment; all that follows goes by that. Each step
is one row of the books under a key of the redemption, so that asking again changes nothing. The caller has the
account from `enrol`, which locked it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from domain.errors import DomainError
from domain.loyalty import ledger, rules, store
from domain.loyalty.model import Account, Allocation, Earning, Entry, Lot, LotState
from domain.loyalty.pausing import frozen
from domain.unit import Unit

GRACE: Final = timedelta(days=30)
"""Points that the clinic gives back stay usable at least this long."""


async def hold(unit: Unit, account: Account, redemption_id: UUID, points: int, about: Mapping[str, Any]) -> None:
    """Set points aside for a redemption. `about` are the reward's names, for the history.

    DomainErrors `points_owed` (debt), `not_enough_points` (usable), `key_conflict`.
    """
    key, body = f"hold:{redemption_id}", {"customer": account.customer_id, "points": points}
    if await _done(unit, key, body):
        return
    if account.debt:
        raise DomainError("points_owed", debt=account.debt)
    lots = await store.lots(unit.db, unit.clinic.id, account.id)
    allocations, after = rules.hold(lots, points, unit.now)
    await _book(unit, account, (lots, after), ledger.HOLD, 0, allocations, key, body, {"points": points, "name": about})


async def redeem(unit: Unit, account: Account, redemption_id: UUID) -> None:
    """Spend what was held, from the lots it was held in; also points whose date has come meanwhile."""
    held, about = await _held(unit, redemption_id)
    key, body = f"red:{redemption_id}", {"redemption": redemption_id}
    if await _done(unit, key, body):
        return
    lots = await store.lots(unit.db, unit.clinic.id, account.id)
    change = (lots, rules.capture(lots, held))
    await _book(unit, account, change, ledger.REDEEM, -_sum(held), held, key, body, {"name": about})


async def release(unit: Unit, account: Account, redemption_id: UUID) -> None:
    """Give held points back to their lots; those past their date by now are gone."""
    held, about = await _held(unit, redemption_id)
    key, body = f"rel:{redemption_id}", {"redemption": redemption_id}
    if await _done(unit, key, body):
        return
    lots = await store.lots(unit.db, unit.clinic.id, account.id)
    change, facts = (lots, rules.release(lots, held)), {"points": _sum(held), "name": about}
    await _book(unit, account, change, ledger.RELEASE, 0, held, key, body, facts)


async def restore(unit: Unit, account: Account, redemption_id: UUID, *, by_clinic: bool) -> None:
    """Give spent points back to their lots, with their dates.

    When the clinic took the reward back, every point stays usable for at least 30 days: those that would go earlier
    become a lot of their own.
    """
    held, about = await _held(unit, redemption_id)
    key, body = f"rest:{redemption_id}", {"redemption": redemption_id, "by_clinic": by_clinic}
    if await _done(unit, key, body):
        return
    lots = await store.lots(unit.db, unit.clinic.id, account.id)
    grace_until = unit.now + GRACE if by_clinic else None
    back, after, late = rules.restore(lots, held, unit.now, grace_until)
    facts = {"points": _sum(held), "name": about}
    await _book(unit, account, (lots, after), ledger.RESTORE, _sum(back), back, key, body, facts)
    if late:
        await _late(unit, account, f"{key}:late", late, about)


async def _late(unit: Unit, account: Account, key: str, points: int, about: Mapping[str, Any]) -> None:
    """A lot for points given back by the clinic that would be unusable too soon."""
    expires_at = unit.now + GRACE + frozen(account, unit)
    lot = Lot(uuid4(), points, points, LotState.ACTIVE, unit.now, unit.now, expires_at)
    origin = Earning(key, "restore", points, {}, expiry_months=0, multiplier_bp=rules.BASIS)
    await store.add_lot(unit.db, unit.clinic.id, account.id, lot, origin)
    facts = {"name": about, "state": lot.state, "expires_at": expires_at.isoformat()}
    await _book(unit, account, ([], []), ledger.RESTORE, points, (), key, {"key": key}, facts, lot.id)


async def _held(unit: Unit, redemption_id: UUID) -> tuple[list[Allocation], Mapping[str, Any]]:
    """What the redemption's hold set aside, and what it was about."""
    key = f"hold:{redemption_id}"
    known = await store.known_entries(unit.db, unit.clinic.id, [key])
    if key not in known:
        raise RuntimeError("a redemption without a hold")
    return await store.allocations_of(unit.db, unit.clinic.id, key), known[key][2]["name"]


async def _done(unit: Unit, key: str, body: Mapping[str, Any]) -> bool:
    """Whether the books have this row already; DomainError `key_conflict` when it is another one."""
    known = await store.known_entries(unit.db, unit.clinic.id, [key])
    if key in known and known[key][0] != ledger.body_hash(body):
        raise DomainError("key_conflict")
    return key in known


async def _book(
    unit: Unit,
    account: Account,
    change: tuple[Sequence[Lot], Sequence[Lot]],
    kind: str,
    points: int,
    parts: Sequence[Allocation],
    key: str,
    body: Mapping[str, Any],
    facts: Mapping[str, Any],
    lot_id: UUID | None = None,
) -> None:
    """Write the lots that changed, the row of the books, and the refreshed balances."""
    db, clinic = unit.db, unit.clinic.id
    for before, after in zip(*change, strict=True):
        if before != after:
            await store.save_lot(db, clinic, after)
    entry = Entry(kind, points, lot_id, facts, unit.now, tuple(parts))
    await store.add_entry(
        db,
        clinic,
        account.id,
        entry,
        key=key,
        body_hash=ledger.body_hash(body),
        reason="reward",
        actor_user_id=unit.actor.user_id,
        event_id=unit.event_id,
    )
    await store.refresh_balances(db, clinic, account.id, account.debt)


def _sum(parts: Sequence[Allocation]) -> int:
    return sum(part.points for part in parts)
