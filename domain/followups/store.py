"""SQL of follow-ups: rules by anchor, planned and due executions, questions, their answers, and reactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.session import Connection
from domain.followups.model import Anchor, Asked, DeliveryClass, Due, Option, Outcome, Rule
from domain.followups.tables import followup_executions

_RULES = text(
    "select r.id, r.offset_days + case r.anchor when 'next_session' then s.recall_days else 0 end as offset_days,"
    " r.offset_minutes, r.at_time, r.message_class,"
    " coalesce(w.session_treatment_id, w.treatment_id) as treatment_id from followup_rules r"
    " join workflow_states w on w.clinic_id = r.clinic_id and w.id = :journey"
    " join treatments s on s.clinic_id = w.clinic_id and s.id = coalesce(w.session_treatment_id, w.treatment_id)"
    " where r.clinic_id = :clinic and r.active and r.anchor = :anchor"
    " and (r.treatment_id is null or r.treatment_id = coalesce(w.session_treatment_id, w.treatment_id))"
    " and (r.anchor <> 'next_session' or s.recall_days > 0)"
)
_CANCEL = text(
    "update followup_executions e set state = 'cancelled', skipped_because = :because, version = e.version + 1"
    " from followup_rules r where r.clinic_id = e.clinic_id and r.id = e.rule_id and e.clinic_id = :clinic"
    " and e.journey_id = :journey and e.state = 'planned' and (cast(:anchor as text) is null or r.anchor = :anchor)"
)
_ABOUT = (
    " from followup_executions e"
    " join followup_rules r on r.clinic_id = e.clinic_id and r.id = e.rule_id"
    " join workflow_states w on w.clinic_id = e.clinic_id and w.id = e.journey_id"
    " join treatments s on s.clinic_id = w.clinic_id and s.id = coalesce(e.treatment_id, w.treatment_id)"
    " join customers c on c.clinic_id = e.clinic_id and c.id = e.customer_id"
)
# The most specific text wins: of the treatment, of its category, for all.
_BEST_TEXT = (
    " left join lateral (select t.* from followup_templates t where t.clinic_id = r.clinic_id"
    "  and t.key in (r.template_key || '_' || s.code, r.template_key || '_' || s.category, r.template_key)"
    "  order by case t.key when r.template_key || '_' || s.code then 0 when r.template_key then 2 else 1 end limit 1)"
    " t on true left join branches b on b.clinic_id = w.clinic_id and b.id = w.branch_id"
)
# Consent is given for each channel; a marketing message may reach any chat of the person, so all must allow it.
_DUE = text(
    "select e.id, e.version, e.journey_id, e.due_at, r.anchor, e.anchor_at, e.subject_id, r.message_class, r.active,"  # noqa: S608 - constants
    " w.stage, w.scheduled_at, w.arrived_at, w.adverse_open, c.person_id, c.name, s.name_th, s.name_en, s.prep_th,"
    " s.prep_en, b.name_th as branch_th, b.name_en as branch_en, b.address_th, b.address_en, t.key as template,"
    " t.text_th, t.text_en, t.answers, not exists ("
    "  select 1 from channel_identities i"
    "  join channel_accounts a on a.clinic_id = i.clinic_id and a.id = i.account_id"
    "  where i.clinic_id = c.clinic_id and i.person_id = c.person_id and i.reachable"
    "  and not coalesce((select n.given from consents n where n.clinic_id = c.clinic_id and n.customer_id = c.id"
    "   and n.purpose = 'marketing_' || a.channel order by n.at desc limit 1), false)) as consented"
    + _ABOUT
    + _BEST_TEXT
    + " where e.clinic_id = :clinic and e.state = 'planned' and e.due_at <= :now"
    " order by e.due_at, e.id limit :limit for update of e skip locked"
)
_ASKED = text(
    "select e.id, e.journey_id, e.customer_id, e.answer, e.outcome, e.answered_at, c.name, c.phone,"
    " s.name_th, s.name_en, t.answers, e.handled_at, u.name as handled_by, e.handled_note"
    + _ABOUT
    + " left join followup_templates t on t.clinic_id = r.clinic_id"
    " and t.key = coalesce(e.template_key, r.template_key)"
    " left join users u on u.clinic_id = e.clinic_id and u.id = e.handled_by"
    " where e.clinic_id = :clinic and e.id = :execution and e.state in ('sent', 'answered', 'closed') for update of e"
)
_NEXT = text("select min(due_at) from followup_executions where clinic_id = :clinic and state = 'planned'")
# Whom a reaction concerns: the journey's owner, who treated last, every manager, and in an emergency every doctor.
_ALARMED = text(
    "select u.person_id, u.role from users u"
    " join workflow_states w on w.clinic_id = u.clinic_id and w.id = :journey"
    " where u.clinic_id = :clinic and u.active and (u.role = 'manager' or u.id = w.owner_id"
    "  or (:urgent and u.role = 'doctor') or u.id = ("
    "  select q.assignee_id from task_queue q where q.clinic_id = w.clinic_id and q.journey_id = w.id"
    "  and q.state in ('completed', 'failed') and q.started_at is not null order by q.started_at desc limit 1))"
    " order by u.created_at, u.id"
)
_OPEN_REACTION = text(
    "select exists (select 1 from followup_executions where clinic_id = :clinic and journey_id = :journey"
    " and outcome in ('amber', 'red') and handled_at is null)"
)
_OPEN_OF_CUSTOMER = text(
    "select id from followup_executions where clinic_id = :clinic and customer_id = :customer"
    " and outcome in ('amber', 'red') and handled_at is null"
    " order by outcome = 'red' desc, answered_at desc, id limit 1"
)
# Unanswered, and nothing else of the journey was answered, or called about, since this was planned for.
_UNANSWERED = text(
    "select e.journey_id from followup_executions e where e.clinic_id = :clinic and e.id = :execution"
    " and e.state = 'sent' and not exists (select 1 from followup_executions o where o.clinic_id = e.clinic_id"
    "  and o.journey_id = e.journey_id and (o.answered_at >= e.sent_at"
    "   or (o.state = 'closed' and o.anchor_version = e.anchor_version))) for update of e"
)


async def rules_for(db: Connection, clinic_id: UUID, anchor: str, journey_id: UUID) -> list[Rule]:
    """Active rules of an anchor that are for every treatment or for the journey's."""
    values = {"clinic": clinic_id, "anchor": anchor, "journey": journey_id}
    rows = (await db.execute(_RULES, values)).all()
    return [Rule(**{**row._mapping, "message_class": DeliveryClass(row.message_class)}) for row in rows]


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


