"""The medical pause: while a doctor has stopped a customer's loyalty clock, neither tier nor points come nearer to
their end (PRODUCT row 92).

How it is kept: when a pause begins, the tier's end and the dates of all points that are usable then move away by
the whole days it is to last; what becomes usable during it is dated so from the start. So no date can fall into the
pause, and every rule of expiry goes by the dates alone. A changed or early end moves the same dates by the
difference; a day that has begun counts as paused. The books get a row of 0 points that names the lots and the days,
so that replay agrees.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID, uuid4

from domain.errors import DomainError
from domain.loyalty import ledger, pause_store, store
from domain.loyalty.model import Account, Entry, LotState, Pause
from domain.people import service as people
from domain.people.model import Role
from domain.unit import Unit

TIMER: Final = "loyalty.pause"
REASONS: Final = ("pregnancy", "illness", "other")
LONGEST: Final = timedelta(days=366)
"""From its beginning, however often its end is moved."""


async def pause_of(unit: Unit, customer_id: UUID) -> Pause | None:
    """The customer's pause that is on now, if there is one."""
    found = await pause_store.pause_on(unit.db, unit.clinic.id, customer_id)
    return found if found and found.until > unit.now else None


async def pause(unit: Unit, customer_id: UUID, reason: str, until: date) -> Pause:
    """Stop the customer's clock up to and including the day `until`; one that is on gets this reason and end.

    For doctors and the system. DomainErrors `not_your_role`, `no_such_customer`, `bad_choice` (reason),
    `in_the_past`, `pause_too_long` (at: the last day).
    """
    _only_doctors(unit)
    if reason not in REASONS:
        raise DomainError("bad_choice")
    end = _midnight(unit, until + timedelta(days=1))
    if end <= unit.now:
        raise DomainError("in_the_past")
    account = await _lock(unit, customer_id)
    on = await pause_store.pause_on(unit.db, unit.clinic.id, customer_id)
    if on is not None and on.until <= unit.now:  # over, only its timer has not run yet
        await _close(unit, on)
        on = None
    on = on or Pause(uuid4(), customer_id, reason, unit.now, unit.now)
    last = on.started_at + LONGEST
    if end > last:
        raise DomainError("pause_too_long", at=last.isoformat())
    changed = replace(on, reason=reason, until=end)
    await pause_store.save_pause(unit.db, unit.clinic.id, changed, set_by=unit.actor.user_id)
    unit.set_timer(TIMER, customer_id, end)
    await _move_dates(unit, account, changed, _days(unit, on.until, end))
    unit.record("loyalty_paused", customer_id, until=end.isoformat())
    return changed


async def end_pause(unit: Unit, customer_id: UUID) -> Pause:
    """Let the customer's clock run again today. For doctors and the system.

    DomainErrors `not_your_role`, `no_such_customer`, `not_paused`.
    """
    _only_doctors(unit)
    account = await _lock(unit, customer_id)
    on = await pause_store.pause_on(unit.db, unit.clinic.id, customer_id)
    if on is None or on.until <= unit.now:
        raise DomainError("not_paused")
    unit.cancel_timer(TIMER, customer_id)
    tomorrow = unit.now + timedelta(days=1)
    await _move_dates(unit, account, on, _days(unit, on.until, tomorrow))
    return await _close(unit, on)


async def pause_over(unit: Unit, customer_id: UUID) -> None:
    """The timer: a pause whose end has come is closed; its days are in the dates already."""
    await _lock(unit, customer_id)
    on = await pause_store.pause_on(unit.db, unit.clinic.id, customer_id)
    if on is not None and on.until <= unit.now:
        await _close(unit, on)


def frozen(account: Account, unit: Unit) -> timedelta:
    """What the pause that is on will still add to a date set now; nothing without one."""
    if account.paused_until is None or account.paused_until <= unit.now:
        return timedelta()
    return timedelta(days=_days(unit, unit.now, account.paused_until))


async def _close(unit: Unit, on: Pause) -> Pause:
    ended = replace(on, ended_at=unit.now)
    await pause_store.save_pause(unit.db, unit.clinic.id, ended, ended_by=unit.actor.user_id)
    unit.record("loyalty_resumed", on.customer_id)
    return ended


async def _lock(unit: Unit, customer_id: UUID) -> Account | None:
    """The customer's account, locked; nobody has points or a tier to move before they have joined."""
    await people.customer(unit, customer_id)
    return await store.account(unit.db, unit.clinic.id, customer_id, lock=True)


async def _move_dates(unit: Unit, account: Account | None, on: Pause, days: int) -> None:
    """Move the account's tier end and its dated, usable points by so many days."""
    if account is None or not days:
        return
    db, clinic, by = unit.db, unit.clinic.id, timedelta(days=days)
    found = await store.lots(db, clinic, account.id)
    moving = [
        lot
        for lot in found
        if lot.state is LotState.ACTIVE and lot.expires_at is not None and lot.expires_at > unit.now
    ]
    for lot in moving:
        await store.save_lot(db, clinic, ledger.shifted(lot, by))
    if account.tier_valid_until and account.tier_valid_until > unit.now:
        await store.set_tier(db, clinic, account.id, account.tier, account.tier_valid_until + by)
    facts = {"pause": str(on.id), "days": days, "lots": [str(lot.id) for lot in moving]}
    entry = Entry(ledger.ADJUST, 0, None, facts, unit.now)
    await store.add_entry(
        db,
        clinic,
        account.id,
        entry,
        key=f"pause:{on.id}:{uuid4()}",
        body_hash=ledger.body_hash(facts),
        reason="pause",
        actor_user_id=unit.actor.user_id,
        event_id=unit.event_id,
    )


def _days(unit: Unit, start: datetime, end: datetime) -> int:
    """Whole days of the clinic's calendar from one moment's day to another's."""
    zone = unit.clinic.zone
    return (end.astimezone(zone).date() - start.astimezone(zone).date()).days


def _midnight(unit: Unit, day: date) -> datetime:
    return datetime.combine(day, time(), unit.clinic.zone).astimezone(UTC)


def _only_doctors(unit: Unit) -> None:
    if unit.actor.role not in (Role.DOCTOR, Role.SYSTEM):
        raise DomainError("not_your_role")
