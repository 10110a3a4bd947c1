-- What an operator watches, across clinics: counts and moments, never whose or what. Ages of messages, timers and
-- follow-ups go by the clinic clock, as the rows do; events by real time.

create policy dispatch_reads on ticks for select to aura_dispatch using (true);
grant select (clinic_id, job, due_at, ran_at) on ticks to aura_dispatch;
grant select (received_at) on inbox to aura_dispatch;
grant select (message_class, created_at) on outbox to aura_dispatch;
grant select (offset_seconds) on clock to aura_dispatch;

-- `what` says what a row counts: 'clock' (number: its offset in seconds, at: the database's real time), 'event' (by
-- state), 'message' (by state and class; those in doubt of the last day only), 'due' (by job), and one 'tick' for each
-- of these jobs and clinic (detail: the time zone, at: when the newest tick had been due) with its 'ran'.
create function operation_figures(p_jobs text[])
returns table (what text, name text, detail text, number bigint, at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  with clinic_clock as materialized (
    select coalesce(max(c.offset_seconds), 0) as ahead,
           clock_timestamp() + make_interval(secs => coalesce(max(c.offset_seconds), 0)) as now
      from clock c
  ), newest as materialized (
    select j.job, c.timezone, t.due_at, t.ran_at
      from unnest(p_jobs) as j (job) cross join clinics c
      left join lateral (
        select k.due_at, k.ran_at from ticks k
         where k.clinic_id = c.id and k.job = j.job order by k.due_at desc limit 1) t on true
  )
  select 'clock', '', '', c.ahead, clock_timestamp() from clinic_clock c
  union all
  select 'event', i.state, '', count(*), min(i.received_at) from inbox i where i.state = 'pending' group by i.state
  union all
  select 'event', i.state, '', count(*), min(i.received_at) from inbox i where i.state = 'parked' group by i.state
  union all
  select 'message', o.state, o.message_class, count(*), min(o.created_at) from outbox o
   where o.state in ('pending', 'sending') group by o.state, o.message_class
  union all
  select 'message', o.state, o.message_class, count(*), min(o.created_at) from outbox o, clinic_clock c
   where o.state in ('unknown', 'refused') and o.created_at > c.now - interval '1 day'
   group by o.state, o.message_class
  union all
  select 'due', 'timers', '', count(*), min(t.due_at) from timers t, clinic_clock c where t.due_at <= c.now
  union all
  select 'due', 'followups', '', count(*), min(f.due_at) from followup_executions f, clinic_clock c
   where f.state = 'planned' and f.due_at <= c.now
  union all
  select 'tick', n.job, n.timezone, 1, n.due_at from newest n
  union all
  select 'ran', n.job, '', count(*), max(n.ran_at) from newest n where n.ran_at is not null group by n.job
$$;

do $$ begin
  grant create on schema public to aura_dispatch;
  alter function operation_figures(text[]) owner to aura_dispatch;
  revoke all on function operation_figures(text[]) from public;
  grant execute on function operation_figures(text[]) to aura_app;
  revoke create on schema public from aura_dispatch;
end $$;
