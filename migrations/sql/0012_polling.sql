-- Which process polls an account whose events are fetched, and until when. Real time, as for every lease.

grant select (polling, poller, poll_until) on channel_accounts to aura_dispatch;
grant update (poller, poll_until) on channel_accounts to aura_dispatch;

-- Become (or stay) the one that polls. A row that somebody holds locked just now is renewed the next time; it is
-- still told as the holder's own for what is left of its lease.
create function claim_polls(p_holder uuid, p_seconds int)
returns table (account_id uuid, seconds_left double precision)
language sql volatile security definer set search_path = public, pg_temp as $$
  update channel_accounts a
     set poller = p_holder, poll_until = clock_timestamp() + make_interval(secs => p_seconds)
    from (
      select h.clinic_id, h.id from channel_accounts h
       where h.polling and (h.poller = p_holder or h.poll_until is null or h.poll_until < clock_timestamp())
       for no key update skip locked
    ) due
   where a.clinic_id = due.clinic_id and a.id = due.id;
  select a.id, extract(epoch from a.poll_until - clock_timestamp())::double precision
    from channel_accounts a
   where a.polling and a.poller = p_holder and a.poll_until > clock_timestamp()
$$;

create function release_polls(p_holder uuid)
returns void
language sql volatile security definer set search_path = public, pg_temp as $$
  update channel_accounts set poll_until = null where poller = p_holder
$$;

do $$
declare
  f text;
begin
  grant create on schema public to aura_dispatch;
  foreach f in array array['claim_polls(uuid, int)', 'release_polls(uuid)']
  loop
    execute format('alter function %s owner to aura_dispatch', f);
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to aura_app', f);
  end loop;
  revoke create on schema public from aura_dispatch;
end $$;
