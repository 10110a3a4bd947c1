"""SQL of automation: rules are read and switched, runs are written once."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.automation.model import Condition, Deed, Op, Rule
from domain.automation.tables import automation_rules, automation_runs
from domain.database.session import Connection
from domain.people.tables import users

_r = automation_rules.c
_RULES = select(*(_r[name] for name in Rule.__slots__ if name in _r), users.c.name.label("changed_by_name")).outerjoin(
    users, and_(users.c.clinic_id == _r.clinic_id, users.c.id == _r.changed_by)
)


async def active(db: Connection, clinic_id: UUID, fact: str) -> list[Rule]:
    """Rules that wait for this kind of fact."""
    return await _rules(db, _r.clinic_id == clinic_id, _r.fact == fact, _r.active)


async def rules(db: Connection, clinic_id: UUID) -> list[Rule]:
    """Every rule of the clinic, by key."""
    return await _rules(db, _r.clinic_id == clinic_id)


async def rule(db: Connection, clinic_id: UUID, rule_id: UUID, *, lock: bool = False) -> Rule | None:
    """One rule; with `lock` nobody else switches it until the transaction ends."""
    if lock:
        row = select(_r.id).where(_r.clinic_id == clinic_id, _r.id == rule_id)
        await db.execute(row.with_for_update(key_share=True))
    found = await _rules(db, _r.clinic_id == clinic_id, _r.id == rule_id)
    return found[0] if found else None


async def switch(db: Connection, clinic_id: UUID, rule_id: UUID, **values: Any) -> None:
    """Switch a rule on or off."""
    change = update(automation_rules).where(_r.clinic_id == clinic_id, _r.id == rule_id)
    await db.execute(change.values(version=_r.version + 1, **values))


async def first_run(db: Connection, clinic_id: UUID, rule_id: UUID, fact_id: UUID, at: datetime) -> bool:
    """Write down that a rule runs for a fact; False when it has done so before."""
    row = insert(automation_runs).values(clinic_id=clinic_id, rule_id=rule_id, fact_id=fact_id, at=at)
    done = row.on_conflict_do_nothing().returning(automation_runs.c.id)
    return (await db.execute(done)).one_or_none() is not None


def savepoint(db: Connection) -> AbstractAsyncContextManager[Any]:
    """A part of the transaction that can fail alone."""
    return db.begin_nested()


async def _rules(db: Connection, *where: ColumnElement[bool]) -> list[Rule]:
    return [_rule(dict(row._mapping)) for row in await db.execute(_RULES.where(*where).order_by(_r.key))]


def _rule(columns: dict[str, Any]) -> Rule:
    conditions = tuple(Condition(c["field"], Op(c["op"]), c["value"]) for c in columns.pop("conditions"))
    return Rule(**{**columns, "action": Deed(columns["action"])}, conditions=conditions)
