-- The three hot moments as one call each. They run with the caller's rights, under its policies.

-- A verified webhook's events enter the inbox; what is there already is ignored. Returns the new ones.
create function accept_events(p_clinic uuid, p_account uuid, p_event_ids text[], p_lanes text[], p_payloads text[])
returns table (inbox_id uuid, event_id text)
language plpgsql volatile as $$
begin
  perform set_config('app.clinic_id', p_clinic::text, true);
  return query
    insert into inbox (clinic_id, account_id, event_id, lane, payload, received_at)
    select p_clinic, p_account, u.event_id, u.lane, u.payload::jsonb, clock_timestamp()
      from unnest(p_event_ids, p_lanes, p_payloads) with ordinality as u (event_id, lane, payload, n)
     order by u.n
    on conflict on constraint uq_inbox_clinic_id_account_id_event_id do nothing
    returning inbox.id, inbox.event_id;
end $$;

-- Opens the unit of one event: sets the clinic, checks the lease (a fenced-off worker gets no row),
-- locks identity and person (two linked chats of a person exclude each other) and returns what every
-- handler needs to know. A first contact makes an identity and an empty person.
create function begin_event(p_clinic uuid, p_inbox uuid, p_lease bigint, p_name text)
returns table (
  account_id uuid, lane text, payload jsonb, received_at timestamptz, attempts int,
  identity_id uuid, person_id uuid, person_name text, language text, is_new boolean,
  user_id uuid, user_name text, user_role text, customer_id uuid,
  handler text, step text, form_data jsonb,
  clinic_slug text, clinic_name_th text, clinic_name_en text, timezone text, clinic_phone text,
  clinic_settings jsonb, clock_offset bigint)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  e record;
  who record;
  fresh boolean := false;
begin
  perform set_config('app.clinic_id', p_clinic::text, true);
  select i.account_id, i.lane, i.payload, i.received_at, i.attempts into e
    from inbox i where i.clinic_id = p_clinic and i.id = p_inbox and i.lease = p_lease and i.state = 'pending'
    for update;
  if not found then
    return;
  end if;
  if left(e.lane, 1) <> '~' then
    select i.id, i.person_id into who from channel_identities i
     where i.clinic_id = p_clinic and i.account_id = e.account_id and i.external_id = e.lane for no key update;
    if not found then
      fresh := true;
      insert into persons (clinic_id, name, language, created_at)
        values (p_clinic, p_name, null, e.received_at) returning id into who;
      insert into channel_identities (clinic_id, account_id, external_id, person_id, display_name, last_seen_at)
        values (p_clinic, e.account_id, e.lane, who.id, p_name, e.received_at)
        returning channel_identities.id, channel_identities.person_id into who;
    else
      update channel_identities i set last_seen_at = e.received_at, reachable = true
       where i.clinic_id = p_clinic and i.id = who.id;
    end if;
    perform 1 from persons p where p.clinic_id = p_clinic and p.id = who.person_id for no key update;
  else
    select null::uuid as id, null::uuid as person_id into who;
  end if;
  return query
    select e.account_id, e.lane, e.payload, e.received_at, e.attempts,
           who.id, who.person_id, p.name, p.language, fresh,
           u.id, u.name, u.role, c.id,
           v.handler, v.step, v.data,
           k.slug, k.name_th, k.name_en, k.timezone, k.phone, k.settings,
           (select t.offset_seconds from clock t)
      from clinics k
      left join persons p on p.clinic_id = k.id and p.id = who.person_id
      left join users u on u.clinic_id = k.id and u.person_id = p.id and u.active
      left join customers c on c.clinic_id = k.id and c.person_id = p.id
      left join customer_conversations v on v.clinic_id = k.id and v.identity_id = who.id
     where k.id = p_clinic;
end $$;

-- Closes a unit: conversation, outgoing rows, facts, and "done" of the event it came from. Raises when
-- the lease has been lost, which rolls everything back.
create function finish_unit(
  p_clinic uuid, p_inbox uuid, p_lease bigint, p_identity uuid, p_conversation jsonb, p_outbox jsonb,
  p_facts jsonb, p_now timestamptz, p_state text, p_error text)
