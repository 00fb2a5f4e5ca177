-- What arrives, step 2: contact, conversation, message and events are made from kept events in one transaction.

-- Events whose messages are all stored: done, and counted once, whoever else says so too.
create function app.finish_events(p_workspace uuid, p_done uuid[], p_now timestamptz) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  tally record;
begin
  for tally in
    with finished as (
      update desk.inbound_event as e set state = 'done', reason = null
      where e.workspace_id = p_workspace and e.id = any (p_done) and e.state = 'pending'
      returning e.inbox_id
    )
    select finished.inbox_id, count(*) as n from finished group by finished.inbox_id order by finished.inbox_id
  loop
    update desk.inbox_ledger as ledger set stored = ledger.stored + tally.n, last_stored_at = p_now
      where ledger.workspace_id = p_workspace and ledger.inbox_id = tally.inbox_id;
  end loop;
end
$$;

-- Who wrote each item and where it goes on. An item is new when its external id is. A person whose address is new is
-- made; a known one was seen again. A thread is the newest one of the address, or null when there is none. All that can
-- make us wait for others happens here, kind by kind, each in the order of its keys, so that of two of us none waits for
-- the other: once-only keys, addresses, conversations, contacts.
create function app.place_items(p_workspace uuid, p_items jsonb)
  returns table (place bigint, is_new boolean, address_id uuid, contact_id uuid, thread_id uuid)
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  fresh uuid[];
  made uuid[];
  addresses uuid[];
  contacts uuid[];
begin
  with kept as (
    insert into desk.message_external as e (workspace_id, inbox_id, external_key, message_id)
    select p_workspace, x.inbox_id, x.external_key, x.message_id
    from rows from (jsonb_to_recordset(p_items) as (inbox_id uuid, external_key bytea, message_id uuid))
      with ordinality as x(inbox_id, external_key, message_id, place)
    order by x.inbox_id, x.external_key, x.place
    on conflict do nothing
    returning e.message_id
  )
  select coalesce(array_agg(kept.message_id), '{}') into fresh from kept;

  with met as (
    insert into desk.contact_address as a
      (workspace_id, id, contact_id, inbox_id, external_key, external_sealed, is_verified, created_at)
    select distinct on (x.inbox_id, x.address_key)
      p_workspace, x.address_id, x.contact_id, x.inbox_id, x.address_key, x.address_sealed, x.is_verified, x.received_at
    from rows from (jsonb_to_recordset(p_items) as (inbox_id uuid, address_id uuid, address_key bytea,
        address_sealed bytea, is_verified boolean, contact_id uuid, message_id uuid, received_at timestamptz))
      with ordinality as x(inbox_id, address_id, address_key, address_sealed, is_verified, contact_id, message_id,
        received_at, place)
    where x.message_id = any (fresh) and not exists (
      select from desk.contact_address as known
      where known.workspace_id = p_workspace and known.inbox_id = x.inbox_id and known.external_key = x.address_key)
    order by x.inbox_id, x.address_key, x.place
    on conflict do nothing
    returning a.id
  )
  select coalesce(array_agg(met.id), '{}') into made from met;

  insert into desk.contact as c (workspace_id, id, name_sealed, created_at, last_seen_at)
    select distinct on (x.contact_id) p_workspace, x.contact_id, x.contact_name_sealed, x.received_at, x.received_at
    from rows from (jsonb_to_recordset(p_items) as (address_id uuid, contact_id uuid, contact_name_sealed bytea,
        message_id uuid, received_at timestamptz))
      with ordinality as x(address_id, contact_id, contact_name_sealed, message_id, received_at, place)
    where x.address_id = any (made) and x.message_id = any (fresh)
    order by x.contact_id, x.place
    on conflict do nothing;

  select array_agg(a.id order by x.place), array_agg(a.contact_id order by x.place) into addresses, contacts
    from rows from (jsonb_to_recordset(p_items) as (inbox_id uuid, address_key bytea, message_id uuid))
      with ordinality as x(inbox_id, address_key, message_id, place)
    left join desk.contact_address as a
      on a.workspace_id = p_workspace and a.inbox_id = x.inbox_id and a.external_key = x.address_key
      and x.message_id = any (fresh);

  -- NO KEY: a plain FOR UPDATE would wait for, and block, everybody who only refers to the row by a foreign key.
  perform from desk.conversation as c
    where c.workspace_id = p_workspace and c.contact_address_id = any (addresses) order by c.id for no key update;
  perform from desk.contact as c
    where c.workspace_id = p_workspace and c.id = any (contacts) order by c.id for no key update;
  update desk.contact as c
    set last_seen_at = greatest(c.last_seen_at, seen.newest), name_sealed = coalesce(c.name_sealed, seen.name)
    from (
      select u.contact_id, max(x.received_at) as newest,
        -- A name is sealed for one contact and none other.
        (array_agg(x.contact_name_sealed order by x.place)
          filter (where x.contact_name_sealed is not null and x.contact_id = u.contact_id))[1] as name
      from rows from (jsonb_to_recordset(p_items) as (contact_id uuid, contact_name_sealed bytea, received_at timestamptz))
        with ordinality as x(contact_id, contact_name_sealed, received_at, place)
      join unnest(contacts) with ordinality as u(contact_id, place) on u.place = x.place
      group by u.contact_id
    ) as seen
    where c.workspace_id = p_workspace and c.id = seen.contact_id
      and (c.last_seen_at < seen.newest or (c.name_sealed is null and seen.name is not null));

  return query
    select x.place, x.message_id = any (fresh) and row_number() over (partition by x.message_id order by x.place) = 1,
      addresses[x.place], contacts[x.place],
      (select c.id from desk.conversation as c
       where c.workspace_id = p_workspace and c.contact_address_id = addresses[x.place]
       order by c.created_at desc, c.id desc limit 1)
    from rows from (jsonb_to_recordset(p_items) as (message_id uuid)) with ordinality as x(message_id, place);
