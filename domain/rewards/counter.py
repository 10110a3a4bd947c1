"""What staff do with a coupon: find it by its code, take it, and, as a manager, take a use back.

Nobody handles a coupon of their own (PRODUCT B-12). Public through `domain.rewards.service`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.notifications.service import notify
from domain.people import service as people
from domain.people.model import Role
from domain.rewards import codes, rules, store
from domain.rewards.ending import close, found, locked
from domain.rewards.model import CouponView, State
from domain.unit import Unit


async def find(unit: Unit, typed: str) -> CouponView:
    """The coupon behind a code that was typed or scanned, in whatever state it is.

    For staff, else `not_your_role`. DomainErrors: `no_such_coupon`, `coupon_other_clinic`, `coupon_token_old`.
    """
    _staff(unit)
    code, token = codes.read(unit.clinic.id, typed)
    view = await store.coupon(unit.db, unit.clinic.id, code=code)
    if view is None:
        raise DomainError("no_such_coupon")
    if token:
        codes.check_token(token, code, view.secret, unit.now)
    return view


def is_ours(unit: Unit, typed: str) -> bool:
    """Whether a text is surely a coupon code of this clinic: hardly any other text passes for one."""
    try:
        codes.read(unit.clinic.id, typed)
    except DomainError:
        return False
    return True


async def problem(unit: Unit, view: CouponView) -> DomainError | None:
    """Why the actor cannot take this coupon now; None when they can."""
    try:
        await _check(unit, view)
    except DomainError as refused:
        return refused
    return None


async def use(unit: Unit, coupon_id: UUID) -> CouponView:
    """The actor takes a coupon: its points are spent, the customer is told.

    DomainErrors: `not_your_role`, `no_such_coupon`, `own_coupon`, `coupon_wrong_branch` (branches), those of
    `rules.check_open`.
    """
    user_id = _staff(unit)
    view, account = await locked(unit, coupon_id)
    await _check(unit, view)
    branch_id = (await people.staff(unit, user_id)).branch_id
    if not await store.add_use(
        unit.db, unit.clinic.id, view.id, user_id=user_id, branch_id=branch_id, at=unit.now, event_id=unit.event_id
    ):
        view = await found(unit, coupon_id)
        raise DomainError("coupon_used", by=view.used_by, at=view.used_at.isoformat() if view.used_at else None)
    await loyalty.redeem(unit, account, view.redemption_id)
    unit.record("coupon_used", view.id, redemption_id=str(view.redemption_id))
    view = await close(unit, view, State.USED, "staff")
    await notify(unit, [view.customer_person_id], "coupon.used", _facts(view, at=unit.now.isoformat()))
    return view


async def take_back(unit: Unit, coupon_id: UUID) -> CouponView:
    """A manager undoes a coupon, used or not: its points are the customer's again, for at least 30 days.

    DomainErrors: `not_your_role`, `no_such_coupon`, `own_coupon`, `coupon_cancelled` (at), `coupon_expired` (at).
    """
    if unit.actor.role != Role.MANAGER:
        raise DomainError("not_your_role")
    view, account = await locked(unit, coupon_id)
    if view.customer_id == unit.actor.customer_id:
        raise DomainError("own_coupon")
    if view.state is not State.USED:
        rules.check_open(view, unit.now)
        await loyalty.redeem(unit, account, view.redemption_id)
    await loyalty.restore(unit, account, view.redemption_id, by_clinic=True)
    unit.record("redemption_cancelled", view.redemption_id, by="clinic")
    view = await close(unit, view, State.CANCELLED, "clinic")
    await notify(unit, [view.customer_person_id], "coupon.returned", _facts(view))
    return view


async def _check(unit: Unit, view: CouponView) -> None:
    if view.customer_id == unit.actor.customer_id:
        raise DomainError("own_coupon")
    rules.check_open(view, unit.now)
    member = await people.staff(unit, _staff(unit))
    if view.reward.branches and member.branch_id:
        names = await store.branch_names(unit.db, unit.clinic.id)
        if await store.branch_code(unit.db, unit.clinic.id, member.branch_id) not in view.reward.branches:
            where = [names[code] for code in view.reward.branches if code in names]
            raise DomainError("coupon_wrong_branch", branches=where)


def _facts(view: CouponView, **more: Any) -> dict[str, Any]:
    branch = dict(view.branch) if view.branch else None
    return {"code": view.code, "reward": dict(view.reward.name), "points": view.points, "branch": branch, **more}


def _staff(unit: Unit) -> UUID:
    if unit.actor.user_id is None:
        raise DomainError("not_your_role")
    return unit.actor.user_id
