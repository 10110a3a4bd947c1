"""SQL of loyalty: the account (whose row is the lock), its lots, and the books, which are only ever added to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.database.session import Connection
from domain.loyalty import pause_store
from domain.loyalty.model import Account, Allocation, Earning, Entry, Lot, LotState, OwnedLot, PointRow, Tier
from domain.loyalty.tables import (
    loyalty_profiles,
    loyalty_tiers,
    point_allocations,
    point_lots,
    point_transactions,
)

_SPEND = text(
    "select coalesce(sum(tier_spend_satang), 0)::bigint from point_lots"
    " where clinic_id = :clinic and account_id = :account and state in ('active', 'expired')"
    " and active_from > :since and active_from <= :until"
)
# The cache is recomputed from the lots, never counted up and down.
_REFRESH = text(
    "update loyalty_profiles p set debt_points = :debt, version = version + 1,"
    " pending_points = l.pending, active_points = l.active, held_points = l.held"
    " from (select coalesce(sum(remaining) filter (where state = 'pending'), 0) as pending,"
    "  coalesce(sum(remaining) filter (where state = 'active'), 0) as active,"
    "  coalesce(sum(held), 0) as held"
    "  from point_lots where clinic_id = :clinic and account_id = :account) l"
    " where p.clinic_id = :clinic and p.id = :account"
)
_SHARE = text(
    "insert into point_lots (clinic_id, id, parent_id, account_id, points, remaining, state, source, payment_id,"
    " journey_id, line_id, tier_spend_satang, multiplier_bp, expiry_months, earned_at, active_from, expires_at)"
    " select clinic_id, :id, id, account_id, :points, :remaining, :state, source, payment_id, journey_id, line_id,"
    " :spend, multiplier_bp, expiry_months, earned_at, :active_from, :expires_at"
    " from point_lots where clinic_id = :clinic and id = :parent"
)
_HISTORY = text(
    "select t.kind, t.points, t.reason, t.facts, t.at, r.name_th, r.name_en"
    " from loyalty_profiles p"
    " join point_transactions t on t.clinic_id = p.clinic_id and t.account_id = p.id"
    " left join point_lots l on l.clinic_id = t.clinic_id and l.id = t.lot_id"
    " left join workflow_states w on w.clinic_id = l.clinic_id and w.id = l.journey_id"
    " left join treatments r on r.clinic_id = w.clinic_id and r.id = w.treatment_id"
    " where p.clinic_id = :clinic and p.customer_id = :customer"
    " order by t.at desc, t.id limit :limit offset :offset"
)
_PENDING_FOR = text(
    "select distinct r.name_th, r.name_en from point_lots l"
    " join workflow_states w on w.clinic_id = l.clinic_id and w.id = l.journey_id"
    " join treatments r on r.clinic_id = w.clinic_id and r.id = w.treatment_id"
    " where l.clinic_id = :clinic and l.account_id = :account and l.state = 'pending' and l.remaining > 0"
    " order by r.name_en"
)
_TAKEN = text(
    "select a.transaction_id, a.lot_id, a.points from point_allocations a"
    " join point_transactions t on t.clinic_id = a.clinic_id and t.id = a.transaction_id"
    " where a.clinic_id = :clinic and t.account_id = :account"
)
_ALLOCATED = text(
    "select a.lot_id, a.points from point_transactions t"
    " join point_allocations a on a.clinic_id = t.clinic_id and a.transaction_id = t.id"
    " where t.clinic_id = :clinic and t.key = :key order by a.lot_id"
)


async def ladder(db: Connection, clinic_id: UUID) -> list[Tier]:
    """The clinic's tiers, in no particular order."""
    t = loyalty_tiers.c
    rows = (await db.execute(select(loyalty_tiers).where(t.clinic_id == clinic_id))).all()
    return [_tier(row) for row in rows]


async def open_account(db: Connection, clinic_id: UUID, customer_id: UUID, tier: str, now: datetime) -> bool:
    """Make the account unless there is one; True when this call made it."""
    statement = (
        upsert(loyalty_profiles)
        .values(clinic_id=clinic_id, customer_id=customer_id, tier=tier, created_at=now)
        .on_conflict_do_nothing(index_elements=["clinic_id", "customer_id"])
        .returning(loyalty_profiles.c.id)
    )
    return (await db.execute(statement)).one_or_none() is not None


