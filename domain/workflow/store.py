"""SQL of journeys: one query shows them, one lock holds them, and each move leaves a row behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, column, exists, func, insert, select, table, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from domain.appointments.model import LIVE
from domain.appointments.tables import appointments
from domain.clinics.tables import treatments
from domain.courses.store import left_of, unused
from domain.database.session import Connection
from domain.payments.store import CONFIRMED
from domain.payments.tables import payments
from domain.people.tables import channel_identities, customers, users
from domain.tasks.view_store import LOWEST_TIER
from domain.workflow.model import (
    MORE_MAY_COME,
    OVER_STAGES,
    PAYABLE,
    Journey,
    JourneyView,
    Move,
    ProposalState,
    Stage,
    Touch,
)
from domain.workflow.tables import proposals, workflow_actions, workflow_states

# Written by loyalty, which stands above this noun.
_profiles = table("loyalty_profiles", column("clinic_id"), column("customer_id"), column("tier"))

_s, _c, _t, _a = workflow_states.c, customers.c, treatments.c, workflow_actions.c
_v, _performers = appointments.c, users.alias("performers")
_PAID = (
    select(func.coalesce(func.sum(payments.c.amount_satang), 0))
    .where(payments.c.clinic_id == _s.clinic_id, payments.c.journey_id == _s.id, payments.c.state == CONFIRMED)
    .scalar_subquery()
)
_LINKED = exists(
    select(1).where(channel_identities.c.clinic_id == _s.clinic_id, channel_identities.c.person_id == _c.person_id)
).correlate(workflow_states, customers)
_ACCEPTED = exists(
    select(1).where(
        proposals.c.clinic_id == _s.clinic_id,
        proposals.c.journey_id == _s.id,
        proposals.c.state == ProposalState.ACCEPTED,
    )
).correlate(workflow_states)
_VIEW = (
    select(
        _s.id,
        _s.version,
        _s.stage,
        _s.customer_id,
        _c.person_id.label("customer_person_id"),
        _c.name.label("customer_name"),
        _c.phone,
        _LINKED.label("linked"),
        _t.name_th,
        _t.name_en,
        _s.treatment_id,
        _t.scan_required,
        _s.agreed_satang,
        _PAID.label("paid_satang"),
        _s.owner_id,
        users.c.name.label("owner_name"),
        users.c.person_id.label("owner_person_id"),
        _s.scheduled_at,
        _s.source,
        _s.created_at,
        _s.stage_changed_at,
        func.coalesce(_profiles.c.tier, LOWEST_TIER).label("tier"),
        _s.minimum_satang,
        _s.concerns,
        _s.session_treatment_id,
        _s.branch_id,
        _s.no_show_count,
        _v.id.label("appointment_id"),
        _v.state.label("appointment_state"),
        _v.starts_at.label("appointment_at"),
        _performers.c.name.label("performer_name"),
        _v.arrived_at,
        func.coalesce(_v.late_minutes, 0).label("late_minutes"),
        left_of(_s.clinic_id, _s.id).label("sessions_left"),
        _ACCEPTED.label("plan_accepted"),
    )
    .select_from(workflow_states)
    .join(customers, and_(_c.clinic_id == _s.clinic_id, _c.id == _s.customer_id))
    .join(treatments, and_(_t.clinic_id == _s.clinic_id, _t.id == _s.treatment_id))
    .outerjoin(users, and_(users.c.clinic_id == _s.clinic_id, users.c.id == _s.owner_id))
    .outerjoin(_profiles, and_(_profiles.c.clinic_id == _s.clinic_id, _profiles.c.customer_id == _s.customer_id))
    .outerjoin(appointments, and_(_v.clinic_id == _s.clinic_id, _v.journey_id == _s.id, _v.state.in_(LIVE)))
    .outerjoin(_performers, and_(_performers.c.clinic_id == _v.clinic_id, _performers.c.id == _v.performer_id))
)
_NEWEST = (_s.created_at.desc(), _s.id)


def _open(now: datetime) -> ColumnElement[bool]:
    """Whether more is to come: the treatment was not done yet, or there are sessions left to have."""
    more = and_(_s.stage.in_(MORE_MAY_COME), unused(_s.clinic_id, _s.id, now))
    return _s.stage.not_in(OVER_STAGES) | more


async def add(db: Connection, clinic_id: UUID, **values: Any) -> UUID | None:
    """A new journey; None when the customer has an open one of that treatment, also one made this moment."""
    row = insert_or(workflow_states).values(clinic_id=clinic_id, **values).on_conflict_do_nothing()
    journey_id: UUID | None = (await db.execute(row.returning(_s.id))).scalar_one_or_none()
    return journey_id


async def lock(db: Connection, clinic_id: UUID, journey_id: UUID) -> Journey | None:
    """A journey's row once nobody else is changing it; locked until the transaction ends."""
    query = select(*(_s[name] for name in Journey.__slots__)).where(_s.clinic_id == clinic_id, _s.id == journey_id)
    row = (await db.execute(query.with_for_update(key_share=True))).one_or_none()
    return Journey(**{**row._mapping, "stage": Stage(row.stage)}) if row else None


