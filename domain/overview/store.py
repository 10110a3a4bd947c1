"""SQL of the overview."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from domain.database.session import Connection
from domain.overview.model import (
    AuditLine,
    ChatLine,
    FactLine,
    HandoffStats,
    JourneyLine,
    StageStats,
    TaskLine,
)

_JOURNEYS = text("""
select c.id as customer_id, c.name as customer, t.name_th as treatment_th, t.name_en as treatment_en, w.stage,
       w.version
  from workflow_states w
  join customers c on c.clinic_id = w.clinic_id and c.id = w.customer_id
  join treatments t on t.clinic_id = w.clinic_id and t.id = w.treatment_id
 where w.clinic_id = :clinic order by w.stage_changed_at desc limit :limit
""")
_TASKS = text("""
select t.name_th as treatment_th, t.name_en as treatment_en, c.name as customer, q.state,
       coalesce(u.name, '') as assignee
  from task_queue q
  join workflow_states w on w.clinic_id = q.clinic_id and w.id = q.journey_id
  join customers c on c.clinic_id = w.clinic_id and c.id = w.customer_id
  join treatments t on t.clinic_id = w.clinic_id and t.id = w.treatment_id
  left join users u on u.clinic_id = q.clinic_id and u.id = q.assignee_id
 where q.clinic_id = :clinic order by q.created_at desc limit :limit
""")
_FACTS = text("""
select e.at, e.kind, coalesce(c.name, w.name, s.name, '') as about
  from workflow_events e
  left join customers c on c.clinic_id = e.clinic_id
       and c.id = coalesce(cast(e.data ->> 'customer_id' as uuid), e.subject_id)
  left join users s on s.clinic_id = e.clinic_id and s.id = e.subject_id
  left join lateral (
    select o.name from workflow_states j join customers o on o.clinic_id = j.clinic_id and o.id = j.customer_id
     where j.clinic_id = e.clinic_id and j.id = coalesce(cast(e.data ->> 'journey_id' as uuid), e.subject_id)
  ) w on true
 where e.clinic_id = :clinic order by e.at desc, e.id limit :limit
""")
_CHATS = text("""
select a.channel, i.external_id as person, p.language
  from channel_identities i
  join channel_accounts a on a.clinic_id = i.clinic_id and a.id = i.account_id
  join persons p on p.clinic_id = i.clinic_id and p.id = i.person_id
 where i.clinic_id = :clinic order by i.last_seen_at desc limit :limit
