-- Functions that look across clinics. Real time throughout: leases have nothing to do with the clinic clock.

create function list_channel_accounts()
returns table (clinic_id uuid, account_id uuid, channel text, slug text, revision int)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id, a.id, a.channel, c.slug, a.revision from clinics c join channel_accounts a on a.clinic_id = c.id
$$;

create function find_clinic(p_slug text)
returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id from clinics c where c.slug = p_slug
$$;

create function list_clinics()
returns table (clinic_id uuid, slug text, timezone text)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id, c.slug, c.timezone from clinics c order by c.slug
$$;

-- Only a lane's oldest unfinished event is claimed, so the work of one sender is serial over all
-- processes. The lease number grows with each claim: a process that woke up too late is fenced off.
create function claim_inbox(p_seconds int, p_limit int)
returns table (clinic_id uuid, account_id uuid, inbox_id uuid, lease bigint)
language sql volatile security definer set search_path = public, pg_temp as $$
  -- The head of each lane, found by skipping from lane to lane: a lane of thousands costs as much as one of one.
  with recursive heads as (
    (select i.account_id, i.lane, i.clinic_id, i.id from inbox i where i.state = 'pending'
      order by i.account_id, i.lane, i.seq limit 1)
    union all
    select n.account_id, n.lane, n.clinic_id, n.id from heads h
     cross join lateral (
       select i.account_id, i.lane, i.clinic_id, i.id from inbox i
        where i.state = 'pending' and (i.account_id, i.lane) > (h.account_id, h.lane)
        order by i.account_id, i.lane, i.seq limit 1) n
  ), due as (
    select i.clinic_id, i.id from heads h
      join inbox i on i.clinic_id = h.clinic_id and i.id = h.id
     where i.state = 'pending' and (i.lease_until is null or i.lease_until < clock_timestamp())
     order by i.seq
     limit p_limit
     for update of i skip locked
  )
  update inbox i
     set lease = i.lease + 1, lease_until = clock_timestamp() + make_interval(secs => p_seconds)
    from due
   where i.clinic_id = due.clinic_id and i.id = due.id
  returning i.clinic_id, i.account_id, i.id, i.lease
$$;

-- One process at a time sends an account's notices: the holder keeps its lease while there is work.
create function claim_accounts(p_holder uuid, p_seconds int)
returns table (clinic_id uuid, account_id uuid)
language sql volatile security definer set search_path = public, pg_temp as $$
  update channel_accounts a
     set holder = p_holder, lease_until = clock_timestamp() + make_interval(secs => p_seconds)
    from (
      select h.clinic_id, h.id from channel_accounts h
       where (h.holder = p_holder or h.lease_until is null or h.lease_until < clock_timestamp())
         and (h.hold_until is null or h.hold_until < clock_timestamp())
         and exists (
           select 1 from outbox o
            where o.account_id = h.id and o.state in ('pending', 'sending')
              and (o.not_before is null or o.not_before <= clock_timestamp())
              and (o.lease_until is null or o.lease_until < clock_timestamp()))
       for update skip locked
    ) due
   where a.clinic_id = due.clinic_id and a.id = due.id
  returning a.clinic_id, a.id
$$;

create function release_accounts(p_holder uuid)
returns void
language sql volatile security definer set search_path = public, pg_temp as $$
  update channel_accounts set lease_until = null where holder = p_holder
$$;

create function clinics_with_due_followups(p_now timestamptz)
returns table (clinic_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct f.clinic_id from followup_executions f where f.state = 'planned' and f.due_at <= p_now
$$;

create function next_followup_due(p_after timestamptz)
returns timestamptz
language sql stable security definer set search_path = public, pg_temp as $$
  select min(f.due_at) from followup_executions f where f.state = 'planned' and f.due_at > p_after
$$;

-- For the demo, the tests and the health page: is there anything that could be done now?
create function work_left()
returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from inbox where state = 'pending')
      or exists (select 1 from outbox where state in ('pending', 'sending')
                  and (not_before is null or not_before <= clock_timestamp()))
$$;

do $$
declare
  f text;
begin
  execute format('grant aura_dispatch to %I', current_user);
  grant create on schema public to aura_dispatch;
  foreach f in array array[
    'list_channel_accounts()', 'find_clinic(text)', 'list_clinics()', 'claim_inbox(int, int)', 'claim_accounts(uuid, int)', 'release_accounts(uuid)',
    'clinics_with_due_followups(timestamptz)', 'next_followup_due(timestamptz)', 'work_left()']
  loop
    execute format('alter function %s owner to aura_dispatch', f);
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to aura_app', f);
  end loop;
  revoke create on schema public from aura_dispatch;
end $$;