end
$$;

-- Step 2 for one workspace. Locks rows first, then the counter, so that it never waits for somebody who waits for it; what
-- comes behind the counter (the ledger) is taken by nobody who would want the counter. Items in order of arrival:
--   {inbox_id, external_key, address_id, address_key, address_sealed, is_verified, contact_id, contact_name_sealed,
--    conversation_id, message_id, text_sealed, preview_sealed, sent_at, provider_sequence, received_at, visitor_id,
--    client_message_id, attachments: [{id, file_name_sealed, key_sealed, media_type, byte_size, width, height}],
--    attachment_ids: [uuid]}
-- `contact_id`, `address_id` and `conversation_id` are proposals, used when the person or thread is new. Events whose
-- messages are all in p_items are named in p_done. Answers one row an item: what became of it.
create function app.ingest_store(p_scope text, p_items jsonb, p_done uuid[], p_now timestamptz)
  returns table (message_id uuid, outcome text, conversation_id uuid, event_number bigint)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  -- Every statement finds its row by a key: planning it anew would cost more than running it.
  set plan_cache_mode = force_generic_plan
as $$
declare
  workspace uuid := app.enter_ingest(p_scope);
  item record;
  is_new boolean[];
  opens boolean[] := '{}';
  addresses uuid[];
  contacts uuid[];
  threads uuid[];
  place int := 0;
  events_needed int;
  threads_needed int := 0;
  next_event bigint;
  next_thread bigint;
  was_last record;
  message_number int;
  file_count int;
  late boolean;
