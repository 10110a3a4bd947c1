"""What tests of the points ledger have in common: paying, finishing, and books that agree with the cache."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain.loyalty import service as loyalty
from domain.loyalty.model import Balance
from domain.unit import Unit
from tests.domain.small_clinic import NOON, Person, SmallClinic

BAHT = 100


async def pay(clinic: SmallClinic, customer: Person, journey: UUID, satang: int, before: int = 0) -> dict[str, Any]:
    """What `earn_for_payment` is asked after this payment."""
    return {
        "payment_id": await clinic.payment(customer, journey, satang),
        "journey_id": journey,
        "customer_id": customer.id,
        "amount_satang": satang,
        "paid_before_satang": before,
    }


async def finish(unit: Unit, customer: Person, journey: UUID, completion: UUID | None = None) -> int:
    return await loyalty.activate_for_completion(
        unit, journey_id=journey, customer_id=customer.id, completion_id=completion or uuid4()
    )


async def buy_and_finish(clinic: SmallClinic, customer: Person, satang: int, now: datetime = NOON) -> UUID:
    """A paid and completed journey, the tier recomputed."""
    journey = await clinic.journey(customer)
    asked = await pay(clinic, customer, journey, satang)
    async with clinic.at(now) as unit:
        await loyalty.earn_for_payment(unit, **asked)
        await finish(unit, customer, journey)
        await loyalty.recompute_tier(unit, customer.id)
    return journey


async def cached(clinic: SmallClinic, customer: Person) -> tuple[int, int, int]:
    [row] = await clinic.rows(
        "select pending_points, active_points, debt_points from loyalty_profiles where customer_id = :c", c=customer.id
    )
    return row.pending_points, row.active_points, row.debt_points


async def assert_books_agree(clinic: SmallClinic, customer: Person, now: datetime = NOON) -> Balance:
    """Replay = lots = cache, and the signed rows sum up to what is there."""
    async with clinic.at(now) as unit:
        account = await loyalty.enrol(unit, customer.id)
        shown = await loyalty.balance(unit, customer.id)
        assert await loyalty.replay(unit, account) == shown
    pending, active, debt = await cached(clinic, customer)
    assert (shown.pending, shown.debt) == (pending, debt)
    [row] = await clinic.rows("select sum(points) as total from point_transactions where account_id = :a", a=account.id)
    assert row.total == pending + active - debt
    return shown
