"""What must be true of the database, as SQL that finds what is not: no row means that it holds.

`SAFE` holds in every snapshot, also while faults run; `CALM` holds once they have stopped and all has settled. The
auditor (`auditor.py`) asks, across clinics. `test_auditor.py` plants a violation of each, and it is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.workflow.rules import TRANSITIONS

_MOVES = ", ".join(
    f"('{source or ''}', '{move.action}', '{move.target}')" for move in TRANSITIONS for source in move.sources
)

_POINTS: Mapping[str, str] = {
    "an account's balances are what its lots hold": """
select p.clinic_id, p.id from loyalty_profiles p
  left join point_lots l on l.clinic_id = p.clinic_id and l.account_id = p.id
 group by p.clinic_id, p.id
having (p.pending_points, p.active_points, p.held_points) <> (
       coalesce(sum(l.remaining) filter (where l.state = 'pending'), 0),
       coalesce(sum(l.remaining) filter (where l.state = 'active'), 0), coalesce(sum(l.held), 0))""",
    "no balance is below zero": """
select clinic_id, id from loyalty_profiles where least(pending_points, active_points, held_points, debt_points) < 0
 union all select clinic_id, id from point_lots where remaining < 0 or held < 0 or held > remaining""",
    "a lot holds what the books leave in it": """
select l.clinic_id, l.id, l.points, l.remaining, l.held
  from point_lots l
  left join lateral (
    select coalesce(sum(case t.kind when 'hold' then 0 when 'release' then 0 when 'restore' then a.points
                        else -a.points end), 0) as remaining,
           coalesce(sum(case t.kind when 'hold' then a.points when 'release' then -a.points
                        when 'redeem' then -a.points else 0 end), 0) as held
      from point_allocations a join point_transactions t on t.clinic_id = a.clinic_id and t.id = a.transaction_id
     where a.clinic_id = l.clinic_id and a.lot_id = l.id) moved on true
  left join lateral (
    select coalesce(sum((t.facts ->> 'points')::int), 0) as points from point_transactions t
     where t.clinic_id = l.clinic_id and t.kind = 'activate' and t.facts ->> 'from' = l.id::text) shared on true
 where (l.remaining, l.held) <> (l.points + moved.remaining - shared.points, moved.held)""",
    "a lot begins with one row of the books": """
select l.clinic_id, l.id from point_lots l
  left join point_transactions t on t.clinic_id = l.clinic_id and t.lot_id = l.id
   and t.kind = any (case when l.parent_id is null then array['earn', 'restore', 'adjust'] else array['activate'] end)
 group by l.clinic_id, l.id having count(t.id) <> 1""",
    "a row of the books is written once": """
select clinic_id, key from point_transactions group by clinic_id, key having count(*) > 1""",
    "a line of a payment earns once": """
select clinic_id, payment_id, line_id from point_lots where payment_id is not null and parent_id is null
 group by clinic_id, payment_id, line_id having count(*) > 1""",
}

_REWARDS: Mapping[str, str] = {
    "what is set aside is what open redemptions cost": """
select p.clinic_id, p.id from loyalty_profiles p
 where p.held_points <> (select coalesce(sum(d.points), 0) from loyalty_redemptions d
   where d.clinic_id = p.clinic_id and d.customer_id = p.customer_id and d.state in ('held', 'issued'))""",
    "a redemption has set its points aside": """
select d.clinic_id, d.id from loyalty_redemptions d where not exists (
  select from point_transactions t where t.clinic_id = d.clinic_id and t.key = 'hold:' || d.id)""",
    "a reward gives no more than its stock": """
select r.clinic_id, r.id from loyalty_rewards r
  join loyalty_redemptions d on d.clinic_id = r.clinic_id and d.reward_id = r.id and d.state <> 'cancelled'
 where r.stock_period is null group by r.clinic_id, r.id, r.stock having count(*) > r.stock""",
    "a coupon is taken once": """
select clinic_id, coupon_id from coupon_uses group by clinic_id, coupon_id having count(*) > 1""",
    "a redemption has one coupon": """
select clinic_id, redemption_id from customer_coupons group by clinic_id, redemption_id having count(*) > 1""",
}

_JOURNEYS: Mapping[str, str] = {
    "a journey's history is a path, a version a step": """
select * from (
  select clinic_id, journey_id, version, from_stage, lag(to_stage) over w as before, row_number() over w as nth
    from workflow_actions window w as (partition by clinic_id, journey_id order by version)) steps
 where version <> nth or from_stage is distinct from before""",
    "a journey stands where its history ends": """
