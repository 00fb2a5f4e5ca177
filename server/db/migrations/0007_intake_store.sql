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

-- Who wrote each item: by the item's place, whether it is new (its external id is), and address and contact of its writer
-- when it is. A person whose address is new is made; a known one was seen again. All that can make us wait for others
-- happens here, kind by kind, each in the order of its keys, so that of two of us none waits for the other: once-only
-- keys, addresses, conversations (of these people, to be read again by the caller), contacts.
create function app.place_items(
    p_workspace uuid, p_items jsonb, out is_new boolean[], out addresses uuid[], out contacts uuid[])
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  fresh uuid[];
  made uuid[];
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

  for turn in 1..2 loop
    select array_agg(x.message_id = any (fresh) and x.turn = 1 order by x.place),
           array_agg(a.id order by x.place), array_agg(a.contact_id order by x.place)
      into is_new, addresses, contacts
      from (
        select y.*, row_number() over (partition by y.message_id order by y.place) as turn
        from rows from (jsonb_to_recordset(p_items) as (inbox_id uuid, address_key bytea, message_id uuid))
          with ordinality as y(inbox_id, address_key, message_id, place)
      ) as x
      left join desk.contact_address as a
        on a.workspace_id = p_workspace and a.inbox_id = x.inbox_id and a.external_key = x.address_key
        and x.message_id = any (fresh);
    exit when turn = 2 or not exists (
      select from unnest(is_new, addresses) as known(is_new, address_id) where known.is_new and known.address_id is null);

    with met as (
      insert into desk.contact_address as a
        (workspace_id, id, contact_id, inbox_id, external_key, external_sealed, is_verified, created_at)
      select distinct on (x.inbox_id, x.address_key)
        p_workspace, x.address_id, x.contact_id, x.inbox_id, x.address_key, x.address_sealed, x.is_verified,
        x.received_at
      from rows from (jsonb_to_recordset(p_items) as (inbox_id uuid, address_id uuid, address_key bytea,
          address_sealed bytea, is_verified boolean, contact_id uuid, message_id uuid, received_at timestamptz))
        with ordinality as x(inbox_id, address_id, address_key, address_sealed, is_verified, contact_id, message_id,
          received_at, place)
      where x.message_id = any (fresh) and addresses[x.place] is null
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
  end loop;

  -- NO KEY: a plain FOR UPDATE would wait for, and block, everybody who only refers to the row by a foreign key.
  perform from desk.conversation as c
    where c.workspace_id = p_workspace and c.contact_address_id = any (addresses) order by c.id for no key update;
  with seen as (
    select u.contact_id, max(x.received_at) as newest,
      -- A name is sealed for one contact and none other.
      (array_agg(x.contact_name_sealed order by x.place)
        filter (where x.contact_name_sealed is not null and x.contact_id = u.contact_id))[1] as name
    from rows from (jsonb_to_recordset(p_items) as (contact_id uuid, contact_name_sealed bytea, received_at timestamptz))
      with ordinality as x(contact_id, contact_name_sealed, received_at, place)
    join unnest(contacts) with ordinality as u(contact_id, place) on u.place = x.place
    group by u.contact_id
  ), held as materialized (
    select c.id from desk.contact as c
    where c.workspace_id = p_workspace and c.id = any (contacts) order by c.id for no key update
  )
  update desk.contact as c
    set last_seen_at = greatest(c.last_seen_at, seen.newest), name_sealed = coalesce(c.name_sealed, seen.name)
    from held join seen on seen.contact_id = held.id
    where c.workspace_id = p_workspace and c.id = held.id
      and (c.last_seen_at < seen.newest or (c.name_sealed is null and seen.name is not null));
end
$$;

-- Files of stored messages: those that came with them, and of the uploaded ones what this visitor uploaded, each for the
-- first message that names it.
create function app.give_files(
    p_workspace uuid, p_items jsonb, p_is_new boolean[], p_claimed uuid[], p_claimers bigint[]) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into desk.attachment
      (workspace_id, id, message_id, position, file_name_sealed, key_sealed, media_type, byte_size, width, height,
       created_at)
    select p_workspace, f.id, x.message_id, f.place - 1, f.file_name_sealed, f.key_sealed, f.media_type, f.byte_size,
           f.width, f.height, x.received_at
    from rows from (jsonb_to_recordset(p_items) as (message_id uuid, received_at timestamptz, attachments jsonb))
      with ordinality as x(message_id, received_at, attachments, place)
    cross join lateral rows from (jsonb_to_recordset(x.attachments) as (
      id uuid, file_name_sealed bytea, key_sealed bytea, media_type text, byte_size bigint, width int, height int
    )) with ordinality as f(id, file_name_sealed, key_sealed, media_type, byte_size, width, height, place)
    where p_is_new[x.place];
  update desk.attachment as a
    set message_id = x.message_id,
        position = coalesce(jsonb_array_length(x.attachments), 0) + array_position(x.attachment_ids, a.id) - 1
    from unnest(p_claimed, p_claimers) as claim(attachment_id, place)
    join rows from (jsonb_to_recordset(p_items) as (message_id uuid, attachments jsonb, attachment_ids uuid[]))
      with ordinality as x(message_id, attachments, attachment_ids, place) on x.place = claim.place
    where a.workspace_id = p_workspace and a.id = claim.attachment_id;
end
$$;

-- Step 2 for one workspace. Locks rows first, then the counter, so that it never waits for somebody who waits for it; what
-- comes behind the counter (the ledger) is taken by nobody who would want the counter. What becomes of each item is
-- worked out in memory, in the order of arrival, and written kind by kind: a statement for all items costs little more
-- than a statement for one. Items:
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
  -- By the place of the item.
  messages uuid[];
  inboxes uuid[];
  proposed uuid[];
  sent timestamptz[];
  sequences bigint[];
  received timestamptz[];
  has_files boolean;
  is_new boolean[];
  addresses uuid[];
  contacts uuid[];
  threads uuid[];
  numbers int[];
  is_late boolean[];
  changes text[];
  event_numbers bigint[];
  -- By the place of the thread among those that go on or begin here.
  ids uuid[];
  statuses text[];
  counts int[];
  last_ids uuid[];
  last_sent timestamptz[];
  last_sequences bigint[];
  first_items int[];
  lowest uuid[];
  highest uuid[];
  waiting timestamptz[];
  active timestamptz[];
  claimed uuid[] := '{}';
  claimers bigint[] := '{}';
  known int;
  spot int;
  begun int := 0;
  events bigint := 0;
  next_event bigint;
  next_thread bigint;
begin
  select array_agg(x.message_id order by x.place), array_agg(x.inbox_id order by x.place),
         array_agg(x.conversation_id order by x.place), array_agg(x.sent_at order by x.place),
         array_agg(x.provider_sequence order by x.place), array_agg(x.received_at order by x.place),
         coalesce(bool_or(jsonb_array_length(x.attachments) > 0 or cardinality(x.attachment_ids) > 0), false)
    into messages, inboxes, proposed, sent, sequences, received, has_files
    from rows from (jsonb_to_recordset(p_items) as (message_id uuid, inbox_id uuid, conversation_id uuid,
        sent_at timestamptz, provider_sequence bigint, received_at timestamptz, attachments jsonb,
        attachment_ids uuid[]))
      with ordinality as x(message_id, inbox_id, conversation_id, sent_at, provider_sequence, received_at, attachments,
        attachment_ids, place);
  if messages is null then
    perform app.finish_events(workspace, p_done, p_now);
    return;
  end if;
  select p.is_new, p.addresses, p.contacts into is_new, addresses, contacts
    from app.place_items(workspace, p_items) as p;

  -- The newest conversation of each address goes on.
  select array_agg(c.id), array_agg(c.status), array_agg(c.last_message_number), array_agg(c.last_message_id),
         array_agg(c.last_message_sent_at), array_agg(m.provider_sequence), array_agg(c.contact_address_id)
    into ids, statuses, counts, last_ids, last_sent, last_sequences, threads
    from (
      select distinct on (c.contact_address_id) c.* from desk.conversation as c
      where c.workspace_id = workspace and c.contact_address_id = any (addresses)
      order by c.contact_address_id, c.created_at desc, c.id desc
    ) as c
    left join desk.message as m on m.workspace_id = workspace and m.id = c.last_message_id;
  select array_agg(ids[array_position(threads, a.address_id)] order by a.place) into threads
    from unnest(addresses) with ordinality as a(address_id, place);

  -- Filled beforehand: an empty array begins wherever it is first written to.
  numbers := array_fill(null::int, array[cardinality(messages)]);
  is_late := array_fill(null::boolean, array[cardinality(messages)]);
  changes := array_fill(null::text, array[cardinality(messages)]);
  event_numbers := array_fill(null::bigint, array[cardinality(messages)]);
  known := coalesce(cardinality(ids), 0);
  first_items := array_fill(null::int, array[known]);
  lowest := array_fill(null::uuid, array[known]);
  highest := lowest;
  waiting := array_fill(null::timestamptz, array[known]);
  active := waiting;
  for place in 1..cardinality(messages) loop
    continue when not is_new[place];
    if threads[place] is null then
      -- Begun by the first item of its person.
      threads[place] := coalesce(threads[array_position(addresses[:place - 1], addresses[place])], proposed[place]);
    end if;
    spot := array_position(ids, threads[place]);
    if spot is null then
      begun := begun + 1;
      spot := known + begun;
      ids[spot] := threads[place];
      counts[spot] := 0;
      first_items[spot] := place;
      changes[place] := 'opened';
    elsif statuses[spot] <> 'open' then
      changes[place] := 'reopened';
    end if;
    statuses[spot] := 'open';
    counts[spot] := counts[spot] + 1;
    numbers[place] := counts[spot];
    is_late[place] := coalesce((sent[place], sequences[place]) < (last_sent[spot], last_sequences[spot]), false);
    if not is_late[place] then
      last_ids[spot] := messages[place];
      last_sent[spot] := sent[place];
      last_sequences[spot] := sequences[place];
    end if;
    lowest[spot] := least(lowest[spot], messages[place]);
    highest[spot] := greatest(highest[spot], messages[place]);
    waiting[spot] := coalesce(waiting[spot], received[place]);
    active[spot] := greatest(active[spot], received[place]);
    event_numbers[place] := events + 1;
    events := events + case when changes[place] is null then 1 else 2 end;
  end loop;

  update desk.workspace_counter as counter
    set event_number = counter.event_number + events, conversation_number = counter.conversation_number + begun
    where counter.workspace_id = workspace
    returning counter.event_number - events, counter.conversation_number - begun into next_event, next_thread;

  if begun > 0 then
    insert into desk.conversation
        (workspace_id, id, number, inbox_id, contact_id, contact_address_id, status, last_message_number,
         last_inbound_number, last_message_id, last_message_sent_at, first_message_id, newest_message_id, waiting_since,
         last_activity_at, created_at)
      select workspace, t.id, next_thread + row_number() over (order by t.first_item), inboxes[t.first_item],
             contacts[t.first_item], addresses[t.first_item], 'open', t.n, t.n, t.last_id, t.last_sent, t.lowest,
             t.highest, t.waiting, t.active, t.waiting
      from unnest(ids, first_items, counts, last_ids, last_sent, lowest, highest, waiting, active)
        as t(id, first_item, n, last_id, last_sent, lowest, highest, waiting, active)
      where t.first_item is not null;
  end if;
  update desk.conversation as c
    set last_message_number = t.n, last_inbound_number = t.n, last_message_id = t.last_id,
        last_message_sent_at = t.last_sent,
        -- Ids are minted before the lock and by several processes: the window only ever widens.
        first_message_id = least(c.first_message_id, t.lowest),
        newest_message_id = greatest(c.newest_message_id, t.highest),
        waiting_since = coalesce(c.waiting_since, t.waiting),
        last_activity_at = greatest(c.last_activity_at, t.active),
        status = 'open', snoozed_until = null
    from unnest(ids, first_items, counts, last_ids, last_sent, lowest, highest, waiting, active)
      as t(id, first_item, n, last_id, last_sent, lowest, highest, waiting, active)
    where c.workspace_id = workspace and c.id = t.id and t.first_item is null and t.waiting is not null;

  if has_files then
    -- Only what this visitor uploaded, and only once.
    select array_agg(claim.id), array_agg(claim.place) into claimed, claimers from (
      select distinct on (a.id) a.id, x.place
      from rows from (jsonb_to_recordset(p_items) as (visitor_id uuid, attachment_ids uuid[]))
        with ordinality as x(visitor_id, attachment_ids, place)
      join desk.attachment as a on a.workspace_id = workspace and a.id = any (x.attachment_ids)
        and a.uploaded_by_visitor_id = x.visitor_id and a.message_id is null and a.note_id is null
      where is_new[x.place] order by a.id, x.place
    ) as claim;
  end if;
  insert into desk.message
      (workspace_id, id, conversation_id, number, direction, author_kind, text_sealed, preview_sealed,
       attachment_count, sent_at, provider_sequence, received_at, is_late, client_message_id)
    select workspace, x.message_id, threads[x.place], numbers[x.place], 'in', 'contact', x.text_sealed,
           x.preview_sealed,
           coalesce(jsonb_array_length(x.attachments), 0) + coalesce(cardinality(array_positions(claimers, x.place)), 0),
           x.sent_at, x.provider_sequence, x.received_at, is_late[x.place], x.client_message_id
    from rows from (jsonb_to_recordset(p_items) as (message_id uuid, text_sealed bytea, preview_sealed bytea,
        sent_at timestamptz, provider_sequence bigint, received_at timestamptz, client_message_id text,
        attachments jsonb))
      with ordinality as x(message_id, text_sealed, preview_sealed, sent_at, provider_sequence, received_at,
        client_message_id, attachments, place)
    where is_new[x.place];
  if has_files then
    perform app.give_files(workspace, p_items, is_new, claimed, claimers);
  end if;
  insert into desk.search_backlog (workspace_id, message_id, conversation_id, stored_at)
    select workspace, messages[n], threads[n], p_now from generate_subscripts(messages, 1) as n where is_new[n];
  -- A message tells of its conversation too; only what opens it is told apart.
  insert into desk.event (workspace_id, number, kind, at, conversation_id, contact_id, item_id, facts)
    select workspace, next_event + event_numbers[n], 'message.created', p_now, threads[n], contacts[n], messages[n],
           null::jsonb
    from generate_subscripts(messages, 1) as n where is_new[n]
    union all
    select workspace, next_event + event_numbers[n] + 1, 'conversation.changed', p_now, threads[n], contacts[n], null,
           jsonb_build_object('what', changes[n])
    from generate_subscripts(changes, 1) as n where changes[n] is not null;
  perform app.finish_events(workspace, p_done, p_now);

  return query
    select messages[n], case when is_new[n] then 'stored' else 'duplicate' end,
           case when is_new[n] then threads[n] end, next_event + event_numbers[n]
    from generate_subscripts(messages, 1) as n order by n;
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
