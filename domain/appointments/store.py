"""SQL of appointments: what a day holds, taking a time, and moving what has been taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, any_, case, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from domain.appointments.model import (
    EXPECTED,
    LIVE,
    Appointment,
    AppointmentState,
    AppointmentView,
    Busy,
    Diary,
    Performer,
    Wish,
)
from domain.appointments.tables import appointments
from domain.clinics.tables import branches, rooms, treatments
from domain.database.session import Connection
from domain.people.model import Role
from domain.people.tables import customers, users

_EXCLUDED = "23P01"  # exclusion_violation, https://www.postgresql.org/docs/current/errcodes-appendix.html
_a, _t, _b, _r, _u, _c = appointments.c, treatments.c, branches.c, rooms.c, users.c, customers.c
_BILINGUAL = ("treatment", "prep", "branch", "address", "room")
_VIEW = (
    select(
        _a.id,
        _a.version,
        _a.state,
        _a.journey_id,
        _a.customer_id,
        _c.person_id.label("customer_person_id"),
        _c.name.label("customer_name"),
        _a.branch_id,
        _a.treatment_id,
        _t.name_th.label("treatment_th"),
        _t.name_en.label("treatment_en"),
        _t.prep_th,
        _t.prep_en,
        _b.name_th.label("branch_th"),
        _b.name_en.label("branch_en"),
        _b.address_th,
        _b.address_en,
        _a.room_id,
        _r.name_th.label("room_th"),
        _r.name_en.label("room_en"),
        _a.performer_id,
        _u.person_id.label("performer_person_id"),
        _u.name.label("performer_name"),
        _a.named,
        _a.accepted,
        _a.starts_at,
        _a.ends_at,
        _a.held_until,
        _a.confirmed_at,
        _a.arrived_at,
        _a.late_minutes,
    )
    .select_from(appointments)
    .join(customers, and_(_c.clinic_id == _a.clinic_id, _c.id == _a.customer_id))
    .join(treatments, and_(_t.clinic_id == _a.clinic_id, _t.id == _a.treatment_id))
    .outerjoin(branches, and_(_b.clinic_id == _a.clinic_id, _b.id == _a.branch_id))
    .outerjoin(rooms, and_(_r.clinic_id == _a.clinic_id, _r.id == _a.room_id))
    .outerjoin(users, and_(_u.clinic_id == _a.clinic_id, _u.id == _a.performer_id))
)


# The diary


async def diary(
    db: Connection, clinic_id: UUID, zone: ZoneInfo, wish: Wish, since: datetime, until: datetime
) -> Diary | None:
    """What decides whether a wish can be met between two moments; None for a treatment that does not exist."""
    query = (
        select(_t.code, _t.minutes, _t.roles, _b.opening)
        .select_from(treatments)
        .outerjoin(branches, and_(_b.clinic_id == _t.clinic_id, _b.id == wish.branch_id))
        .where(_t.clinic_id == clinic_id, _t.id == wish.treatment_id)
    )
    place = (await db.execute(query)).one_or_none()
    if place is None:
        return None
    rooms_of = select(_r.id).where(_r.clinic_id == clinic_id, _r.branch_id == wish.branch_id, _r.active)
    return Diary(
        zone=zone,
        minutes=place.minutes,
        opening=place.opening or {},
        rooms=list((await db.execute(rooms_of.order_by(_r.code))).scalars()),
        performers=await _performers(db, clinic_id, place.code, place.roles, wish.branch_id),
        busy=await busy(db, clinic_id, since, until),
    )


async def _performers(
    db: Connection, clinic_id: UUID, code: str, roles: Collection[str], branch_id: UUID | None
) -> list[Performer]:
    """Active staff of the roles and the branch; whose list of skills is not empty, only with this one on it."""
    licensed = or_(_u.role != Role.DOCTOR, func.coalesce(_u.licence_no, "") != "")
    query = (
        select(_u.id, _u.name, licensed.label("licensed"), _u.on_duty)
        .where(_u.clinic_id == clinic_id, _u.active, _u.role.in_(roles))
        .where(or_(func.cardinality(_u.skills) == 0, any_(_u.skills) == code))
        .order_by(_u.name, _u.id)
    )
    if branch_id is not None:
        query = query.where(or_(_u.branch_id == branch_id, _u.branch_id.is_(None)))
    return [Performer(**row._mapping) for row in await db.execute(query)]


async def busy(db: Connection, clinic_id: UUID, since: datetime, until: datetime) -> list[Busy]:
    """Every time taken that touches the span."""
    firm = or_(_a.named, _a.accepted, _a.state == AppointmentState.STARTED).label("firm")
    query = select(
        _a.id.label("appointment_id"),
        _a.journey_id,
        _a.treatment_id,
        _a.branch_id,
        _a.performer_id,
        _a.room_id,
        _a.starts_at,
        _a.ends_at,
        firm,
    ).where(_a.clinic_id == clinic_id, _a.state.in_(LIVE), _a.starts_at < until, _a.ends_at > since)
    return [Busy(**row._mapping) for row in await db.execute(query.order_by(_a.starts_at, _a.id))]


# Taking


async def add(db: Connection, clinic_id: UUID, **values: Any) -> UUID | None:
    """A new appointment; None when the room or the person has been taken meanwhile."""
    row = insert(appointments).values(clinic_id=clinic_id, **values).returning(_a.id)
    try:
        async with db.begin_nested():
            made: UUID = (await db.execute(row)).scalar_one()
            return made
    except IntegrityError as error:
        _only_taken(error)
        return None


async def change(db: Connection, clinic_id: UUID, appointment_id: UUID, **values: Any) -> bool:
    """Change an appointment, its version one up; False when the room or the person it would take is taken."""
    row = update(appointments).where(_a.clinic_id == clinic_id, _a.id == appointment_id)
    return await _try(db, row.values(version=_a.version + 1, **values))


async def give(db: Connection, clinic_id: UUID, performers: Mapping[UUID, UUID]) -> bool:
    """Give appointments to other people in one statement, so that two may change places; False when one is taken."""
    whose = case(*((_a.id == one, literal(performer, _a.performer_id.type)) for one, performer in performers.items()))
    row = update(appointments).where(_a.clinic_id == clinic_id, _a.id.in_(performers))
    return await _try(db, row.values(performer_id=whose))


async def _try(db: Connection, statement: Any) -> bool:
    try:
        async with db.begin_nested():
            await db.execute(statement)
    except IntegrityError as error:
        _only_taken(error)
        return False
    return True


def _only_taken(error: IntegrityError) -> None:
    if getattr(error.orig, "sqlstate", "") != _EXCLUDED:
        raise error


# Reading


async def journey_of(db: Connection, clinic_id: UUID, appointment_id: UUID) -> UUID | None:
    """The journey of an appointment, to be locked before it."""
    query = select(_a.journey_id).where(_a.clinic_id == clinic_id, _a.id == appointment_id)
    found: UUID | None = (await db.execute(query)).scalar_one_or_none()
    return found


async def lock(db: Connection, clinic_id: UUID, appointment_id: UUID) -> Appointment | None:
    """One appointment, held until the transaction ends."""
    return await _lock(db, _a.clinic_id == clinic_id, _a.id == appointment_id)


async def lock_live(db: Connection, clinic_id: UUID, journey_id: UUID) -> Appointment | None:
    """The journey's one live appointment, held until the transaction ends."""
    return await _lock(db, _a.clinic_id == clinic_id, _a.journey_id == journey_id, _a.state.in_(LIVE))