""")
_OUTBOX = text("select state, count(*) as many from outbox where clinic_id = :clinic group by state")
_STAGES = text(
    "select stage, count as many, avg_duration_hours as avg_hours, median_hours, p90_hours"
    " from get_workflow_stats(:clinic)"
)
_HANDOFF = text("select step, count as many, median_minutes, p90_minutes from get_handoff_stats(:clinic, :since)")
_CONFIRMED = text(
    "select coalesce(sum(amount_satang), 0) as money, count(*) as many from payments"
    " where clinic_id = :clinic and state = 'confirmed' and confirmed_at > :since"
)
_TREATED = text(
    "select count(*) from task_queue where clinic_id = :clinic and state = 'completed' and kind = 'treatment'"
    " and completed_at > :since"
)
# Facts about the team, requests and rules; and moves that needed a reason, with where they led from and to.
_AUDIT = text("""
select * from (
  select e.at, e.kind, coalesce(e.data ->> 'name', c.name, r.name_en, '') as about, u.name as by,
         case e.kind when 'role_changed' then e.data ->> 'before' when 'staff_removed' then e.data ->> 'role'
                     else '' end as before,
         case e.kind when 'role_changed' then e.data ->> 'after' when 'staff_invited' then e.data ->> 'role'
                     when 'approval_decided' then e.data ->> 'state'
                     when 'automation_switched' then case when (e.data ->> 'active')::boolean then 'on' else 'off' end
                     else '' end as after,
         '' as reason
    from workflow_events e
    left join users u on u.clinic_id = e.clinic_id and u.id = e.actor_user_id
    left join workflow_states w on w.clinic_id = e.clinic_id and w.id = cast(e.data ->> 'journey_id' as uuid)
    left join customers c on c.clinic_id = w.clinic_id and c.id = w.customer_id
    left join automation_rules r on r.clinic_id = e.clinic_id and r.id = e.subject_id
   where e.clinic_id = :clinic
     and e.kind in ('role_changed', 'staff_removed', 'staff_invited', 'staff_unbound', 'approval_decided',
                    'automation_switched', 'automation_broken')
  union all
  select a.at, a.action, c.name, u.name, coalesce(a.from_stage, ''), a.to_stage, a.reason
    from workflow_actions a
    join workflow_states w on w.clinic_id = a.clinic_id and w.id = a.journey_id
    join customers c on c.clinic_id = w.clinic_id and c.id = w.customer_id
    left join users u on u.clinic_id = a.clinic_id and u.id = a.actor_user_id
   where a.clinic_id = :clinic and (a.action in ('void_payment', 'amend', 'cancel') or a.data ? 'overrides')
) line order by at desc, kind limit :limit
""")


async def stages(db: Connection, clinic_id: UUID) -> list[StageStats]:
    """Every stage in the order of a good journey, then the early ends."""
    rows = await db.execute(_STAGES, {"clinic": clinic_id})
    return [StageStats(r.stage, r.many, *map(_float, (r.avg_hours, r.median_hours, r.p90_hours))) for r in rows]


async def handoff(db: Connection, clinic_id: UUID, since: datetime) -> list[HandoffStats]:
    """The parts of the hand-off clock, of tasks accepted since."""
    rows = await db.execute(_HANDOFF, {"clinic": clinic_id, "since": since})
    return [HandoffStats(r.step, r.many, _float(r.median_minutes), _float(r.p90_minutes)) for r in rows]


async def confirmed(db: Connection, clinic_id: UUID, since: datetime) -> tuple[int, int]:
    """(satang, payments) confirmed since and still counting."""
    row = (await db.execute(_CONFIRMED, {"clinic": clinic_id, "since": since})).one()
    return int(row.money), row.many


async def treatments_done(db: Connection, clinic_id: UUID, since: datetime) -> int:
    """Treatments completed since."""
    return int((await db.execute(_TREATED, {"clinic": clinic_id, "since": since})).scalar_one())


async def audit(db: Connection, clinic_id: UUID, limit: int) -> list[AuditLine]:
    """Changes that somebody may ask about, newest first."""
    return [AuditLine(**row._mapping) for row in await db.execute(_AUDIT, {"clinic": clinic_id, "limit": limit})]


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


async def journeys(db: Connection, clinic_id: UUID, limit: int) -> list[JourneyLine]:
    """The journeys that moved last."""
    return [JourneyLine(**row._mapping) for row in await db.execute(_JOURNEYS, {"clinic": clinic_id, "limit": limit})]


async def tasks(db: Connection, clinic_id: UUID, limit: int) -> list[TaskLine]:
    """The newest tasks."""
    return [TaskLine(**row._mapping) for row in await db.execute(_TASKS, {"clinic": clinic_id, "limit": limit})]


async def facts(db: Connection, clinic_id: UUID, limit: int) -> list[FactLine]:
    """The newest facts."""
    return [FactLine(**row._mapping) for row in await db.execute(_FACTS, {"clinic": clinic_id, "limit": limit})]


async def chats(db: Connection, clinic_id: UUID, limit: int) -> list[ChatLine]:
    """The chats that were written in last."""
    return [ChatLine(**row._mapping) for row in await db.execute(_CHATS, {"clinic": clinic_id, "limit": limit})]


async def outbox(db: Connection, clinic_id: UUID) -> dict[str, int]:
    """How many messages there are, by state."""
    return {row.state: row.many for row in await db.execute(_OUTBOX, {"clinic": clinic_id})}
