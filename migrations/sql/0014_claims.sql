-- Rows that refer to an account are written all the time, and lock its key: that must not keep anybody from claiming it.

create or replace function claim_accounts(p_holder uuid, p_seconds int)
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
       for no key update skip locked
    ) due
   where a.clinic_id = due.clinic_id and a.id = due.id
  returning a.clinic_id, a.id
$$;
