"""A small clinic, written straight into its tables: for tests of loyalty, follow-ups, reactions and the scheduler."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from domain.achievements.tables import achievements
from domain.clinics.tables import channel_accounts, clinics, treatments
from domain.database.session import Connection, Engine, set_clinic
from domain.followups.tables import followup_rules, followup_templates
from domain.loyalty.tables import loyalty_tiers
from domain.payments.tables import payments
from domain.people.tables import channel_identities, customers, persons, users
from domain.tasks.tables import stage_tasks
from domain.unit import SYSTEM, Actor, React, Unit, Units
from domain.workflow.tables import workflow_states

BANGKOK = ZoneInfo("Asia/Bangkok")
NOON = datetime(2026, 7, 17, 12, tzinfo=BANGKOK)

TIERS = (("bronze", 0, 10_000, 12, 100), ("silver", 2_000_000, 11_000, 12, 0), ("gold", 5_000_000, 12_500, 12, 0))
CHECK = [
    {"code": "great", "th": "ดีมาก", "en": "Great", "outcome": "fine"},
    {"code": "worried", "th": "กังวล", "en": "Worried", "outcome": "amber"},
    {"code": "vision", "th": "ตามัว", "en": "Vision", "outcome": "red"},
]


async def nothing(unit: Unit) -> None:
    """Reactions of tests that look at one noun alone."""


@dataclass(frozen=True, slots=True)
class Person:
    """A human being of the clinic with the id of their hat."""

    id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class SmallClinic:
    """One clinic, its staff, and ways to add what a test needs."""

    id: UUID
    engine: Engine
    units: Units
    account_id: UUID
    treatment_id: UUID
    sales: Person
    manager: Person
    beautician: Person

    @asynccontextmanager
    async def at(self, now: datetime = NOON, actor: Actor = SYSTEM) -> AsyncIterator[Unit]:
        """A unit whose clock shows `now`."""
        async with self.units.clinic(self.id, actor) as unit:
            unit.now = now
            yield unit

    async def customer(self, *, chat: bool = True, owner: bool = True) -> Person:
        """A customer, with a chat or not, owned by the salesperson or by nobody."""
        async with self.engine.begin() as db:
            await set_clinic(db, self.id)
            person_id = await _person(db, self, "นก", chat=chat)
            values = {"person_id": person_id, "name": "นก", "phone": "+66812345678", "created_at": NOON}
            values |= {"owner_id": self.sales.id} if owner else {}
            return Person(await _add(db, customers, self.id, **values), person_id)

    async def journey(self, customer: Person, *, stage: str = "closed", owner: UUID | None = None) -> UUID:
        """A journey of the clinic's one treatment; a closed one stands in no other's way."""
        async with self.engine.begin() as db:
            await set_clinic(db, self.id)
            moments = {"created_at": NOON, "stage_changed_at": NOON}
            ids = {"customer_id": customer.id, "treatment_id": self.treatment_id, "owner_id": owner}
            return await _add(db, workflow_states, self.id, stage=stage, agreed_satang=129_000, **ids, **moments)

    async def payment(self, customer: Person, journey_id: UUID, satang: int = 129_000) -> UUID:
        """A confirmed payment."""
        async with self.engine.begin() as db:
            await set_clinic(db, self.id)
            return await _add(
                db,
                payments,
                self.id,
                journey_id=journey_id,
                customer_id=customer.id,
                amount_satang=satang,
                method="cash",
                state="confirmed",
                intent=str(uuid4()),
                receipt_no=uuid4().int % 10**12,
                confirmed_by=self.sales.id,
                confirmed_at=NOON,
            )

    async def rule(self, key: str, days: int, at: time | None = time(10), cls: str = "care", **values: Any) -> UUID:
        """A follow-up rule on completed treatments, with the question `check`."""
        row = {"key": key, "anchor": "completed", "offset_days": days, "at_time": at, "message_class": cls}
        async with self.engine.begin() as db:
            await set_clinic(db, self.id)
            return await _add(db, followup_rules, self.id, **{**row, "template_key": "check", **values})

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """What the program can see of this clinic by a query."""
        async with self.engine.begin() as db:
            await set_clinic(db, self.id)
            return list((await db.execute(text(sql), values)).all())

    async def change(self, sql: str, **values: Any) -> None:
        """Change this clinic's rows by hand."""
        async with self.engine.begin() as db:
            await set_clinic(db, self.id)
            await db.execute(text(sql), values)


