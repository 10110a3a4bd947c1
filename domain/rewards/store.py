"""SQL of rewards: what there is, what was redeemed, the coupons, and the uses that a unique key keeps single."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from domain.database.session import Connection
from domain.rewards.model import Counted, CouponView, Kind, Period, Reward, State
from domain.rewards.tables import coupon_uses, customer_coupons, loyalty_redemptions, loyalty_rewards

# What counts against stock and limits: all that was not cancelled, since each one's period began.
_COUNTED = text(
    "select r.id, count(d.id) filter (where d.held_at >= coalesce(stock.since, '-infinity')) as taken,"
    " count(d.id) filter (where d.held_at >= coalesce(mine.since, '-infinity') and d.customer_id = :customer) as mine"
    " from loyalty_rewards r"
    " left join unnest(cast(:periods as text[]), cast(:starts as timestamptz[])) as stock (period, since)"
    "  on stock.period = r.stock_period"
    " left join unnest(cast(:periods as text[]), cast(:starts as timestamptz[])) as mine (period, since)"
    "  on mine.period = r.limit_period"
    " left join loyalty_redemptions d"
    "  on d.clinic_id = r.clinic_id and d.reward_id = r.id and d.state <> 'cancelled'"
    " where r.clinic_id = :clinic group by r.id"
)
_COUPONS = (
    "select c.id, c.redemption_id, c.code, c.secret, c.issued_at, c.expires_at, d.state, d.points, d.closed_at,"
    " d.customer_id, k.name as customer_name, k.person_id as customer_person_id, u.at as used_at, s.name as used_by,"
    " b.name_th as branch_th, b.name_en as branch_en, to_jsonb(r) as reward"
    " from customer_coupons c"
    " join loyalty_redemptions d on d.clinic_id = c.clinic_id and d.id = c.redemption_id"
    " join loyalty_rewards r on r.clinic_id = d.clinic_id and r.id = d.reward_id"
    " join customers k on k.clinic_id = d.clinic_id and k.id = d.customer_id"
    " left join coupon_uses u on u.clinic_id = c.clinic_id and u.coupon_id = c.id"
    " left join users s on s.clinic_id = u.clinic_id and s.id = u.user_id"
    " left join branches b on b.clinic_id = u.clinic_id and b.id = u.branch_id"
    " where c.clinic_id = :clinic and "
)
_BY_ID = text(_COUPONS + "c.id = :id")
_BY_CODE = text(_COUPONS + "c.code = :code")
_WALLET = text(
    _COUPONS + "d.customer_id = :customer and d.state = 'issued' and c.expires_at > :now order by c.expires_at, c.code"
)
_BRANCHES = text("select code, name_th, name_en from branches where clinic_id = :clinic order by code")


async def rewards(db: Connection, clinic_id: UUID) -> list[Reward]:
    """Every reward of the clinic, cheapest first."""
    c = loyalty_rewards.c
    query = select(loyalty_rewards).where(c.clinic_id == clinic_id).order_by(c.points, c.code)
    return [_reward(row._asdict()) for row in (await db.execute(query)).all()]


async def reward(db: Connection, clinic_id: UUID, reward_id: UUID, *, lock: bool = False) -> Reward | None:
    """One reward; with `lock`, nobody else redeems it until the transaction ends."""
    c = loyalty_rewards.c
    query = select(loyalty_rewards).where(c.clinic_id == clinic_id, c.id == reward_id)
    row = (await db.execute(query.with_for_update() if lock else query)).one_or_none()
    return _reward(row._asdict()) if row else None


async def counted(
    db: Connection, clinic_id: UUID, customer_id: UUID, since: Mapping[Period, datetime]
) -> dict[UUID, Counted]:
    """What counts against each reward's stock and against this customer's limit; `since`: where periods began."""
    periods = {"periods": [str(period) for period in since], "starts": list(since.values())}
    rows = await db.execute(_COUNTED, {"clinic": clinic_id, "customer": customer_id, **periods})
    return {row.id: Counted(row.taken, row.mine) for row in rows}


async def redemptions(db: Connection, clinic_id: UUID, customer_id: UUID) -> dict[int, tuple[UUID, datetime]]:
    """The customer's redemptions by number: (reward, when)."""
    d = loyalty_redemptions.c
    query = select(d.number, d.reward_id, d.held_at).where(d.clinic_id == clinic_id, d.customer_id == customer_id)
    return {row.number: (row.reward_id, row.held_at) for row in await db.execute(query)}