async def account(db: Connection, clinic_id: UUID, customer_id: UUID, *, lock: bool = False) -> Account | None:
    """The customer's account; with `lock`, nobody else changes its points until the transaction ends."""
    p = loyalty_profiles.c
    query = select(loyalty_profiles).where(p.clinic_id == clinic_id, p.customer_id == customer_id)
    row = (await db.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        return None
    paused = await pause_store.pause_on(db, clinic_id, customer_id)
    dated = (row.tier_valid_until, row.held_points, row.debt_points, paused.until if paused else None)
    return Account(row.id, row.customer_id, row.tier, *dated)


async def set_tier(db: Connection, clinic_id: UUID, account_id: UUID, tier: str, until: datetime | None) -> None:
    """Write the tier and the end of its term."""
    p = loyalty_profiles.c
    await db.execute(
        update(loyalty_profiles)
        .where(p.clinic_id == clinic_id, p.id == account_id)
        .values(tier=tier, tier_valid_until=until, version=p.version + 1)
    )


async def refresh_balances(db: Connection, clinic_id: UUID, account_id: UUID, debt: int) -> None:
    """Recompute the cached balances from the lots; `debt` is what is owed now."""
    await db.execute(_REFRESH, {"clinic": clinic_id, "account": account_id, "debt": debt})


async def lots(db: Connection, clinic_id: UUID, account_id: UUID) -> list[Lot]:
    """Every lot of the account."""
    c = point_lots.c
    query = select(point_lots).where(c.clinic_id == clinic_id, c.account_id == account_id)
    return [_lot(row) for row in (await db.execute(query)).all()]


async def lots_of_journey(
    db: Connection, clinic_id: UUID, account_id: UUID, journey_id: UUID, *, shares: bool = False
) -> list[OwnedLot]:
    """The journey's lots as they were earned, oldest first; with the `shares` that treatments released, or without."""
    c = point_lots.c
    query = select(point_lots).where(c.clinic_id == clinic_id, c.account_id == account_id, c.journey_id == journey_id)
    if not shares:
        query = query.where(c.parent_id.is_(None))
    return [
        OwnedLot(_lot(row), row.payment_id, row.line_id, row.sessions, row.tier_spend_satang, row.expiry_months)
        for row in (await db.execute(query.order_by(c.earned_at, c.id))).all()
    ]


async def add_lot(db: Connection, clinic_id: UUID, account_id: UUID, lot: Lot, origin: Earning) -> None:
    """Write a new lot and where it came from."""
    values = {
        "source": origin.source,
        "payment_id": origin.payment_id,
        "journey_id": origin.journey_id,
        "line_id": origin.line_id,
        "sessions": origin.sessions,
        "tier_spend_satang": origin.tier_spend_satang,
        "multiplier_bp": origin.multiplier_bp,
        "expiry_months": origin.expiry_months,
    }
    await db.execute(insert(point_lots).values(clinic_id=clinic_id, account_id=account_id, **asdict(lot), **values))


async def add_share(db: Connection, clinic_id: UUID, parent_id: UUID, lot: Lot, tier_spend_satang: int) -> None:
    """Write a lot that a treatment released of another one, whose origin it has."""
    values = {**asdict(lot), "clinic": clinic_id, "parent": parent_id, "spend": tier_spend_satang}
    await db.execute(_SHARE, values)


async def save_lot(db: Connection, clinic_id: UUID, lot: Lot) -> None:
    """Write what may change in a lot: what is left, its state and its dates."""
    c = point_lots.c
    await db.execute(
        update(point_lots)
        .where(c.clinic_id == clinic_id, c.id == lot.id)
        .values(
            remaining=lot.remaining,
            held=lot.held,
            state=lot.state,
            active_from=lot.active_from,
            expires_at=lot.expires_at,
        )
    )


async def pending_treatments(db: Connection, clinic_id: UUID, account_id: UUID) -> list[dict[str, str]]:
    """The treatments that pending points wait for, in both languages."""
    rows = await db.execute(_PENDING_FOR, {"clinic": clinic_id, "account": account_id})
    return [{"th": row.name_th, "en": row.name_en} for row in rows]


async def forget_spend(db: Connection, clinic_id: UUID, lot_ids: Collection[UUID]) -> None:
    """The purchases behind these lots were undone: they count for no tier."""
    c = point_lots.c
    change = update(point_lots).where(c.clinic_id == clinic_id, c.id.in_(lot_ids))
    await db.execute(change.values(tier_spend_satang=0))


async def lock_adjuster(db: Connection, clinic_id: UUID, user_id: UUID | None) -> None:
    """Let one member of staff adjust points in one chat at a time, so that their daily sum is true."""
    key = f"adjust:{clinic_id}{user_id}"
    await db.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def adjusted_since(db: Connection, clinic_id: UUID, user_id: UUID | None, since: datetime) -> int:
    """Points that a member of staff has given and taken by hand since a moment, both counted."""
    c = point_transactions.c
    query = select(func.coalesce(func.sum(func.abs(c.points)), 0)).where(
        c.clinic_id == clinic_id, c.kind == "adjust", c.actor_user_id == user_id, c.at >= since
    )
    return int((await db.execute(query)).scalar_one())


async def spend_between(db: Connection, clinic_id: UUID, account_id: UUID, since: datetime, until: datetime) -> int:
    """Satang of purchases that became complete after `since` and not after `until`."""
    values = {"clinic": clinic_id, "account": account_id, "since": since, "until": until}
    return int((await db.execute(_SPEND, values)).scalar_one())


async def allocations_of(db: Connection, clinic_id: UUID, key: str) -> list[Allocation]:
    """Which lots the row of the books under this key names."""
    rows = await db.execute(_ALLOCATED, {"clinic": clinic_id, "key": key})
    return [Allocation(row.lot_id, row.points) for row in rows]


async def known_entries(
    db: Connection, clinic_id: UUID, keys: Collection[str]
) -> dict[str, tuple[str, int, Mapping[str, Any]]]:
    """What the books have under these keys: key -> (body hash, signed points, facts)."""
    c = point_transactions.c
    query = select(c.key, c.body_hash, c.points, c.facts).where(c.clinic_id == clinic_id, c.key.in_(keys))
    return {row.key: (row.body_hash, row.points, row.facts) for row in (await db.execute(query)).all()}


async def add_entry(db: Connection, clinic_id: UUID, account_id: UUID, entry: Entry, **columns: Any) -> None:
    """Write a row of the books with what it took; `columns`: key, body_hash, reason, actor_user_id, event_id."""
    entry_id = uuid4()
    values = {name: value for name, value in asdict(entry).items() if name != "taken"}
    await db.execute(
        insert(point_transactions).values(clinic_id=clinic_id, id=entry_id, account_id=account_id, **values, **columns)
    )
    if entry.taken:
        rows = [{"clinic_id": clinic_id, "transaction_id": entry_id, **asdict(part)} for part in entry.taken]
        await db.execute(insert(point_allocations), rows)


async def entries(db: Connection, clinic_id: UUID, account_id: UUID) -> list[Entry]:
    """The whole books of an account, oldest first."""
    c = point_transactions.c
    query = select(point_transactions).where(c.clinic_id == clinic_id, c.account_id == account_id).order_by(c.at)
    taken: dict[UUID, list[Allocation]] = {}
    for part in (await db.execute(_TAKEN, {"clinic": clinic_id, "account": account_id})).all():
        taken.setdefault(part.transaction_id, []).append(Allocation(part.lot_id, part.points))
    return [
        Entry(row.kind, row.points, row.lot_id, row.facts, row.at, tuple(taken.get(row.id, ())))
        for row in (await db.execute(query)).all()
    ]


async def history(db: Connection, clinic_id: UUID, customer_id: UUID, limit: int, offset: int) -> Sequence[PointRow]:
    """Rows of the books as a customer reads them, newest first, with the treatment they were about."""
    values = {"clinic": clinic_id, "customer": customer_id, "limit": limit, "offset": offset}
    return [_point_row(row) for row in (await db.execute(_HISTORY, values)).all()]


def _tier(row: Row[Any]) -> Tier:
    amounts = (row.enter_satang, row.keep_satang, row.multiplier_bp, row.expiry_months, row.welcome_points)
    return Tier(row.code, row.name_th, row.name_en, *amounts)


def _point_row(row: Row[Any]) -> PointRow:
    about = {"treatment": {"th": row.name_th, "en": row.name_en}} if row.name_th is not None else {}
    return PointRow(row.kind, row.points, row.reason, {**row.facts, **about}, row.at)


def _lot(row: Row[Any]) -> Lot:
    dates = (row.earned_at, row.active_from, row.expires_at)
    return Lot(row.id, row.points, row.remaining, LotState(row.state), *dates, held=row.held)
