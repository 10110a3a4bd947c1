"""Use cases of the clinic itself: what it sells, and numbers that run without gaps."""

from __future__ import annotations

import secrets
from uuid import UUID

from domain.clinics import store
from domain.clinics.model import Branch, Treatment
from domain.errors import DomainError
from domain.unit import Unit


async def treatments(unit: Unit, *, scan_required: bool | None = None) -> list[Treatment]:
    """What the clinic sells now, cheapest first; optionally only what does (or does not) need a scan before."""
    return await store.active_treatments(unit.db, unit.clinic.id, scan_required)


async def treatment(unit: Unit, treatment_id: UUID) -> Treatment:
    """One treatment that is sold now, else DomainError `no_such_treatment`."""
    found = await store.treatment(unit.db, unit.clinic.id, treatment_id)
    if found is None:
        raise DomainError("no_such_treatment")
    return found


async def treatment_by_code(unit: Unit, code: str) -> Treatment:
    """One treatment that is sold now, by the clinic's own code, else DomainError `no_such_treatment`."""
    found = await store.treatment_by_code(unit.db, unit.clinic.id, code)
    if found is None:
        raise DomainError("no_such_treatment", treatment=code)
    return found


async def secret(unit: Unit, name: str) -> str:
    """A random secret of the clinic (64 hex digits), made when it is first asked for, and shown to nobody."""
    known: str | None = unit.clinic.settings.get(name)
    return known or await store.secret(unit.db, unit.clinic.id, name, secrets.token_hex(32))


async def branches(unit: Unit) -> list[Branch]:
    """The clinic's places, by code."""
    return await store.branches_of(unit.db, unit.clinic.id)


async def next_number(unit: Unit, counter: str) -> int:
    """The next number of a counter, from 1 without gaps: others wait for it until this unit has ended."""
    return await store.next_number(unit.db, unit.clinic.id, counter)
