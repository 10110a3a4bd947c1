"""SQL of the loader: a clinic's own row, and rows that are made or brought up to date by their code or key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, exists, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.exc import IntegrityError

from domain.achievements.tables import achievements
from domain.automation.tables import automation_rules
from domain.clinics.tables import branches, clinics, rooms, treatments
from domain.database.errors import violated
from domain.database.session import Connection
from domain.errors import DomainError
from domain.followups.tables import followup_rules, followup_templates
from domain.loyalty.tables import loyalty_tiers
from domain.people.tables import customers, users
from domain.rewards.tables import loyalty_rewards
from domain.tasks.tables import stage_tasks

Rows = Sequence[Mapping[str, Any]]


async def add_clinic(db: Connection, clinic_id: UUID, created_at: datetime, **values: str) -> None:
    """The clinic's own row; DomainError `slug_taken`."""
    try:
        await db.execute(insert(clinics).values(id=clinic_id, created_at=created_at, **values))
    except IntegrityError as error:
        if violated(error) == "uq_clinics_slug":
            raise DomainError("slug_taken", slug=values["slug"]) from None
        raise


async def change_clinic(db: Connection, clinic_id: UUID, phone: str, settings: Mapping[str, Any]) -> None:
    """Set the clinic's telephone number and some of its settings; the others stay."""
    merged = clinics.c.settings.concat(literal(dict(settings), JSONB))
    await db.execute(update(clinics).where(clinics.c.id == clinic_id).values(phone=phone, settings=merged))


async def save_branches(db: Connection, clinic_id: UUID, rows: Rows) -> dict[str, UUID]:
    """Branches by code; returns their ids."""
    return await _save(db, branches, clinic_id, "code", rows)


async def save_rooms(db: Connection, clinic_id: UUID, branch_id: UUID, rows: Rows) -> None:
    """Rooms of a branch by code."""
    for row in rows:
        upsert = insert_or(rooms).values(clinic_id=clinic_id, branch_id=branch_id, **row)
        names = {"name_th": upsert.excluded.name_th, "name_en": upsert.excluded.name_en}
        await db.execute(upsert.on_conflict_do_update(index_elements=["clinic_id", "branch_id", "code"], set_=names))


async def save_treatments(db: Connection, clinic_id: UUID, rows: Rows) -> dict[str, UUID]:
    """Treatments by code; returns their ids."""
    return await _save(db, treatments, clinic_id, "code", rows)


async def save_tiers(db: Connection, clinic_id: UUID, rows: Rows) -> None:
    """Tiers by code."""
    await _save(db, loyalty_tiers, clinic_id, "code", rows)


async def save_achievements(db: Connection, clinic_id: UUID, rows: Rows) -> None:
    """Badges by code."""
    await _save(db, achievements, clinic_id, "code", rows)


async def save_rewards(db: Connection, clinic_id: UUID, rows: Rows) -> None:
    """Rewards by code."""
    await _save(db, loyalty_rewards, clinic_id, "code", rows)


async def save_templates(db: Connection, clinic_id: UUID, rows: Rows) -> None:
    """Follow-up templates by key."""
    await _save(db, followup_templates, clinic_id, "key", rows)


async def save_rules(db: Connection, clinic_id: UUID, rows: Rows) -> None:
    """Follow-up rules by key."""
    await _save(db, followup_rules, clinic_id, "key", rows)


async def save_automation(db: Connection, clinic_id: UUID, rows: Rows) -> None:
    """The clinic's own rules by key."""
    await _save(db, automation_rules, clinic_id, "key", rows)


async def save_stage_task(db: Connection, clinic_id: UUID, stage: str, treatment_id: UUID | None, kind: str) -> None:
    """What a stage calls for. A null treatment is equal to nothing for a unique key, so it is looked for here."""
    c = stage_tasks.c
    same = select(c.id).where(
        c.clinic_id == clinic_id,
        c.stage == stage,
        c.treatment_id.is_not_distinct_from(treatment_id),
        c.kind == kind,
    )
    if not (await db.execute(select(exists(same)))).scalar_one():
        values = {"clinic_id": clinic_id, "stage": stage, "treatment_id": treatment_id, "kind": kind}
        await db.execute(insert(stage_tasks).values(**values))


async def rows(db: Connection, clinic_id: UUID, source: Table, order: str) -> Sequence[Mapping[str, Any]]:
    """Every row of one of the clinic's tables, in the order of a column."""
    query = select(source).where(source.c.clinic_id == clinic_id).order_by(source.c[order], source.c.id)
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def clinic_row(db: Connection, clinic_id: UUID) -> dict[str, Any]:
    """Names, telephone number, zone and settings."""
    c = clinics.c
    query = select(c.name_th, c.name_en, c.phone, c.timezone, c.settings).where(c.id == clinic_id)
    return dict((await db.execute(query)).mappings().one())


async def set_clinic_row(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """Write the clinic's own row."""
    await db.execute(update(clinics).where(clinics.c.id == clinic_id).values(**values))


async def staff_names(db: Connection, clinic_id: UUID) -> dict[str, tuple[UUID, UUID]]:
    """(user id, person id) of everybody on the staff list, by name."""
    query = select(users.c.name, users.c.id, users.c.person_id).where(users.c.clinic_id == clinic_id)
    return {row.name: (row.id, row.person_id) for row in await db.execute(query)}


async def customer_keys(db: Connection, clinic_id: UUID) -> set[tuple[str, str | None]]:
    """(name, phone) of every customer."""
    query = select(customers.c.name, customers.c.phone).where(customers.c.clinic_id == clinic_id)
    return {(row.name, row.phone) for row in await db.execute(query)}


async def _save(db: Connection, target: Table, clinic_id: UUID, key: str, rows: Rows) -> dict[str, UUID]:
    if not rows:
        return {}
    upsert = insert_or(target).values([{"clinic_id": clinic_id, **row} for row in rows])
    changes = {name: upsert.excluded[name] for name in rows[0] if name != key}
    upsert = upsert.on_conflict_do_update(index_elements=["clinic_id", key], set_=changes)
    saved = await db.execute(upsert.returning(target.c[key].label("key"), target.c.id))
    return {row.key: row.id for row in saved}
