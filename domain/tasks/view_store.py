"""SQL of a task as people see it: one statement joins its journey, customer, treatment, room, notes and lots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, column, false, func, not_, select, table, text
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from domain.clinics.tables import rooms, treatments
from domain.database.session import Connection
from domain.people.model import PERFORMERS, Alert
from domain.people.tables import customers, health_alerts, users
from domain.tasks.model import Line, Lot, Note, Override, Round, TaskState, TaskView
from domain.tasks.tables import task_lots, task_notes, task_queue

LOWEST_TIER = "bronze"
"""The tier of a customer who has no loyalty account yet."""

# Read from nouns above this one, which write them: where the journey stands and the customer's tier.
journeys = table(
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

_q, _j = task_queue.c, journeys.c
_performers, _colleagues = users.alias("performers"), users.alias("colleagues")


def _rows_of(source: Any, key: ColumnElement[Any], order: ColumnElement[Any], **fields: Any) -> ColumnElement[Any]:
    """Rows of another table that belong to the task, as one JSON list in the order of `order`."""
    pairs = [item for pair in fields.items() for item in pair]
    rows = select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*pairs), order))).select_from(source)
    listed = rows.where(key).correlate(task_queue, journeys).scalar_subquery()
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
_ORPHANED = and_(
    _q.state.in_((TaskState.IN_PROGRESS, TaskState.ON_HOLD)),
    not_(and_(users.c.active, users.c.role.in_(PERFORMERS))),
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
        func.coalesce(_ORPHANED, false()).label("orphaned"),
        _colleagues.c.name.label("handed_name"),
        _j.scheduled_at,
        _j.adverse_open,
        _ALERTS.label("alerts"),
        _NOTES.label("notes"),
        _LOTS.label("lots"),
    )
    .select_from(task_queue)
    .join(journeys, and_(_j.clinic_id == _q.clinic_id, _j.id == _q.journey_id))
    .join(customers, and_(customers.c.clinic_id == _q.clinic_id, customers.c.id == _j.customer_id))
    .join(treatments, and_(treatments.c.clinic_id == _q.clinic_id, treatments.c.id == _treatment_id))
    .outerjoin(rooms, and_(rooms.c.clinic_id == _q.clinic_id, rooms.c.id == _q.room_id))
    .outerjoin(users, and_(users.c.clinic_id == _q.clinic_id, users.c.id == _q.assignee_id))
    .outerjoin(_performers, and_(_performers.c.clinic_id == _q.clinic_id, _performers.c.id == _j.performer_id))
    .outerjoin(_colleagues, and_(_colleagues.c.clinic_id == _q.clinic_id, _colleagues.c.id == _q.handed_to))
    .outerjoin(_profiles, and_(_profiles.c.clinic_id == _q.clinic_id, _profiles.c.customer_id == _j.customer_id))
)


async def views(db: Connection, *where: ColumnElement[bool]) -> list[TaskView]:
    """The tasks of which that is true, the earliest slot first."""
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
