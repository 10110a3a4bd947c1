-- When timers are due, across clinics: ids and moments, never what they are about.

create policy dispatch_reads on timers for select to aura_dispatch using (true);
grant select (clinic_id, due_at) on timers to aura_dispatch;

create function clinics_with_due_timers(p_now timestamptz)
returns table (clinic_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct t.clinic_id from timers t where t.due_at <= p_now
$$;

create function next_timer_due(p_after timestamptz)
returns timestamptz
language sql stable security definer set search_path = public, pg_temp as $$
  select min(t.due_at) from timers t where t.due_at > p_after
$$;

do $$
declare
  f text;
begin
  grant create on schema public to aura_dispatch;
  foreach f in array array['clinics_with_due_timers(timestamptz)', 'next_timer_due(timestamptz)']
  loop
    execute format('alter function %s owner to aura_dispatch', f);
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to aura_app', f);
  end loop;
  revoke create on schema public from aura_dispatch;
end $$;
