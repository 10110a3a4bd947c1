"""Use cases of payments: money is written down once, with a receipt number, and added up.

Whether a payment may be confirmed is the workflow's question; it holds the journey's lock when it asks here.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.clinics import service as clinics
from domain.errors import DomainError
from domain.payments import store
from domain.payments.model import Payment, PaymentView
from domain.payments.rules import check_method
from domain.unit import Unit

RECEIPTS: Final = "receipt"
"""The clinic's counter of receipts: accounting wants numbers without gaps."""


async def record(
    unit: Unit,
    *,
    journey_id: UUID,
    customer_id: UUID,
    amount_satang: int,
    method: str,
    intent: str,
    first_by: UUID | None = None,
) -> Payment:
    """Write down a payment confirmed by the actor, with the clinic's next receipt number.

    With `first_by`, a user, the actor is the second person after them. `intent` names what was meant to be paid, so
    that the same act is stored once. DomainErrors `not_your_role` (only staff confirm) and `bad_method`.
    """
    if unit.actor.user_id is None:
        raise DomainError("not_your_role")
    check_method(method)
    return await store.add(
        unit.db,
        unit.clinic.id,
        journey_id=journey_id,
        customer_id=customer_id,
        amount_satang=amount_satang,
        method=method,
        intent=intent,
        receipt_no=await clinics.next_number(unit, RECEIPTS),
        confirmed_by=first_by or unit.actor.user_id,
        second_by=unit.actor.user_id if first_by else None,
        confirmed_at=unit.now,
    )


async def paid_so_far(unit: Unit, journey_id: UUID) -> int:
    """Satang confirmed for a journey."""
    return await store.total(unit.db, unit.clinic.id, journey_id)


async def payments_of(unit: Unit, journey_id: UUID) -> list[PaymentView]:
    """Every confirmed payment of a journey, first receipt first."""
    return await store.of_journey(unit.db, unit.clinic.id, journey_id)


async def receipts_of(unit: Unit, journey_id: UUID) -> list[PaymentView]:
    """Every payment of a journey that was ever confirmed, those that count no more included, first receipt first."""
    return await store.of_journey(unit.db, unit.clinic.id, journey_id, states=store.STATES)


async def void_all(unit: Unit, journey_id: UUID) -> list[PaymentView]:
    """The journey's payments count no more; their receipts stay to be read. Returns them. The journey is locked."""
    voided = await payments_of(unit, journey_id)
    await store.void(unit.db, unit.clinic.id, journey_id, unit.now)
    return voided
