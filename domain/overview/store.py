"""SQL of the overview."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from domain.database.session import Connection
from domain.overview.model import ChatLine, FactLine, JourneyLine, TaskLine

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
