"""SQL of follow-ups: rules by anchor, planned and due executions, questions and their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.session import Connection
from domain.followups.model import Asked, DeliveryClass, Due, Option, Outcome, Rule
from domain.followups.tables import followup_executions

_RULES = text(
    "select r.id, r.offset_days, r.at_time, r.message_class from followup_rules r"
    " join workflow_states w on w.clinic_id = r.clinic_id and w.id = :journey"
    " where r.clinic_id = :clinic and r.active and r.anchor = :anchor"
    " and (r.treatment_id is null or r.treatment_id = w.treatment_id)"
)
_QUESTION = (
    " from followup_executions e"
    " join followup_rules r on r.clinic_id = e.clinic_id and r.id = e.rule_id"
    " join workflow_states w on w.clinic_id = e.clinic_id and w.id = e.journey_id"
    " join treatments s on s.clinic_id = w.clinic_id and s.id = w.treatment_id"
    " join customers c on c.clinic_id = e.clinic_id and c.id = e.customer_id"
    " left join followup_templates t on t.clinic_id = r.clinic_id and t.key = r.template_key"
)
# Consent is given for each channel; a marketing message may reach any chat of the person, so all must allow it.
_DUE = text(
    "select e.id, e.version, e.due_at, r.message_class, r.active, w.stage, c.person_id, c.name, s.name_th,"  # noqa: S608 - constants
    " s.name_en, t.text_th, t.text_en, t.answers, not exists ("
    "  select 1 from channel_identities i"
    "  join channel_accounts a on a.clinic_id = i.clinic_id and a.id = i.account_id"
    "  where i.clinic_id = c.clinic_id and i.person_id = c.person_id and i.reachable"
    "  and not coalesce((select n.given from consents n where n.clinic_id = c.clinic_id and n.customer_id = c.id"
    "   and n.purpose = 'marketing_' || a.channel order by n.at desc limit 1), false)) as consented"
    + _QUESTION
    + " where e.clinic_id = :clinic and e.state = 'planned' and e.due_at <= :now"
    " order by e.due_at, e.id limit :limit for update of e skip locked"
)
_ASKED = text(
    "select e.id, e.journey_id, e.customer_id, e.answer, e.outcome, e.answered_at, c.name, c.phone,"
    " s.name_th, s.name_en, t.answers"
    + _QUESTION
    + " where e.clinic_id = :clinic and e.id = :execution and e.state in ('sent', 'answered') for update of e"
)
_NEXT = text("select min(due_at) from followup_executions where clinic_id = :clinic and state = 'planned'")
# Whom a reaction concerns: the journey's owner, who treated last, and every manager.
_CANCEL = text(
    "update followup_executions set state = 'cancelled', version = version + 1"
    " where clinic_id = :clinic and journey_id = :journey and state = 'planned'"
)
_ALARMED = text(
    "select u.person_id from users u"
    " join workflow_states w on w.clinic_id = u.clinic_id and w.id = :journey"
    " where u.clinic_id = :clinic and u.active and (u.role = 'manager' or u.id = w.owner_id or u.id = ("
    "  select q.assignee_id from task_queue q where q.clinic_id = w.clinic_id and q.journey_id = w.id"
    "  and q.state = 'completed' order by q.completed_at desc limit 1))"
    " order by u.created_at, u.id"
)


async def rules_for(db: Connection, clinic_id: UUID, anchor: str, journey_id: UUID) -> list[Rule]:
    """Active rules of an anchor that are for every treatment or for the journey's."""
    values = {"clinic": clinic_id, "anchor": anchor, "journey": journey_id}
    rows = (await db.execute(_RULES, values)).all()
    return [Rule(row.id, row.offset_days, row.at_time, DeliveryClass(row.message_class)) for row in rows]


async def add_planned(db: Connection, clinic_id: UUID, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write planned executions, those ignored that were planned before; returns how many are new."""
    if not rows:
        return 0
    statement = (
        insert(followup_executions)
        .values([{"clinic_id": clinic_id, **row} for row in rows])
        .on_conflict_do_nothing(index_elements=["clinic_id", "rule_id", "journey_id", "anchor_version"])
        .returning(followup_executions.c.id)
    )
    return len((await db.execute(statement)).all())


async def due(db: Connection, clinic_id: UUID, now: datetime, limit: int) -> list[Due]:
    """Planned executions whose time has come, oldest first, locked; those another scheduler works on are left out."""
    rows = (await db.execute(_DUE, {"clinic": clinic_id, "now": now, "limit": limit})).all()
    return [_due(row) for row in rows]


async def asked(db: Connection, clinic_id: UUID, execution_id: UUID) -> Asked | None:
    """A question that was sent, locked."""
    row = (await db.execute(_ASKED, {"clinic": clinic_id, "execution": execution_id})).one_or_none()
    return _asked(row) if row else None


async def cancel_planned(db: Connection, clinic_id: UUID, journey_id: UUID) -> None:
    """A journey's messages that were not sent yet are cancelled."""
    await db.execute(_CANCEL, {"clinic": clinic_id, "journey": journey_id})


async def save(db: Connection, clinic_id: UUID, execution_id: UUID, **values: Any) -> None:
    """Change an execution's columns; its version grows."""
    c = followup_executions.c
    await db.execute(
        update(followup_executions)
        .where(c.clinic_id == clinic_id, c.id == execution_id)
        .values(version=c.version + 1, **values)
    )


async def next_due(db: Connection, clinic_id: UUID) -> datetime | None:
    """When the clinic's next planned execution is due, in the past when one waits."""
    moment: datetime | None = (await db.execute(_NEXT, {"clinic": clinic_id})).scalar_one()
    return moment


async def alarmed_persons(db: Connection, clinic_id: UUID, journey_id: UUID) -> list[UUID]:
    """Active staff who must hear of a reaction after this journey's treatment."""
    rows = (await db.execute(_ALARMED, {"clinic": clinic_id, "journey": journey_id})).all()
    return [row.person_id for row in rows]


def _due(row: Row[Any]) -> Due:
    return Due(
        id=row.id,
        version=row.version,
        due_at=row.due_at,
        message_class=DeliveryClass(row.message_class),
        rule_active=row.active,
        stage=row.stage,
        person_id=row.person_id,
        customer_name=row.name,
        treatment={"th": row.name_th, "en": row.name_en},
        text=None if row.text_th is None else {"th": row.text_th, "en": row.text_en},
        options=_options(row.answers),
        consented=row.consented,
    )


def _asked(row: Row[Any]) -> Asked:
    return Asked(
        id=row.id,
        journey_id=row.journey_id,
        customer_id=row.customer_id,
        customer_name=row.name,
        phone=row.phone,
        treatment={"th": row.name_th, "en": row.name_en},
        options=_options(row.answers),
        answer=row.answer,
        outcome=Outcome(row.outcome) if row.outcome else None,
        answered_at=row.answered_at,
    )


def _options(answers: Sequence[Mapping[str, str]] | None) -> tuple[Option, ...]:
    return tuple(
        Option(answer["code"], {"th": answer["th"], "en": answer["en"]}, Outcome(answer["outcome"]))
        for answer in answers or ()
    )