select w.clinic_id, w.id from workflow_states w
  left join lateral (
    select a.to_stage, a.version from workflow_actions a where a.clinic_id = w.clinic_id and a.journey_id = w.id
     order by a.version desc limit 1) last on true
 where (w.stage, w.version) is distinct from (last.to_stage, last.version)""",
    "every step is one that the rules allow": f"""
select a.clinic_id, a.journey_id, a.version from workflow_actions a
 where a.from_stage is distinct from a.to_stage
   and (coalesce(a.from_stage, ''), a.action, a.to_stage) not in (values {_MOVES})""",  # noqa: S608 - the rules' own words
    "a journey has one open task of a kind": """
select clinic_id, journey_id, kind from task_queue
 where state in ('requested', 'accepted', 'in_progress', 'on_hold')
 group by clinic_id, journey_id, kind having count(*) > 1""",
    "nobody and no room is booked twice at once": """
select a.clinic_id, a.id from appointments a join appointments b
    on b.clinic_id = a.clinic_id and b.id > a.id and (b.performer_id = a.performer_id or b.room_id = a.room_id)
   and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
 where a.state in ('held', 'booked', 'confirmed', 'arrived', 'started')
   and b.state in ('held', 'booked', 'confirmed', 'arrived', 'started')""",
    "a confirmation takes one payment": """
select clinic_id, intent from payments group by clinic_id, intent having count(*) > 1""",
    "receipts are numbered without gaps": """
select p.clinic_id from payments p left join clinic_counters c on c.clinic_id = p.clinic_id and c.name = 'receipt'
 group by p.clinic_id, c.value
having (min(p.receipt_no), max(p.receipt_no), count(distinct p.receipt_no)) <> (1, count(*), count(*))
    or c.value is distinct from count(*)""",
    "a follow-up is planned once": """
select clinic_id, rule_id, journey_id, anchor_version from followup_executions
 group by clinic_id, rule_id, journey_id, anchor_version having count(*) > 1""",
    "every change names who made it, and a person's the event": """
select clinic_id, id from workflow_actions where actor_role = '' or (actor_role = 'customer' and event_id is null)
 union all
select clinic_id, id from workflow_events where actor_role = '' or (actor_role = 'customer' and event_id is null)""",
}

_MAIL: Mapping[str, str] = {
    "an event is in the inbox once": """
select clinic_id, account_id, event_id from inbox group by clinic_id, account_id, event_id having count(*) > 1""",
    "work that is done holds no lease": """
select clinic_id, id from inbox where state <> 'pending' and lease_until is not null""",
    "an event is answered by one unit": """
select clinic_id, inbox_id from outbox where row_kind = 'answer'
 group by clinic_id, inbox_id having count(distinct created_at) > 1""",
    "a message that arrived belongs to one row": """
select o.clinic_id, o.account_id, o.recipient, m.id from outbox o
 cross join lateral jsonb_array_elements_text(o.message_ids) as m (id)
 where o.row_kind <> 'edit'  -- which names the message it changed
 group by o.clinic_id, o.account_id, o.recipient, m.id having count(*) > 1""",
    "a row has a retry key of its own": """
select clinic_id, retry_key from outbox group by clinic_id, retry_key having count(*) > 1""",
    "a message counts as sent only after a try": """
select clinic_id, id from outbox
 where (state in ('sent', 'unknown') and attempts = 0) or (state = 'sent') <> (sent_at is not null)""",
}

SAFE: Final[Mapping[str, str]] = {**_POINTS, **_REWARDS, **_JOURNEYS, **_MAIL}
"""Holds at every moment."""

CALM: Final[Mapping[str, str]] = {
    "every event is done or set aside": "select clinic_id, id, error from inbox where state = 'pending'",
    "nothing waits to be sent": """
select clinic_id, id, row_kind, error from outbox where state in ('pending', 'sending')""",
    "no look is overdue, or put off since it broke": """
select t.clinic_id, t.id, t.kind from timers t
 where t.attempts > 0
    or t.due_at <= clock_timestamp() + make_interval(secs => (select coalesce(max(offset_seconds), 0) from clock))""",
    "no follow-up is overdue": """
select f.clinic_id, f.id from followup_executions f where f.state = 'planned'
   and f.due_at <= clock_timestamp() + make_interval(secs => (select coalesce(max(offset_seconds), 0) from clock))""",
}
"""Holds T seconds after the faults have stopped, without anybody having helped."""
