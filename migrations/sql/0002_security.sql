-- Row-level security, on every table: without a clinic in the transaction no row is visible and a write
-- is an error. The program's group role owns nothing and bypasses nothing.

do $$
declare
  t text;
  key text;
begin
  for t in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'alembic_version'
  loop
    execute format('alter table public.%I enable row level security', t);
    execute format('alter table public.%I force row level security', t);
    if t = 'clock' then
      execute 'create policy anyone_reads on public.clock for select using (true)';
      continue;
    end if;
    key := case when t = 'clinics' then 'id' else 'clinic_id' end;
    execute format(
      'create policy clinic_isolation on public.%I using (%I = (select nullif(current_setting(''app.clinic_id'', true), '''')::uuid))'
      ' with check (%I = (select nullif(current_setting(''app.clinic_id'', true), '''')::uuid))', t, key, key);
    execute format('grant select, insert, update, delete on public.%I to aura_app', t);
  end loop;
end $$;

grant select on public.clock to aura_app;
grant select on public.alembic_version to aura_app;  -- the program checks that the schema is current
-- The books and the audit trail are append-only for the program.
revoke update, delete on point_transactions, point_allocations, workflow_actions, workflow_events from aura_app;
revoke delete on clinics, payments, point_lots from aura_app;

-- What must look across clinics: functions owned by aura_dispatch, which sees just these tables through
-- policies of its own and returns ids and leases, never content.
create policy dispatch_reads on clinics for select to aura_dispatch using (true);
create policy dispatch_reads on channel_accounts for select to aura_dispatch using (true);
create policy dispatch_leases on channel_accounts for update to aura_dispatch using (true);
create policy dispatch_reads on inbox for select to aura_dispatch using (true);
create policy dispatch_leases on inbox for update to aura_dispatch using (true);
create policy dispatch_reads on outbox for select to aura_dispatch using (true);
create policy dispatch_reads on followup_executions for select to aura_dispatch using (true);
-- Columns that say where and when, none that says what.
grant select (id, slug, timezone) on clinics to aura_dispatch;
grant select (clinic_id, id, channel, revision, holder, lease_until, hold_until) on channel_accounts to aura_dispatch;
grant update (holder, lease_until) on channel_accounts to aura_dispatch;
grant select (clinic_id, id, account_id, lane, seq, state, lease, lease_until) on inbox to aura_dispatch;
grant update (lease, lease_until) on inbox to aura_dispatch;
grant select (account_id, state, not_before, lease_until) on outbox to aura_dispatch;
grant select (clinic_id, state, due_at) on followup_executions to aura_dispatch;

-- The clinic clock is the owner's to move, in the demo and the tests.
do $$ begin
  execute format('create policy owner_moves on clock to %I using (true) with check (true)', current_user);
end $$;