async def cancel(db: Connection, clinic_id: UUID, journey_id: UUID, anchor: str | None, because: str) -> None:
    """What is still planned for a journey (of an anchor) is cancelled, with the reason in its row."""
    values = {"clinic": clinic_id, "journey": journey_id, "anchor": anchor, "because": because}
    await db.execute(_CANCEL, values)


async def due(db: Connection, clinic_id: UUID, now: datetime, limit: int) -> list[Due]:
    """Planned executions whose time has come, oldest first, locked; those another scheduler works on are left out."""
    rows = (await db.execute(_DUE, {"clinic": clinic_id, "now": now, "limit": limit})).all()
    return [_due(row) for row in rows]


async def asked(db: Connection, clinic_id: UUID, execution_id: UUID) -> Asked | None:
    """A question that was sent, locked."""
    row = (await db.execute(_ASKED, {"clinic": clinic_id, "execution": execution_id})).one_or_none()
    return _asked(row) if row else None


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


async def alarmed_persons(db: Connection, clinic_id: UUID, journey_id: UUID, *, urgent: bool) -> dict[UUID, str]:
    """Active staff who must hear of a reaction after this journey's treatment, each with their role."""
    values = {"clinic": clinic_id, "journey": journey_id, "urgent": urgent}
    return {row.person_id: row.role for row in await db.execute(_ALARMED, values)}


async def has_open_reaction(db: Connection, clinic_id: UUID, journey_id: UUID) -> bool:
    """Whether an answer of this journey alarmed the clinic and nobody has said that it is over."""
    found: bool = (await db.execute(_OPEN_REACTION, {"clinic": clinic_id, "journey": journey_id})).scalar_one()
    return found


async def open_of_customer(db: Connection, clinic_id: UUID, customer_id: UUID) -> UUID | None:
    """The gravest answer of a customer that alarmed the clinic and is not over, of several the newest."""
    values = {"clinic": clinic_id, "customer": customer_id}
    execution_id: UUID | None = (await db.execute(_OPEN_OF_CUSTOMER, values)).scalar_one_or_none()
    return execution_id


async def unanswered(db: Connection, clinic_id: UUID, execution_id: UUID) -> UUID | None:
    """The journey of a question that is still open and about which nobody was asked to call yet; locked."""
    values = {"clinic": clinic_id, "execution": execution_id}
    journey_id: UUID | None = (await db.execute(_UNANSWERED, values)).scalar_one_or_none()
    return journey_id


def _due(row: Row[Any]) -> Due:
    return Due(
        id=row.id,
        version=row.version,
        journey_id=row.journey_id,
        due_at=row.due_at,
        anchor=Anchor(row.anchor),
        anchor_at=row.anchor_at,
        subject_id=row.subject_id,
        message_class=DeliveryClass(row.message_class),
        rule_active=row.active,
        stage=row.stage,
        scheduled_at=row.scheduled_at,
        arrived_at=row.arrived_at,
        adverse_open=row.adverse_open,
        person_id=row.person_id,
        customer_name=row.name,
        treatment={"th": row.name_th, "en": row.name_en},
        prep={"th": row.prep_th, "en": row.prep_en},
        branch={"th": row.branch_th or "", "en": row.branch_en or ""},
        address={"th": row.address_th or "", "en": row.address_en or ""},
        template=row.template,
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
        handled_at=row.handled_at,
        handled_by=row.handled_by,
        handled_note=row.handled_note,
    )


def _options(answers: Sequence[Mapping[str, str]] | None) -> tuple[Option, ...]:
    return tuple(
        Option(
            answer["code"],
            {"th": answer["th"], "en": answer["en"]},
            Outcome(answer["outcome"]),
            answer.get("action") or "",
        )
        for answer in answers or ()
    )