async def add_redemption(db: Connection, clinic_id: UUID, **values: Any) -> UUID:
    """A redemption whose points are about to be held."""
    row = insert(loyalty_redemptions).values(clinic_id=clinic_id, state=State.HELD, **values)
    made: UUID = (await db.execute(row.returning(loyalty_redemptions.c.id))).scalar_one()
    return made


async def change_redemption(db: Connection, clinic_id: UUID, redemption_id: UUID, **values: Any) -> None:
    """Write a redemption's state and end."""
    d = loyalty_redemptions.c
    where = (d.clinic_id == clinic_id, d.id == redemption_id)
    await db.execute(update(loyalty_redemptions).where(*where).values(**values))


async def add_coupon(db: Connection, clinic_id: UUID, code: str, **values: Any) -> UUID | None:
    """A coupon under this code; None when the clinic has one with it already."""
    row = insert_or(customer_coupons).values(clinic_id=clinic_id, code=code, secret=secrets.token_hex(16), **values)
    row = row.on_conflict_do_nothing(index_elements=["clinic_id", "code"])
    made: UUID | None = (await db.execute(row.returning(customer_coupons.c.id))).scalar_one_or_none()
    return made


async def coupon(db: Connection, clinic_id: UUID, *, id: UUID | None = None, code: str = "") -> CouponView | None:
    """One coupon by its id or its code."""
    values = {"clinic": clinic_id, "id": id} if id else {"clinic": clinic_id, "code": code}
    found = await db.execute(_BY_ID if id else _BY_CODE, values)
    row = found.one_or_none()
    return _coupon(row) if row else None


async def wallet(db: Connection, clinic_id: UUID, customer_id: UUID, now: datetime) -> list[CouponView]:
    """The customer's coupons that can be used now, the first to end first."""
    rows = await db.execute(_WALLET, {"clinic": clinic_id, "customer": customer_id, "now": now})
    return [_coupon(row) for row in rows]


async def add_use(db: Connection, clinic_id: UUID, coupon_id: UUID, **values: Any) -> bool:
    """Write the use down; False when the coupon has one."""
    row = insert_or(coupon_uses).values(clinic_id=clinic_id, coupon_id=coupon_id, **values)
    row = row.on_conflict_do_nothing(index_elements=["clinic_id", "coupon_id"])
    return (await db.execute(row.returning(coupon_uses.c.id))).one_or_none() is not None


async def branch_names(db: Connection, clinic_id: UUID) -> dict[str, dict[str, str]]:
    """The clinic's branches by code, each with its name in both languages."""
    rows = await db.execute(_BRANCHES, {"clinic": clinic_id})
    return {row.code: {"th": row.name_th, "en": row.name_en} for row in rows}


async def branch_code(db: Connection, clinic_id: UUID, branch_id: UUID) -> str:
    """The code of a branch."""
    query = text("select code from branches where clinic_id = :clinic and id = :id")
    return str((await db.execute(query, {"clinic": clinic_id, "id": branch_id})).scalar_one())


def _coupon(row: Row[Any]) -> CouponView:
    return CouponView(
        id=row.id,
        redemption_id=row.redemption_id,
        code=row.code,
        state=State(row.state),
        reward=_reward(row.reward),
        points=row.points,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        customer_person_id=row.customer_person_id,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        used_by=row.used_by,
        used_at=row.used_at,
        branch={"th": row.branch_th, "en": row.branch_en} if row.branch_th else None,
        secret=row.secret,
    )


def _reward(row: Mapping[str, Any]) -> Reward:
    """A reward from its row, or from its row as JSON."""
    return Reward(
        id=_uuid(row["id"]),
        code=row["code"],
        name={"th": row["name_th"], "en": row["name_en"]},
        points=row["points"],
        min_tier=row["min_tier"],
        stock=row["stock"],
        stock_period=Period(row["stock_period"]) if row["stock_period"] else None,
        person_limit=row["person_limit"],
        limit_period=Period(row["limit_period"]) if row["limit_period"] else None,
        branches=tuple(row["branches"]),
        active_from=_moment(row["active_from"]),
        active_until=_moment(row["active_until"]),
        valid_days=row["valid_days"],
        fixed_end=_moment(row["fixed_end"]),
        kind=Kind(row["kind"]),
        discount_satang=row["discount_satang"],
        minimum_satang=row["minimum_satang"],
        refundable=row["refundable"],
        active=row["active"],
    )


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _moment(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
