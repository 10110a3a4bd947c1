"""SQL of tasks: rows of `task_queue` are made by the trigger `auto_assign_task`, and read and moved here.

Notes and lots are added and never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, column, func, insert, literal, select, table, text, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from domain.clinics.tables import rooms, treatments
from domain.database.session import Connection
from domain.people.tables import customers, health_alerts, users
from domain.tasks.model import (
    DESK_KINDS,
    HELD_STATES,
    OPEN_STATES,
    Alert,
    Day,
    Line,
    Lot,
    Note,
    Override,
    Round,
    TaskState,
    TaskView,
)
from domain.tasks.tables import task_lots, task_notes, task_offers, task_queue

LOWEST_TIER = "bronze"
"""The tier of a customer who has no loyalty account yet."""

# Read from nouns above this one, which write them: where the journey stands and the customer's tier.
_journeys = table(
    "workflow_states",
    column("clinic_id"),
    column("id"),
    column("customer_id"),
    column("treatment_id"),
    column("session_treatment_id"),
    column("branch_id"),
    column("scheduled_at"),
    column("performer_id"),
    column("performer_named"),
    column("adverse_open"),
)
_profiles = table("loyalty_profiles", column("clinic_id"), column("customer_id"), column("tier"))

_q, _j = task_queue.c, _journeys.c
_performers, _colleagues = users.alias("performers"), users.alias("colleagues")


def _rows_of(source: Any, key: ColumnElement[Any], order: ColumnElement[Any], **fields: Any) -> ColumnElement[Any]:
    """Rows of another table that belong to the task, as one JSON list in the order of `order`."""
    pairs = [item for pair in fields.items() for item in pair]
    rows = select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*pairs), order))).select_from(source)
    listed = rows.where(key).correlate(task_queue, _journeys).scalar_subquery()
    return func.coalesce(listed, text("'[]'::jsonb"), type_=JSONB)


def _written(what: Any, **fields: Any) -> ColumnElement[Any]:
    """Notes or lots of the task, oldest first, with the name of who wrote them."""
    by = users.alias()
    source = what.join(by, and_(by.c.clinic_id == what.c.clinic_id, by.c.id == what.c.written_by))
    key = and_(what.c.clinic_id == _q.clinic_id, what.c.task_id == _q.id)
    return _rows_of(source, key, what.c.written_at, by=by.c.name, at=what.c.written_at, **fields)


_n, _l, _h = task_notes.c, task_lots.c, health_alerts.c
_NOTES = _written(task_notes, chips=_n.chips, text=_n.text, amendment=_n.kind == "amendment")
_LOTS = _written(task_lots, lot=_l.lot, dose=_l.dose, site=_l.site)
_ALERTS = _rows_of(
    health_alerts,
    and_(_h.clinic_id == _j.clinic_id, _h.customer_id == _j.customer_id, _h.cleared_at.is_(None)),
    _h.noted_at,
    kind=_h.kind,
    text=_h.text,
    blocks=_h.blocks,
)
_treatment_id = func.coalesce(_j.session_treatment_id, _j.treatment_id)
_VIEW = (
    select(
        _q.id,
        _q.journey_id,
        _q.kind,
        _q.state,
        _q.version,
        _q.round,
        _q.reason,
        _q.room_id,
        _q.assignee_id,
        _q.handed_to,
        _q.created_at,
        _q.accept_by,
        _q.accepted_at,
        _q.started_at,
        _q.completed_at,
        _q.overrides,
        _q.checklist.label("ticks"),
        _j.customer_id,
        customers.c.name.label("customer_name"),
        func.coalesce(customers.c.code, "").label("customer_code"),
        _j.branch_id,
        func.coalesce(_profiles.c.tier, LOWEST_TIER).label("tier"),
        treatments.c.name_th.label("treatment_th"),
        treatments.c.name_en.label("treatment_en"),
        treatments.c.code.label("treatment_code"),
        treatments.c.roles,
        treatments.c.checklist,
        treatments.c.lot_required,
        rooms.c.name_th.label("room_th"),
        rooms.c.name_en.label("room_en"),
        _j.performer_id,
        _j.performer_named,
        _performers.c.name.label("performer_name"),
        users.c.name.label("assignee_name"),
        users.c.person_id.label("assignee_person_id"),
        _colleagues.c.name.label("handed_name"),
        _j.scheduled_at,
        _j.adverse_open,
        _ALERTS.label("alerts"),
        _NOTES.label("notes"),
        _LOTS.label("lots"),
    )
    .select_from(task_queue)
    .join(_journeys, and_(_j.clinic_id == _q.clinic_id, _j.id == _q.journey_id))
    .join(customers, and_(customers.c.clinic_id == _q.clinic_id, customers.c.id == _j.customer_id))
    .join(treatments, and_(treatments.c.clinic_id == _q.clinic_id, treatments.c.id == _treatment_id))
    .outerjoin(rooms, and_(rooms.c.clinic_id == _q.clinic_id, rooms.c.id == _q.room_id))
    .outerjoin(users, and_(users.c.clinic_id == _q.clinic_id, users.c.id == _q.assignee_id))
    .outerjoin(_performers, and_(_performers.c.clinic_id == _q.clinic_id, _performers.c.id == _j.performer_id))
    .outerjoin(_colleagues, and_(_colleagues.c.clinic_id == _q.clinic_id, _colleagues.c.id == _q.handed_to))
    .outerjoin(_profiles, and_(_profiles.c.clinic_id == _q.clinic_id, _profiles.c.customer_id == _j.customer_id))
)


async def view(db: Connection, clinic_id: UUID, task_id: UUID) -> TaskView | None:
    """One task."""
    found = await _views(db, _q.clinic_id == clinic_id, _q.id == task_id)
    return found[0] if found else None


async def lock(db: Connection, clinic_id: UUID, task_id: UUID) -> TaskView | None:
    """One task as it stands once nobody else is changing it; locked until the transaction ends."""
    row = select(_q.id).where(_q.clinic_id == clinic_id, _q.id == task_id)
    await db.execute(row.with_for_update(key_share=True))
    # A statement of its own: it sees what the lock waited for, in every joined table.
    return await view(db, clinic_id, task_id)


async def open_for_journey(db: Connection, clinic_id: UUID, journey_id: UUID) -> TaskView | None:
    """The newest task of a journey on which somebody still has to act."""
    found = await open_of_journey(db, clinic_id, journey_id)
    return found[-1] if found else None


async def open_of_journey(db: Connection, clinic_id: UUID, journey_id: UUID) -> list[TaskView]:
    """Every task of a journey on which a performer still has to act."""
    mine = (_q.clinic_id == clinic_id, _q.journey_id == journey_id, _q.state.in_(OPEN_STATES))
    return await _views(db, *mine, _q.kind.not_in(DESK_KINDS))


async def close_desk_tasks(db: Connection, clinic_id: UUID, journey_id: UUID, **values: Any) -> None:
    """End what a stage asked of the desk."""
    mine = (_q.clinic_id == clinic_id, _q.journey_id == journey_id, _q.state.in_(OPEN_STATES))
    close = update(task_queue).where(*mine, _q.kind.in_(DESK_KINDS))
    await db.execute(close.values(version=_q.version + 1, **values))


async def waiting(db: Connection, clinic_id: UUID) -> list[TaskView]:
    """Tasks nobody has accepted, earliest slot first."""
    return await _views(db, _q.clinic_id == clinic_id, _q.state == TaskState.REQUESTED, _q.kind.not_in(DESK_KINDS))


async def declined_by(db: Connection, clinic_id: UUID, user_id: UUID) -> set[UUID]:
    """The waiting tasks that this member of staff has declined."""
    o = task_offers.c
    same = and_(_q.clinic_id == o.clinic_id, _q.id == o.task_id, _q.state == TaskState.REQUESTED)
    query = select(o.task_id).join(task_queue, same)
    rows = await db.execute(query.where(o.clinic_id == clinic_id, o.user_id == user_id, o.state == "declined"))
    return set(rows.scalars())


async def of_assignee(db: Connection, clinic_id: UUID, user_id: UUID) -> list[TaskView]:
    """Tasks this member of staff has accepted and not finished, earliest slot first."""
    return await _views(db, _q.clinic_id == clinic_id, _q.assignee_id == user_id, _q.state.in_(HELD_STATES))


async def day_of(db: Connection, clinic_id: UUID, user_id: UUID, begin: datetime, end: datetime) -> Day:
    """The tasks in somebody's hands whose slot lies between two moments, and those done between them."""
    held = and_(_q.state.in_(HELD_STATES), func.coalesce(_j.scheduled_at, _q.created_at).between(begin, end))
    done = and_(_q.state == TaskState.COMPLETED, _q.completed_at.between(begin, end))
    query = (
        select(func.count().filter(held | done).label("total"), func.count().filter(done).label("done"))
        .select_from(task_queue)
        .join(_journeys, and_(_j.clinic_id == _q.clinic_id, _j.id == _q.journey_id))
        .where(_q.clinic_id == clinic_id, _q.assignee_id == user_id)
    )
    return Day(**(await db.execute(query)).one()._mapping)