begin
  select array_agg(p.is_new order by p.place), array_agg(p.address_id order by p.place),
         array_agg(p.contact_id order by p.place), array_agg(p.thread_id order by p.place),
         2 * count(*) filter (where p.is_new)
    into is_new, addresses, contacts, threads, events_needed
    from app.place_items(workspace, p_items) as p;
  -- A new thread begins only where there is none, with the first item of its person.
  for item in
    select * from jsonb_to_recordset(p_items) as x(conversation_id uuid)
  loop
    place := place + 1;
    opens[place] := false;
    if is_new[place] and threads[place] is null then
      threads[place] := threads[array_position(addresses[:place - 1], addresses[place])];
      if threads[place] is null then
        threads[place] := item.conversation_id;
        opens[place] := true;
        threads_needed := threads_needed + 1;
      end if;
    end if;
  end loop;

  update desk.workspace_counter as counter
    set event_number = counter.event_number + events_needed,
        conversation_number = counter.conversation_number + threads_needed
    where counter.workspace_id = workspace
    returning counter.event_number - events_needed, counter.conversation_number - threads_needed
    into next_event, next_thread;

  place := 0;
  for item in
    select * from jsonb_to_recordset(p_items) as x(
      inbox_id uuid, message_id uuid, text_sealed bytea, preview_sealed bytea, sent_at timestamptz,
      provider_sequence bigint, received_at timestamptz, visitor_id uuid, client_message_id text, attachments jsonb,
      attachment_ids uuid[])
  loop
    place := place + 1;
    message_id := item.message_id;
    conversation_id := threads[place];
    if not is_new[place] then
      outcome := 'duplicate';
      event_number := null;
      return next;
      continue;
    end if;

    if opens[place] then
      next_thread := next_thread + 1;
      insert into desk.conversation
          (workspace_id, id, number, inbox_id, contact_id, contact_address_id, status, last_activity_at, created_at)
        values (workspace, threads[place], next_thread, item.inbox_id, contacts[place], addresses[place], 'open',
                item.received_at, item.received_at);
    end if;
    select c.status, c.last_message_sent_at as sent_at, m.provider_sequence into was_last
      from desk.conversation as c
      left join desk.message as m on m.workspace_id = workspace and m.id = c.last_message_id
      where c.workspace_id = workspace and c.id = threads[place];
    late := coalesce((item.sent_at, item.provider_sequence) < (was_last.sent_at, was_last.provider_sequence), false);
    -- Only what this visitor uploaded, and only once.
    file_count := 0;
    if item.attachment_ids is not null then
      select count(*) into file_count from desk.attachment as a
        where a.workspace_id = workspace and a.id = any (item.attachment_ids)
          and a.uploaded_by_visitor_id = item.visitor_id and a.message_id is null and a.note_id is null;
    end if;
    update desk.conversation as c
      set last_message_number = c.last_message_number + 1,
          last_inbound_number = c.last_message_number + 1,
          last_message_id = case when late then c.last_message_id else item.message_id end,
          last_message_sent_at = case when late then c.last_message_sent_at else item.sent_at end,
          -- Ids are minted before the lock and by several processes: the window only ever widens.
          first_message_id = least(c.first_message_id, item.message_id),
          newest_message_id = greatest(c.newest_message_id, item.message_id),
          waiting_since = coalesce(c.waiting_since, item.received_at),
          last_activity_at = greatest(c.last_activity_at, item.received_at),
          status = 'open', snoozed_until = null
      where c.workspace_id = workspace and c.id = threads[place]
      returning c.last_message_number into message_number;
    insert into desk.message
        (workspace_id, id, conversation_id, number, direction, author_kind, text_sealed, preview_sealed,
         attachment_count, sent_at, provider_sequence, received_at, is_late, client_message_id)
      values (workspace, item.message_id, threads[place], message_number, 'in', 'contact', item.text_sealed,
              item.preview_sealed,
              file_count + coalesce(jsonb_array_length(item.attachments), 0),
              item.sent_at, item.provider_sequence, item.received_at, late, item.client_message_id);
    if item.attachments is not null then
      insert into desk.attachment
          (workspace_id, id, message_id, position, file_name_sealed, key_sealed, media_type, byte_size, width, height,
           created_at)
        select workspace, f.id, item.message_id, f.place - 1, f.file_name_sealed, f.key_sealed, f.media_type,
               f.byte_size, f.width, f.height, item.received_at
        from rows from (jsonb_to_recordset(item.attachments) as (
          id uuid, file_name_sealed bytea, key_sealed bytea, media_type text, byte_size bigint, width int, height int
        )) with ordinality as f(id, file_name_sealed, key_sealed, media_type, byte_size, width, height, place);
    end if;
    if file_count > 0 then
      update desk.attachment as a
        set message_id = item.message_id,
            position = coalesce(jsonb_array_length(item.attachments), 0) + array_position(item.attachment_ids, a.id) - 1
        where a.workspace_id = workspace and a.id = any (item.attachment_ids)
          and a.uploaded_by_visitor_id = item.visitor_id and a.message_id is null and a.note_id is null;
    end if;
    insert into desk.search_backlog (workspace_id, message_id, conversation_id, stored_at)
      values (workspace, item.message_id, threads[place], p_now);

    insert into desk.event (workspace_id, number, kind, at, conversation_id, contact_id, item_id, facts)
      values (workspace, next_event + 1, 'message.created', p_now, threads[place], contacts[place], item.message_id, null),
             (workspace, next_event + 2, 'conversation.changed', p_now, threads[place], contacts[place], null,
              case when opens[place] then '{"what":"opened"}'::jsonb
                   when was_last.status <> 'open' then '{"what":"reopened"}'::jsonb end);
    event_number := next_event + 1;
    next_event := next_event + 2;
    outcome := 'stored';
    return next;
  end loop;

  perform app.finish_events(workspace, p_done, p_now);
end
$$;

-- Status calls of a provider. Items: [{inbox_id, external_key, state, reason}]. Moves forward only; what is unknown or
-- late changes nothing.
create function app.ingest_status(p_scope text, p_items jsonb, p_done uuid[], p_now timestamptz) returns int
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  workspace uuid := app.enter_ingest(p_scope);
  item record;
  moved uuid[] := '{}';
  next_event bigint;
begin
  for item in
    select e.message_id, x.state, x.reason
    from jsonb_to_recordset(p_items) as x(inbox_id uuid, external_key bytea, state text, reason text)
    join desk.delivery_external as e
      on e.workspace_id = workspace and e.inbox_id = x.inbox_id and e.external_key = x.external_key
    order by e.message_id, app.delivery_rank(x.state)
  loop
    update desk.delivery as d
      set state = item.state, reason = item.reason, updated_at = p_now, next_attempt_at = null, lease_until = null
      where d.workspace_id = workspace and d.message_id = item.message_id
        and app.delivery_rank(item.state) > app.delivery_rank(d.state);
    if found and not item.message_id = any (moved) then
      moved := moved || item.message_id;
    end if;
  end loop;
  if cardinality(moved) > 0 then
    update desk.workspace_counter as counter set event_number = counter.event_number + cardinality(moved)
      where counter.workspace_id = workspace
      returning counter.event_number - cardinality(moved) into next_event;
    insert into desk.event (workspace_id, number, kind, at, conversation_id, item_id, facts)
      select workspace, next_event + row_number() over (order by d.message_id), 'message.delivery', p_now,
             d.conversation_id, d.message_id, jsonb_build_object('state', d.state)
      from desk.delivery as d where d.workspace_id = workspace and d.message_id = any (moved);
  end if;
  perform app.finish_events(workspace, p_done, p_now);
  return cardinality(moved);
end
$$;
