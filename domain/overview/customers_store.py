"""SQL of a customer across nouns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.database.session import Connection
from domain.overview.model import Event, Flags

_FLAGS = text("""
select coalesce(sum(no_show_count), 0) as no_shows,
       max(snoozed_until) filter (where snoozed_until > :now) as snoozed_until,
       exists (select 1 from customers c
                 join channel_identities i on i.clinic_id = c.clinic_id and i.person_id = c.person_id
                where c.clinic_id = :clinic and c.id = :customer) as linked
  from workflow_states where clinic_id = :clinic and customer_id = :customer
""")
# A confirmed payment is a line of its own; its move would say it twice.
_HISTORY = text("""
select e.at, e.source, e.what, u.name as by, e.text, e.satang, t.name_th, t.name_en, e.data
  from (
    select a.at, 'action' as source, a.action as what, a.actor_user_id as user_id,
           case when a.action = any(:reasons) then a.reason else '' end as text, 0 as satang, w.treatment_id,
           case when a.action in ('edit', 'reassign') then a.data when a.action = 'create' then
             jsonb_build_object('source', w.source) else jsonb_build_object('stage', a.to_stage) end as data, a.id
      from workflow_actions a
      join workflow_states w on w.clinic_id = a.clinic_id and w.id = a.journey_id
     where a.clinic_id = :clinic and w.customer_id = :customer and a.action <> 'confirm_payment'
    union all
    select p.confirmed_at, 'payment', p.method, p.confirmed_by, '', p.amount_satang, w.treatment_id,
           jsonb_build_object('state', p.state), p.id
      from payments p join workflow_states w on w.clinic_id = p.clinic_id and w.id = p.journey_id
     where p.clinic_id = :clinic and p.customer_id = :customer
    union all
    select n.written_at, 'note', 'note', n.written_by, n.text, 0, null, cast('{}' as jsonb), n.id
      from customer_notes n where n.clinic_id = :clinic and n.customer_id = :customer
    union all
    select f.at, 'fact', f.kind, f.actor_user_id, '', 0, null, f.data, f.id
      from workflow_events f
     where f.clinic_id = :clinic and f.subject_id = :customer and f.kind = any(:facts)
  ) e
  left join users u on u.clinic_id = :clinic and u.id = e.user_id
  left join treatments t on t.clinic_id = :clinic and t.id = e.treatment_id
 order by e.at desc, e.id limit :limit offset :offset
""")


async def flags(db: Connection, clinic_id: UUID, customer_id: UUID, now: datetime) -> Flags:
    """A customer's flags over all their journeys."""
    row = (await db.execute(_FLAGS, {"clinic": clinic_id, "customer": customer_id, "now": now})).one()
    return Flags(int(row.no_shows), row.snoozed_until, row.linked)


async def history(
    db: Connection,
    clinic_id: UUID,
    customer_id: UUID,
    facts: Sequence[str],
    reasons: Sequence[str],
    *,
    limit: int,
    offset: int,
) -> list[Event]:
    """Actions, payments, notes and those facts merged, newest first; the reasons of those actions alone."""
    values = {"clinic": clinic_id, "customer": customer_id, "facts": list(facts), "reasons": list(reasons)}
    rows = await db.execute(_HISTORY, {**values, "limit": limit, "offset": offset})
    return [_event(row._asdict()) for row in rows]


def _event(row: dict[str, Any]) -> Event:
    names = {"th": row.pop("name_th"), "en": row.pop("name_en")}
    return Event(**row, treatment=names if names["th"] else {})
