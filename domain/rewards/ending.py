"""What every end of a coupon needs: the coupon under its customer's lock, and its redemption closed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.loyalty.model import Account
from domain.rewards import store
from domain.rewards.model import CouponView, State
from domain.unit import Unit

EXPIRY: Final = "coupon.expire"
"""The timer that ends a coupon."""


async def found(unit: Unit, coupon_id: UUID) -> CouponView:
    """One coupon, else DomainError `no_such_coupon`."""
    view = await store.coupon(unit.db, unit.clinic.id, id=coupon_id)
    if view is None:
        raise DomainError("no_such_coupon")
    return view


async def locked(unit: Unit, coupon_id: UUID) -> tuple[CouponView, Account]:
    """The coupon as it stands once nobody else can change it, and its customer's account, locked."""
    account = await loyalty.enrol(unit, (await found(unit, coupon_id)).customer_id)
    return await found(unit, coupon_id), account


async def close(unit: Unit, view: CouponView, state: State, by: str) -> CouponView:
    """Write the end of a coupon's redemption and who ended it: staff, customer, clinic or clock."""
    unit.cancel_timer(EXPIRY, view.id)
    await store.change_redemption(
        unit.db, unit.clinic.id, view.redemption_id, state=state, closed_at=unit.now, closed_by=by
    )
    return await found(unit, view.id)