async def small_clinic(engine: Engine, react: React = nothing, *, timezone: str = "Asia/Bangkok") -> SmallClinic:
    """A clinic with a ladder, one treatment, a sales, a manager, a beautician, one badge and one question."""
    clinic_id = uuid4()
    async with engine.begin() as db:
        await set_clinic(db, clinic_id)
        names = {"name_th": "ดาวเรือง", "name_en": "Daoruang"}
        slug = f"c{clinic_id.hex[:8]}"
        await db.execute(insert(clinics).values(id=clinic_id, slug=slug, timezone=timezone, created_at=NOON, **names))
        line = {"channel": "line", "external_id": "U1", "handle": "@aura", "name": "Aura", "secrets": b""}
        account_id = await _add(db, channel_accounts, clinic_id, **line)
        facial: dict[str, Any] = {"code": "FAC-HYD", "name_th": "ทรีตเมนต์เติมน้ำผิว", "name_en": "Hydrating facial"}
        facial |= {"price_satang": 129_000, "minutes": 60, "roles": ["beautician"], "recall_days": 28}
        treatment_id = await _add(db, treatments, clinic_id, **facial, scan_required=False)
        for code, enter, bp, months, welcome in TIERS:
            row = {"code": code, "name_th": code, "name_en": code, "enter_satang": enter, "keep_satang": 0}
            await _add(
                db, loyalty_tiers, clinic_id, **row, multiplier_bp=bp, expiry_months=months, welcome_points=welcome
            )
        badge = {"code": "FIRST", "name_th": "ก้าวแรก", "name_en": "First step", "metric": "completed_treatments"}
        await _add(db, achievements, clinic_id, **badge, target=1, points=100)
        words = {"text_th": "คุณ{nick} เป็นอย่างไรบ้างคะ", "text_en": "How is your skin, {nick}? {clinic}"}
        await _add(db, followup_templates, clinic_id, key="check", answers=CHECK, **words)
        await _add(db, stage_tasks, clinic_id, stage="treatment_scheduled", kind="treatment")
        bare = SmallClinic(
            clinic_id, engine, Units(engine, react), account_id, treatment_id, *[Person(clinic_id, clinic_id)] * 3
        )
        staff = [await _staff(db, bare, role) for role in ("sales", "manager", "beautician")]
    return SmallClinic(clinic_id, engine, bare.units, account_id, treatment_id, *staff)


async def _staff(db: Connection, clinic: SmallClinic, role: str) -> Person:
    person_id = await _person(db, clinic, role, chat=True)
    row = {"person_id": person_id, "name": role, "role": role, "created_at": NOON}
    return Person(await _add(db, users, clinic.id, **row), person_id)


async def _person(db: Connection, clinic: SmallClinic, name: str, *, chat: bool) -> UUID:
    person_id = await _add(db, persons, clinic.id, name=name, created_at=NOON)
    if chat:
        address = {"external_id": f"U{person_id.hex}", "display_name": name, "last_seen_at": NOON}
        await _add(db, channel_identities, clinic.id, account_id=clinic.account_id, person_id=person_id, **address)
    return person_id


async def _add(db: Connection, table: Any, clinic_id: UUID, **values: Any) -> UUID:
    row = insert(table).values(clinic_id=clinic_id, **values).returning(table.c.id)
    found: UUID = (await db.execute(row)).scalar_one()
    return found