async def change(db: Connection, clinic_id: UUID, task_id: UUID, **values: Any) -> None:
    """Change a task."""
    await db.execute(update(task_queue).where(_q.clinic_id == clinic_id, _q.id == task_id).values(**values))


async def tick(db: Connection, clinic_id: UUID, task_id: UUID, ticks: Mapping[str, Any]) -> None:
    """Add ticks to a task's protocol."""
    await change(db, clinic_id, task_id, checklist=_q.checklist.concat(literal(dict(ticks), JSONB)))


async def untick(db: Connection, clinic_id: UUID, task_id: UUID, code: str) -> None:
    """Take a tick back."""
    await change(db, clinic_id, task_id, checklist=_q.checklist.op("-")(code))


async def override(db: Connection, clinic_id: UUID, task_id: UUID, override: Mapping[str, Any]) -> None:
    """Somebody answers for a red of the start gate."""
    await change(db, clinic_id, task_id, overrides=_q.overrides.concat(literal([dict(override)], JSONB)))


_OPEN_AGAIN = text(
    "insert into task_queue (clinic_id, journey_id, kind, created_at)"
    " select w.clinic_id, w.id, s.kind, :now from workflow_states w"
    " join stage_tasks s on s.clinic_id = w.clinic_id and s.stage = w.stage"
    "  and (s.treatment_id is null or s.treatment_id = w.treatment_id)"
    " where w.clinic_id = :clinic and w.id = :journey on conflict do nothing"
)