returns void
language plpgsql volatile as $$
begin
  if p_inbox is not null then
    update inbox i set state = p_state, error = p_error, done_at = clock_timestamp(), lease_until = null
     where i.clinic_id = p_clinic and i.id = p_inbox and i.lease = p_lease and i.state = 'pending';
    if not found then
      raise exception 'lease_lost' using errcode = 'AU001';
    end if;
  end if;
  if p_conversation is not null then
    if p_conversation ->> 'handler' is null then
      delete from customer_conversations v where v.clinic_id = p_clinic and v.identity_id = p_identity;
    else
      insert into customer_conversations as v (clinic_id, identity_id, handler, step, data, updated_at)
      values (p_clinic, p_identity, p_conversation ->> 'handler', p_conversation ->> 'step',
              p_conversation -> 'data', p_now)
      on conflict on constraint uq_customer_conversations_clinic_id_identity_id do update
        set handler = excluded.handler, step = excluded.step, data = excluded.data,
            version = v.version + 1, updated_at = excluded.updated_at;
    end if;
  end if;
  insert into outbox (clinic_id, id, row_kind, message_class, account_id, identity_id, person_id, recipient,
                      notice_kind, subject, content, inbox_id, edits_id, reply_token, reply_until, retry_key,
                      state, attempts, created_at, lease_until)
  select p_clinic, r.id, r.row_kind, r.message_class, r.account_id, r.identity_id, r.person_id, r.recipient,
         r.notice_kind, r.subject, r.content, r.inbox_id, r.edits_id, r.reply_token, r.reply_until,
         coalesce(r.retry_key, gen_random_uuid()), r.state, r.attempts, p_now, clock_timestamp() + make_interval(secs => r.lease_seconds)
    from jsonb_to_recordset(p_outbox) as r (
      n int, id uuid, row_kind text, message_class text, account_id uuid, identity_id uuid, person_id uuid,
      recipient text, notice_kind text, subject text, content jsonb, inbox_id uuid, edits_id uuid,
      reply_token text, reply_until timestamptz, retry_key uuid, state text, attempts int, lease_seconds int)
   order by r.n;
  insert into workflow_events (clinic_id, id, kind, subject_id, data, actor_user_id, actor_role, event_id, at)
  select p_clinic, f.id, f.kind, f.subject_id, f.data, f.actor_user_id, f.actor_role, p_inbox, p_now
    from jsonb_to_recordset(p_facts) as f (
      n int, id uuid, kind text, subject_id uuid, data jsonb, actor_user_id uuid, actor_role text)
   order by f.n;
  if jsonb_array_length(p_outbox) > 0 then
    perform pg_notify('aura_outbox', '');
  end if;
  perform pg_notify('aura_changes', p_clinic::text);
end $$;

-- Writes down that rows are about to be sent, and by which attempt; returns those that nobody else has begun.
create function begin_sending(p_clinic uuid, p_rows jsonb, p_seconds int)
returns table (id uuid)
language plpgsql volatile as $$
#variable_conflict use_column
begin
  perform set_config('app.clinic_id', p_clinic::text, true);
  return query
    update outbox o
       set state = 'sending', attempts = o.attempts + 1, repeated = r.repeated,
           lease_until = clock_timestamp() + make_interval(secs => p_seconds)
      from jsonb_to_recordset(p_rows) as r (id uuid, attempts int, repeated boolean)
     where o.clinic_id = p_clinic and o.id = r.id and o.attempts = r.attempts and o.state in ('pending', 'sending')
    returning o.id;
end $$;

-- Writes down what became of sent rows; a row that another process has settled in the meantime is left alone.
create function record_verdicts(p_clinic uuid, p_verdicts jsonb)
returns void
language plpgsql volatile as $$
begin
  perform set_config('app.clinic_id', p_clinic::text, true);
  update outbox o
     set state = r.state, not_before = r.not_before, lease_until = r.lease_until, repeated = r.repeated,
         reply_token = case when r.drop_token then null else o.reply_token end, error = r.error,
         message_ids = coalesce(r.message_ids, o.message_ids),
         sent_at = case when r.state = 'sent' then clock_timestamp() end
    from jsonb_to_recordset(p_verdicts) as r (
      id uuid, attempts int, state text, not_before timestamptz, lease_until timestamptz, repeated boolean,
      drop_token boolean, error text, message_ids jsonb)
   where o.clinic_id = p_clinic and o.id = r.id and o.attempts = r.attempts and o.state = 'sending';
end $$;

-- Entering a stage opens the task that the stage calls for; the domain decides the rest.
create function auto_assign_task() returns trigger language plpgsql as $$
begin
  insert into task_queue (clinic_id, journey_id, kind, created_at)
  select new.clinic_id, new.id, s.kind, new.stage_changed_at
    from stage_tasks s
   where s.clinic_id = new.clinic_id and s.stage = new.stage
     and (s.treatment_id is null or s.treatment_id = new.treatment_id)
  on conflict do nothing;
  return null;
end $$;

create trigger auto_assign_task after insert or update of stage on workflow_states
  for each row execute function auto_assign_task();

-- Opens a unit that no event caused (a job, a command, a request): sets the clinic and returns it.
create function begin_clinic(p_clinic uuid)
returns table (clinic_slug text, clinic_name_th text, clinic_name_en text, timezone text, clinic_phone text,
               clinic_settings jsonb, clock_offset bigint)
language plpgsql volatile as $$
begin
  perform set_config('app.clinic_id', p_clinic::text, true);
  return query
    select k.slug, k.name_th, k.name_en, k.timezone, k.phone, k.settings, (select t.offset_seconds from clock t)
      from clinics k where k.id = p_clinic;
end $$;
