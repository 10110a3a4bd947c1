-- What the clinic reads about itself. With the caller's rights, under the clinic's policies: whose numbers these are
-- is decided by the transaction, the argument can only name the same clinic.
--
-- A stay in a stage ends with the next move that leaves it; hours are of stays that have ended.
create function get_workflow_stats(clinic_uuid uuid)
returns table (stage varchar, count bigint, avg_duration_hours numeric, median_hours numeric, p90_hours numeric)
language sql stable as $$
  with moved as (
    select a.to_stage, a.at, lead(a.at) over (partition by a.journey_id order by a.version) as left_at
      from workflow_actions a
     where a.clinic_id = clinic_uuid and a.from_stage is distinct from a.to_stage
  ), stayed as (
    select m.to_stage, extract(epoch from m.left_at - m.at) / 3600 as hours from moved m where m.left_at is not null
  ), lasted as (
    select s.to_stage, avg(s.hours) as mean, percentile_cont(0.5) within group (order by s.hours) as half,
           percentile_cont(0.9) within group (order by s.hours) as most
      from stayed s group by s.to_stage
  ), now_in as (
    select w.stage, count(*) as many from workflow_states w where w.clinic_id = clinic_uuid group by w.stage
  )
  select k.stage::varchar, coalesce(n.many, 0), round(l.mean::numeric, 2), round(l.half::numeric, 2),
         round(l.most::numeric, 2)
    from unnest(array['lead', 'scanned', 'proposal_sent', 'payment_confirmed', 'treatment_scheduled',
                      'treatment_started', 'treatment_completed', 'follow_up', 'closed', 'lost', 'cancelled'])
         with ordinality as k (stage, n_th)
    left join now_in n on n.stage = k.stage
    left join lasted l on l.to_stage = k.stage
   order by k.n_th
$$;

-- The hand-off clock of tasks accepted since a moment: from the payment to who takes the task, and from there to the
-- treatment's start, in minutes.
create function get_handoff_stats(clinic_uuid uuid, since timestamptz)
returns table (step varchar, count bigint, median_minutes numeric, p90_minutes numeric)
language sql stable as $$
  with task as (
    select q.accepted_at, q.started_at,
           (select max(a.at) from workflow_actions a
             where a.clinic_id = q.clinic_id and a.journey_id = q.journey_id and a.to_stage = 'payment_confirmed'
               and a.from_stage is distinct from a.to_stage and a.at <= q.accepted_at) as paid_at
      from task_queue q
     where q.clinic_id = clinic_uuid and q.accepted_at >= since and q.kind = 'treatment'
  ), took as (
    select 'paid_to_accepted' as step, extract(epoch from t.accepted_at - t.paid_at) / 60 as minutes from task t
    union all
    select 'accepted_to_started', extract(epoch from t.started_at - t.accepted_at) / 60 from task t
    union all
    select 'paid_to_started', extract(epoch from t.started_at - t.paid_at) / 60 from task t
  )
  select k.step::varchar, count(w.minutes),
         round((percentile_cont(0.5) within group (order by w.minutes))::numeric, 1),
         round((percentile_cont(0.9) within group (order by w.minutes))::numeric, 1)
    from unnest(array['paid_to_accepted', 'accepted_to_started', 'paid_to_started']) with ordinality as k (step, n_th)
    left join took w on w.step = k.step
   group by k.step, k.n_th
   order by k.n_th
$$;

revoke all on function get_workflow_stats(uuid), get_handoff_stats(uuid, timestamptz) from public;
grant execute on function get_workflow_stats(uuid), get_handoff_stats(uuid, timestamptz) to aura_app;
