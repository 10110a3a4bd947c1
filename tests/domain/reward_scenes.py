"""What tests of rewards and coupons begin with: a reward, a member with points, and what they do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.loyalty.model import Balance
from domain.rewards import service as rewards
from domain.rewards.model import CouponView
from domain.unit import Actor
from tests.domain.loyalty_scenes import assert_books_agree
from tests.domain.small_clinic import NOON, Person, SmallClinic

MASK = {
    "code": "RMASK",
    "name_th": "มาส์ก",
    "name_en": "Mask",
    "points": 300,
    "min_tier": "bronze",
    "valid_days": 30,
    "kind": "item",
}


async def reward(clinic: SmallClinic, **changes: Any) -> UUID:
    """A mask for 300 points, changed."""
    values = {**MASK, **changes}
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    rows = await clinic.rows(
        f"insert into loyalty_rewards (clinic_id, {columns}) values (:clinic, {marks}) returning id",  # noqa: S608
        clinic=clinic.id,
        **values,
    )
    made: UUID = rows[0].id
    return made


async def member(clinic: SmallClinic, points: int = 900, now: datetime = NOON) -> Person:
    """A customer with the welcome gift of 100 and so many points more."""
    customer = await clinic.customer()
    async with clinic.at(now) as unit:
        await loyalty.enrol(unit, customer.id)
        if points:
            await loyalty.award(unit, customer.id, points, f"gift:{customer.id}", "kindness")
    return customer


def as_customer(customer: Person) -> Actor:
    return Actor("customer", customer.person_id, None, customer.id, "นก")


def as_staff(person: Person, role: str = "sales") -> Actor:
    return Actor(role, person.person_id, person.id, None, role)


async def redeem(
    clinic: SmallClinic, customer: Person, reward_id: UUID, number: int = 1, now: datetime = NOON
) -> CouponView:
    async with clinic.at(now, as_customer(customer)) as unit:
        return await rewards.redeem(unit, reward_id, number)


async def use(clinic: SmallClinic, coupon: CouponView, now: datetime = NOON, by: Actor | None = None) -> CouponView:
    async with clinic.at(now, by or as_staff(clinic.sales)) as unit:
        return await rewards.use(unit, coupon.id)


async def balance(clinic: SmallClinic, customer: Person, now: datetime = NOON) -> Balance:
    return await assert_books_agree(clinic, customer, now)


async def all_at_once(*acts: Awaitable[Any]) -> list[Any]:
    return list(await asyncio.gather(*acts, return_exceptions=True))


def codes(results: list[Any]) -> list[str]:
    """What each came to: 'done', or the code it was refused with."""
    return sorted(result.code if isinstance(result, DomainError) else "done" for result in results)