async def change(db: Connection, clinic_id: UUID, journey_id: UUID, **values: Any) -> None:
    """Change a journey. Naming the stage runs the trigger that opens its tasks, so name it only to change it."""
    await db.execute(update(workflow_states).where(_s.clinic_id == clinic_id, _s.id == journey_id).values(**values))


async def put_off_until(db: Connection, clinic_id: UUID, journey_id: UUID) -> datetime | None:
    """Until when somebody has put a journey off."""
    query = select(_s.snoozed_until).where(_s.clinic_id == clinic_id, _s.id == journey_id)
    until: datetime | None = (await db.execute(query)).scalar_one_or_none()
    return until


async def add_action(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One line of the audit trail; a journey's versions are unique in it."""
    await db.execute(insert(workflow_actions).values(clinic_id=clinic_id, **values))


async def last_action(
    db: Connection, clinic_id: UUID, journey_id: UUID, action: str
) -> tuple[str | None, datetime] | None:
    """Who did this to the journey last (None: the system), and when."""
    query = (
        select(users.c.name, _a.at)
        .select_from(workflow_actions)
        .outerjoin(users, and_(users.c.clinic_id == _a.clinic_id, users.c.id == _a.actor_user_id))
        .where(_a.clinic_id == clinic_id, _a.journey_id == journey_id, _a.action == action)
        .order_by(_a.version.desc())
        .limit(1)
    )
    row = (await db.execute(query)).one_or_none()
    return (row.name, row.at) if row else None


async def moves_of(db: Connection, clinic_id: UUID, journey_id: UUID) -> list[Move]:
    """What was done to a journey, newest first."""
    query = (
        select(_a.action, _a.from_stage, _a.to_stage, users.c.name.label("by"), _a.reason, _a.data, _a.at)
        .outerjoin(users, and_(users.c.clinic_id == _a.clinic_id, users.c.id == _a.actor_user_id))
        .where(_a.clinic_id == clinic_id, _a.journey_id == journey_id)
        .order_by(_a.version.desc())
    )
    return [Move(**row._mapping) for row in await db.execute(query)]


async def view(db: Connection, clinic_id: UUID, journey_id: UUID) -> JourneyView | None:
    """One journey as it is shown."""
    found = await views(db, _s.clinic_id == clinic_id, _s.id == journey_id)
    return found[0] if found else None


async def open_one(
    db: Connection, clinic_id: UUID, customer_id: UUID, treatment_id: UUID, now: datetime
) -> UUID | None:
    """The customer's open journey of a treatment; one with sessions left is open, although a treatment was done."""
    query = select(_s.id).where(
        _s.clinic_id == clinic_id,
        _s.customer_id == customer_id,
        _s.treatment_id == treatment_id,
        _open(now),
    )
    found: UUID | None = (await db.execute(query.order_by(*_NEWEST).limit(1))).scalar_one_or_none()
    return found


async def lost_one(db: Connection, clinic_id: UUID, customer_id: UUID, treatment_id: UUID) -> UUID | None:
    """The customer's newest journey of a treatment, if that one was lost."""
    query = (
        select(_s.id, _s.stage)
        .where(_s.clinic_id == clinic_id, _s.customer_id == customer_id, _s.treatment_id == treatment_id)
        .order_by(*_NEWEST)
        .limit(1)
    )
    row = (await db.execute(query)).one_or_none()
    return row.id if row and row.stage == Stage.LOST else None


async def touches(db: Connection, clinic_id: UUID, customer_id: UUID) -> list[Touch]:
    """Every time that a customer came, first one first: as the audit trail of their journeys has it."""
    query = (
        select(_a.data["source"].astext, _a.at)
        .join(workflow_states, and_(_s.clinic_id == _a.clinic_id, _s.id == _a.journey_id))
        .where(_a.clinic_id == clinic_id, _s.customer_id == customer_id, _a.data.has_key("source"))
        .order_by(_a.at, _a.id)
    )
    return [Touch(*row) for row in await db.execute(query)]


async def open_of_phone(db: Connection, clinic_id: UUID, phone: str, now: datetime) -> list[JourneyView]:
    """Open journeys of everybody with this E.164 number, newest first."""
    return await views(db, _s.clinic_id == clinic_id, _c.phone == phone, _open(now))


async def open_of_owner(db: Connection, clinic_id: UUID, user_id: UUID) -> list[JourneyView]:
    """Open journeys of one salesperson, newest first."""
    return await views(db, _s.clinic_id == clinic_id, _s.owner_id == user_id, _s.stage.not_in(OVER_STAGES))


async def of_customer(db: Connection, clinic_id: UUID, customer_id: UUID) -> list[JourneyView]:
    """A customer's journeys, newest first."""
    return await views(db, _s.clinic_id == clinic_id, _s.customer_id == customer_id)


async def to_pay(db: Connection, clinic_id: UUID, owner_id: UUID | None, limit: int) -> list[JourneyView]:
    """Journeys on which a payment may be confirmed: the owner's first, then what moved last."""
    payable = _s.stage.in_(PAYABLE) | and_(_s.stage == Stage.LEAD, ~_t.scan_required)
    return await views(db, _s.clinic_id == clinic_id, payable, _s.agreed_satang > _PAID, owner_id=owner_id, limit=limit)


async def to_scan(db: Connection, clinic_id: UUID, limit: int) -> list[JourneyView]:
    """New journeys of treatments that need a scan, the one that has waited longest first."""
    waiting = (_s.clinic_id == clinic_id, _s.stage == Stage.LEAD, _t.scan_required)
    query = _VIEW.where(*waiting).order_by(_s.stage_changed_at, _s.id).limit(limit)
    return [_view(dict(row._mapping)) for row in await db.execute(query)]


async def to_schedule(db: Connection, clinic_id: UUID, owner_id: UUID | None, limit: int) -> list[JourneyView]:
    """Paid journeys without a time: the owner's first, then what moved last."""
    paid = _s.stage == Stage.PAYMENT_CONFIRMED
    return await views(db, _s.clinic_id == clinic_id, paid, owner_id=owner_id, limit=limit)


async def views(
    db: Connection, *where: ColumnElement[bool], owner_id: UUID | None = None, limit: int | None = None
) -> list[JourneyView]:
    """Journeys as they are shown: newest first; with a limit the owner's first, then what moved last."""
    query = _VIEW.where(*where).limit(limit)
    if limit is None:
        query = query.order_by(*_NEWEST)
    else:
        query = query.order_by(case((_s.owner_id == owner_id, 0), else_=1), _s.stage_changed_at.desc(), _s.id)
    return [_view(dict(row._mapping)) for row in await db.execute(query)]


def _view(columns: dict[str, Any]) -> JourneyView:
    treatment = {"th": columns.pop("name_th"), "en": columns.pop("name_en")}
    stage, paid = Stage(columns.pop("stage")), int(columns.pop("paid_satang"))
    concerns = tuple(columns.pop("concerns"))
    return JourneyView(**columns, treatment=treatment, stage=stage, paid_satang=paid, concerns=concerns)


async def lock_phone(db: Connection, clinic_id: UUID, phone: str | None) -> None:
    """Let nobody else enter this telephone number until the transaction ends; numbers may still be shared."""
    if phone is None:
        return
    await db.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"{clinic_id}{phone}"})
