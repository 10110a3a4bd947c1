"""SQL of the board, of whose journeys are whose, and of what a correction must hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update

from domain.database.session import Connection
from domain.payments.store import CONFIRMED
from domain.payments.tables import payments
from domain.people.tables import customers, users
from domain.workflow import store
from domain.workflow.model import ENDED_STAGES, Column, Journey, JourneyView, Stage
from domain.workflow.tables import workflow_states

_s = workflow_states.c
_OPEN = _s.stage.not_in(ENDED_STAGES)
_JOURNEYS = select(*(_s[name] for name in Journey.__slots__))


async def columns(
    db: Connection, clinic_id: UUID, owner_id: UUID | None, now: datetime, late_before: datetime
) -> list[Column]:
    """The stages that somebody stands at; `late` came before `late_before`."""
    waits = or_(_s.snoozed_until.is_(None), _s.snoozed_until <= now)
    query = select(
        _s.stage,
        func.count().label("count"),
        func.min(_s.stage_changed_at).filter(waits).label("oldest"),
        func.count().filter(waits, _s.stage_changed_at < late_before).label("late"),
        func.count().filter(~waits).label("snoozed"),
    ).where(_s.clinic_id == clinic_id, _OPEN, *_owned(owner_id))
    rows = await db.execute(query.group_by(_s.stage))
    return [Column(**{**row._mapping, "stage": Stage(row.stage)}) for row in rows]


async def at_stage(
    db: Connection, clinic_id: UUID, stage: Stage, owner_id: UUID | None, now: datetime
) -> list[tuple[JourneyView, datetime | None]]:
    """Journeys at a stage with the moment until which they are put aside, those last; the oldest first."""
    aside = case((_s.snoozed_until > now, _s.snoozed_until))
    query = (
        select(_s.id, aside.label("until"))
        .where(_s.clinic_id == clinic_id, _s.stage == stage, *_owned(owner_id))
        .order_by(aside.nulls_first(), _s.stage_changed_at, _s.id)
    )
    places = {row.id: row.until for row in await db.execute(query)}
    views = {view.id: view for view in await store.views(db, _s.clinic_id == clinic_id, _s.id.in_(places))}
    return [(views[journey_id], until) for journey_id, until in places.items()]


async def customers_of(db: Connection, clinic_id: UUID, user_id: UUID) -> list[UUID]:
    """Customers with something open that this person looks after."""
    theirs = or_(_s.owner_id == user_id, and_(_s.owner_id.is_(None), customers.c.owner_id == user_id))
    query = (
        select(_s.customer_id)
        .join(customers, and_(customers.c.clinic_id == _s.clinic_id, customers.c.id == _s.customer_id))
        .where(_s.clinic_id == clinic_id, _OPEN, theirs)
        .distinct()
        .order_by(_s.customer_id)
    )
    return list((await db.execute(query)).scalars())


async def lock_open(
    db: Connection, clinic_id: UUID, customer_ids: Collection[UUID], owner_id: UUID | None = None
) -> list[Journey]:
    """The open journeys of customers (that this person owns), locked in the order of their ids."""
    query = _JOURNEYS.where(_s.clinic_id == clinic_id, _s.customer_id.in_(customer_ids), _OPEN, *_owned(owner_id))
    return await _locked(db, query.order_by(_s.id))


async def lock_newest(db: Connection, clinic_id: UUID, customer_id: UUID) -> Journey | None:
    """A customer's newest journey, locked."""
    query = _JOURNEYS.where(_s.clinic_id == clinic_id, _s.customer_id == customer_id)
    found = await _locked(db, query.order_by(_s.created_at.desc(), _s.id).limit(1))
    return found[0] if found else None


async def snooze(db: Connection, clinic_id: UUID, customer_id: UUID, until: datetime | None) -> None:
    """Put a customer's open journeys aside, or take them back."""
    where = (_s.clinic_id == clinic_id, _s.customer_id == customer_id, _OPEN)
    await db.execute(update(workflow_states).where(*where).values(snoozed_until=until))


async def has_paid(db: Connection, clinic_id: UUID, customer_id: UUID) -> bool:
    """Whether any payment of the customer is confirmed."""
    p = payments.c
    paid = select(1).where(p.clinic_id == clinic_id, p.customer_id == customer_id, p.state == CONFIRMED)
    return bool((await db.execute(select(exists(paid)))).scalar_one())


async def staff_name(db: Connection, clinic_id: UUID, user_id: UUID) -> str | None:
    """The name of a member of staff, former ones too."""
    query = select(users.c.name).where(users.c.clinic_id == clinic_id, users.c.id == user_id)
    found: str | None = (await db.execute(query)).scalar_one_or_none()
    return found


def _owned(owner_id: UUID | None) -> list[ColumnElement[bool]]:
    return [] if owner_id is None else [_s.owner_id == owner_id]


async def _locked(db: Connection, query: Select[Any]) -> list[Journey]:
    rows = await db.execute(query.with_for_update(key_share=True))
    return [Journey(**{**row._mapping, "stage": Stage(row.stage)}) for row in rows]