async def _lock(db: Connection, *where: ColumnElement[bool]) -> Appointment | None:
    query = select(*(_a[name] for name in Appointment.__slots__)).where(*where)
    row = (await db.execute(query.with_for_update(key_share=True))).one_or_none()
    return Appointment(**{**row._mapping, "state": AppointmentState(row.state)}) if row else None


async def view(db: Connection, clinic_id: UUID, appointment_id: UUID) -> AppointmentView | None:
    """One appointment as it is shown."""
    found = await _views(db, _a.clinic_id == clinic_id, _a.id == appointment_id)
    return found[0] if found else None


async def live(db: Connection, clinic_id: UUID, journey_id: UUID) -> AppointmentView | None:
    """The journey's live appointment."""
    found = await _views(db, _a.clinic_id == clinic_id, _a.journey_id == journey_id, _a.state.in_(LIVE))
    return found[0] if found else None


async def of_customer(db: Connection, clinic_id: UUID, customer_id: UUID) -> list[AppointmentView]:
    """All of a customer's appointments, the latest first."""
    return (await _views(db, _a.clinic_id == clinic_id, _a.customer_id == customer_id))[::-1]


async def between(
    db: Connection, clinic_id: UUID, since: datetime, until: datetime, branch_id: UUID | None
) -> list[AppointmentView]:
    """Who is expected or here between two moments, earliest first; with a branch, there or nowhere in particular."""
    states = (*EXPECTED, AppointmentState.ARRIVED)
    where = [_a.clinic_id == clinic_id, _a.state.in_(states), _a.starts_at >= since, _a.starts_at < until]
    if branch_id is not None:
        where.append(or_(_a.branch_id == branch_id, _a.branch_id.is_(None)))
    return await _views(db, *where)


async def _views(db: Connection, *where: ColumnElement[bool]) -> list[AppointmentView]:
    rows = await db.execute(_VIEW.where(*where).order_by(_a.starts_at, _a.id))
    return [_view(dict(row._mapping)) for row in rows]


def _view(columns: dict[str, Any]) -> AppointmentView:
    words: dict[str, Any] = {
        name: {code: columns.pop(f"{name}_{code}") or "" for code in ("th", "en")} for name in _BILINGUAL
    }
    state = AppointmentState(columns.pop("state"))
    return AppointmentView(**columns, **words, state=state)
