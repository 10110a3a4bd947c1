"""SQL of payments: rows are added, and read with the name of who confirmed them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from domain.database.session import Connection
from domain.payments.model import Payment, PaymentView
from domain.payments.tables import payments
from domain.people.tables import users

CONFIRMED = "confirmed"
VOIDED = "voided"
STATES = (CONFIRMED, VOIDED)

_p = payments.c
_PAYMENT = (_p.id, _p.receipt_no, _p.amount_satang, _p.method, _p.confirmed_by, _p.confirmed_at)
_second = users.alias("second")
_VIEW = (
    select(*_PAYMENT, users.c.name.label("confirmed_by_name"), _second.c.name.label("second_by_name"), _p.voided_at)
    .join(users, (users.c.clinic_id == _p.clinic_id) & (users.c.id == _p.confirmed_by))
    .outerjoin(_second, (_second.c.clinic_id == _p.clinic_id) & (_second.c.id == _p.second_by))
)


async def add(db: Connection, clinic_id: UUID, **values: Any) -> Payment:
    """A new confirmed payment; unique by `intent` and by `receipt_no`."""
    row = insert(payments).values(clinic_id=clinic_id, state=CONFIRMED, **values).returning(*_PAYMENT)
    return Payment(**(await db.execute(row)).one()._mapping)


async def total(db: Connection, clinic_id: UUID, journey_id: UUID) -> int:
    """Satang confirmed for a journey."""
    query = select(func.coalesce(func.sum(_p.amount_satang), 0)).where(
        _p.clinic_id == clinic_id, _p.journey_id == journey_id, _p.state == CONFIRMED
    )
    return int((await db.execute(query)).scalar_one())


async def of_journey(
    db: Connection, clinic_id: UUID, journey_id: UUID, states: Collection[str] = (CONFIRMED,)
) -> list[PaymentView]:
    """Payments of a journey in the order of their receipts: those that count, or those in any of `states`."""
    query = _VIEW.where(_p.clinic_id == clinic_id, _p.journey_id == journey_id, _p.state.in_(states))
    return [PaymentView(**row._mapping) for row in await db.execute(query.order_by(_p.receipt_no))]


async def void(db: Connection, clinic_id: UUID, journey_id: UUID, now: datetime) -> None:
    """A journey's confirmed payments count no more."""
    change = update(payments).where(_p.clinic_id == clinic_id, _p.journey_id == journey_id, _p.state == CONFIRMED)
    await db.execute(change.values(state=VOIDED, voided_at=now))