async def open_again(db: Connection, clinic_id: UUID, journey_id: UUID, now: datetime) -> None:
    """What the journey's stage calls for, as the trigger opens it on entering: more work is another task."""
    await db.execute(_OPEN_AGAIN, {"clinic": clinic_id, "journey": journey_id, "now": now})


async def add_note(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One more note."""
    await db.execute(insert(task_notes).values(clinic_id=clinic_id, **values))


async def add_lot(db: Connection, clinic_id: UUID, **values: Any) -> None:
    """One more use of a product."""
    await db.execute(insert(task_lots).values(clinic_id=clinic_id, **values))


async def free_room(db: Connection, clinic_id: UUID, branch_id: UUID | None, wanted: UUID | None) -> UUID | None:
    """A room of the branch in which nobody is being treated, the wanted one first; None when all are in use."""
    in_use = select(_q.room_id).where(
        _q.clinic_id == clinic_id,
        _q.state.in_((TaskState.IN_PROGRESS, TaskState.ON_HOLD)),
        _q.room_id.is_not(None),
    )
    r = rooms.c
    query = select(r.id).where(r.clinic_id == clinic_id, r.active, r.branch_id == branch_id, r.id.not_in(in_use))
    if wanted is not None:
        query = query.where(r.id == wanted)
    found: UUID | None = (await db.execute(query.order_by(r.code).limit(1))).scalar_one_or_none()
    return found


async def has_rooms(db: Connection, clinic_id: UUID, branch_id: UUID | None) -> bool:
    """True when the branch counts its rooms."""
    r = rooms.c
    query = select(r.id).where(r.clinic_id == clinic_id, r.active, r.branch_id == branch_id).limit(1)
    return (await db.execute(query)).scalar_one_or_none() is not None


async def _views(db: Connection, *where: ColumnElement[bool]) -> list[TaskView]:
    rows = await db.execute(_VIEW.where(*where).order_by(_j.scheduled_at, _q.created_at, _q.id))
    return [_view(dict(row._mapping)) for row in rows]


def _view(columns: dict[str, Any]) -> TaskView:
    ticks = columns.pop("ticks")
    names = {key: {"th": columns.pop(f"{key}_th"), "en": columns.pop(f"{key}_en")} for key in ("treatment", "room")}
    made = {
        "treatment": names["treatment"],
        "room": names["room"] if names["room"]["th"] else {},
        "roles": tuple(columns["roles"]),
        "state": TaskState(columns["state"]),
        "round": Round(columns["round"]),
        "checklist": tuple(_line(line, ticks.get(line["code"])) for line in columns["checklist"]),
        "alerts": tuple(Alert(**alert) for alert in columns["alerts"]),
        "notes": tuple(Note(**_at(note) | {"chips": tuple(note["chips"])}) for note in columns["notes"]),
        "lots": tuple(Lot(**_at(lot)) for lot in columns["lots"]),
        "overrides": tuple(Override(**_at(o) | {"user_id": UUID(o["user_id"])}) for o in columns["overrides"]),
    }
    return TaskView(**(columns | made))


def _line(line: Mapping[str, Any], tick: Mapping[str, Any] | None) -> Line:
    known = {name: line[name] for name in ("code", "th", "en", "phase")}
    done = {"by": tick["by"], "at": datetime.fromisoformat(tick["at"])} if tick else {}
    return Line(**known, required=line.get("required", True), **done)


def _at(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "at": datetime.fromisoformat(row["at"])}
