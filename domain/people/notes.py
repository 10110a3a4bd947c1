"""What staff know of a customer: notes in their own words, and alerts for those who treat.

Public through `domain.people.service`.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.people import notes_store, store
from domain.people.model import Alert, Note, Role
from domain.unit import Unit

LONGEST: Final = 1000
"""Characters of a note: one message on every channel."""


async def add_note(unit: Unit, customer_id: UUID, text: str) -> None:
    """Write down something about a customer; it is never changed. The fact `note_added` carries no words of it.

    For sales and managers. DomainErrors `not_your_role`, `no_such_customer`, `bad_text` (longest).
    """
    if unit.actor.role not in (Role.SALES, Role.MANAGER) or unit.actor.user_id is None:
        raise DomainError("not_your_role")
    written = text.strip()
    if not written or len(written) > LONGEST:
        raise DomainError("bad_text", longest=LONGEST)
    if await store.customer(unit.db, unit.clinic.id, customer_id) is None:
        raise DomainError("no_such_customer")
    await notes_store.add(
        unit.db,
        unit.clinic.id,
        customer_id=customer_id,
        text=written,
        written_by=unit.actor.user_id,
        written_at=unit.now,
    )
    unit.record("note_added", customer_id)


async def notes_of(unit: Unit, customer_id: UUID, limit: int) -> list[Note]:
    """The newest notes about a customer, newest first."""
    return await notes_store.newest(unit.db, unit.clinic.id, customer_id, limit)


async def alerts_of(unit: Unit, customer_id: UUID) -> list[Alert]:
    """What must be known before touching a customer, the blocking ones first.

    Only for those who treat, else DomainError `not_your_role`: sales see stage and money, not medical answers (C11).
    """
    if unit.actor.role not in (Role.BEAUTICIAN, Role.DOCTOR):
        raise DomainError("not_your_role")
    return await notes_store.alerts(unit.db, unit.clinic.id, customer_id)
