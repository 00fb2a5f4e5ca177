-- What arrives. Step 1 keeps the sealed event, then the sender hears 200. Step 2 makes contact, conversation, message and
-- event from it in one transaction. Both run as static functions of a role that nobody can log in as, under row-level
-- security, with the signed scope verified once a call.

-- The queue itself: no job row beside it.
create table desk.inbound_event (
  workspace_id uuid not null,
  id uuid not null,
  inbox_id uuid not null,
  event_key app.lookup_key not null,
  raw_sealed app.sealed not null,
  byte_size int not null,
  received_at timestamptz not null,
  state text not null default 'pending' check (state in ('pending', 'done', 'unreadable')),
  reason text check (char_length(reason) <= 300),
  primary key (workspace_id, id),
  unique (workspace_id, inbox_id, event_key),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id)
);
create index inbound_event_pending on desk.inbound_event (workspace_id, received_at, id) where state = 'pending';
create index inbound_event_unreadable on desk.inbound_event (workspace_id, inbox_id, id desc) where state = 'unreadable';

-- Verifies a signed scope and enters its workspace; refuses everything else.
create function app.enter_ingest(p_scope text) returns uuid
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  workspace uuid;
begin
  perform set_config('app.ingest_workspace', '', true);
  perform set_config('app.scope', p_scope, true);
  workspace := app.current_workspace();
  if workspace is null then
    raise exception 'no valid scope' using errcode = 'DK003';
  end if;
  perform set_config('app.ingest_workspace', workspace::text, true);
  return workspace;
end
$$;

-- Step 1. Items: [{id, inbox_id, event_key, raw_sealed, byte_size, received_at}]. A known event key is a duplicate: it
-- answers is_new = false and changes nothing.
create function app.ingest_keep(p_scope text, p_items jsonb)
  returns table (id uuid, is_new boolean)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  workspace uuid := app.enter_ingest(p_scope);
begin
  return query
  with item as (
    select * from jsonb_to_recordset(p_items) as x(
      id uuid, inbox_id uuid, event_key bytea, raw_sealed bytea, byte_size int, received_at timestamptz)
  ), kept as (
    insert into desk.inbound_event (workspace_id, id, inbox_id, event_key, raw_sealed, byte_size, received_at)
    select workspace, item.id, item.inbox_id, item.event_key, item.raw_sealed, item.byte_size, item.received_at
    from item order by item.inbox_id, item.event_key
    on conflict (workspace_id, inbox_id, event_key) do nothing
    returning inbound_event.id, inbound_event.inbox_id, inbound_event.received_at
  ), counted as (
    update desk.inbox_ledger as ledger
    set received = ledger.received + tally.n, last_received_at = tally.newest
    from (select kept.inbox_id, count(*) as n, max(kept.received_at) as newest from kept group by kept.inbox_id) as tally
    where ledger.workspace_id = workspace and ledger.inbox_id = tally.inbox_id
  )
  select item.id, exists (select from kept where kept.id = item.id) from item;
end
$$;

-- The pending events of up to p_workspaces workspaces after p_after (turn and turn about), oldest first in each. A
-- workspace that another process works on is passed over: the lock is held to the end of the transaction, so one
-- conversation is never in two hands.
create function app.take_pending(p_after uuid, p_workspaces int, p_events int)
  returns table (
    workspace_id uuid, id uuid, inbox_id uuid, channel text, raw_sealed bytea, received_at timestamptz
  )
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  cursor_at uuid := p_after;
  first_seen uuid;
  has_wrapped boolean := false;
  found_ws uuid;
  taken int := 0;
begin
  while taken < p_workspaces loop
    select event.workspace_id into found_ws from desk.inbound_event as event
    where event.state = 'pending' and event.workspace_id > cursor_at
    order by event.workspace_id limit 1;
    if not found then
      exit when has_wrapped;
      has_wrapped := true;
      cursor_at := '00000000-0000-0000-0000-000000000000';
      continue;
    end if;
    exit when found_ws = first_seen or (has_wrapped and found_ws > p_after and first_seen is not null);
    first_seen := coalesce(first_seen, found_ws);
    cursor_at := found_ws;
    if pg_try_advisory_xact_lock(hashtextextended('desk.ingest:' || found_ws::text, 0)) then
      taken := taken + 1;
      return query
        select event.workspace_id, event.id, event.inbox_id, inbox.channel, event.raw_sealed::bytea, event.received_at
        from desk.inbound_event as event
        join desk.inbox on inbox.workspace_id = event.workspace_id and inbox.id = event.inbox_id
        where event.workspace_id = found_ws and event.state = 'pending'
        order by event.received_at, event.id
        limit p_events;
    end if;
  end loop;
end
$$;

-- Who is already known by these addresses. Items: [{inbox_id, address_key}].
create function app.ingest_resolve(p_scope text, p_items jsonb)
  returns table (inbox_id uuid, address_key bytea, contact_id uuid, has_name boolean)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  workspace uuid := app.enter_ingest(p_scope);
begin
  return query
    select address.inbox_id, address.external_key::bytea, address.contact_id, contact.name_sealed is not null
    from (select distinct x.inbox_id, x.address_key
          from jsonb_to_recordset(p_items) as x(inbox_id uuid, address_key bytea)) as item
    join desk.contact_address as address
      on address.workspace_id = workspace and address.inbox_id = item.inbox_id
      and address.external_key = item.address_key
    join desk.contact on contact.workspace_id = workspace and contact.id = address.contact_id;
end
$$;

-- Step 2 for one workspace. Locks rows first (conversations in id order), the counter last, so that it never waits for
-- somebody who waits for it. Items in order of arrival:
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
as $$
declare
  workspace uuid := app.enter_ingest(p_scope);
  item record;
  known_contact uuid;
  known_address uuid;
  known_thread uuid;
  is_new boolean[] := '{}';
  opens boolean[] := '{}';
  addresses uuid[] := '{}';
  contacts uuid[] := '{}';
  threads uuid[] := '{}';
  place int := 0;
  events_needed int := 0;
  threads_needed int := 0;
  next_event bigint;
  next_thread bigint;
  was_last record;
  message_number int;
  file_count int;
  late boolean;
begin
  -- Everything that can make us wait for others comes before the counter.
  perform from desk.conversation as c
    join desk.contact_address as a on a.workspace_id = c.workspace_id and a.id = c.contact_address_id
    join jsonb_to_recordset(p_items) as x(inbox_id uuid, address_key bytea)
      on a.inbox_id = x.inbox_id and a.external_key = x.address_key
    where c.workspace_id = workspace
    order by c.id
    for update of c;

  for item in
    select * from jsonb_to_recordset(p_items) as x(
      inbox_id uuid, external_key bytea, address_id uuid, address_key bytea, address_sealed bytea, is_verified boolean,
      contact_id uuid, contact_name_sealed bytea, conversation_id uuid, message_id uuid, received_at timestamptz)
  loop
    place := place + 1;
    insert into desk.message_external as e (workspace_id, inbox_id, external_key, message_id)
      values (workspace, item.inbox_id, item.external_key, item.message_id)
      on conflict do nothing;
    is_new[place] := found;
    opens[place] := false;
    addresses[place] := null;
    contacts[place] := null;
    threads[place] := null;
    continue when not is_new[place];

    insert into desk.contact_address as a
        (workspace_id, id, contact_id, inbox_id, external_key, external_sealed, is_verified, created_at)
      values (workspace, item.address_id, item.contact_id, item.inbox_id, item.address_key, item.address_sealed,
              item.is_verified, item.received_at)
      on conflict do nothing;
    if found then
      known_address := item.address_id;
      known_contact := item.contact_id;
      insert into desk.contact (workspace_id, id, name_sealed, created_at, last_seen_at)
        values (workspace, known_contact, item.contact_name_sealed, item.received_at, item.received_at)
        on conflict do nothing;
    else
      select a.id, a.contact_id into known_address, known_contact from desk.contact_address as a
        where a.workspace_id = workspace and a.inbox_id = item.inbox_id and a.external_key = item.address_key;
      update desk.contact as c
        set last_seen_at = greatest(c.last_seen_at, item.received_at),
            name_sealed = case when known_contact = item.contact_id
                          then coalesce(c.name_sealed, item.contact_name_sealed) else c.name_sealed end
        where c.workspace_id = workspace and c.id = known_contact;
    end if;
    addresses[place] := known_address;
    contacts[place] := known_contact;

    -- The person's thread in this inbox goes on; a new one begins only when there is none. Locked here too: another
    -- transaction may have begun it since the locks above, and an agent may already be at work in it.
    select c.id into known_thread from desk.conversation as c
      where c.workspace_id = workspace and c.contact_address_id = known_address
      order by c.created_at desc, c.id desc limit 1 for update;
    if known_thread is null then
      known_thread := threads[array_position(addresses[:place - 1], known_address)];
    end if;
    if known_thread is null then
      known_thread := item.conversation_id;
      opens[place] := true;
      threads_needed := threads_needed + 1;
    end if;
    threads[place] := known_thread;
    events_needed := events_needed + 2;
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
    select count(*) into file_count from desk.attachment as a
      where a.workspace_id = workspace and a.id = any (item.attachment_ids)
        and a.uploaded_by_visitor_id = item.visitor_id and a.message_id is null and a.note_id is null;
    update desk.conversation as c
      set last_message_number = c.last_message_number + 1,
          last_inbound_number = c.last_message_number + 1,
          last_message_id = case when late then c.last_message_id else item.message_id end,
          last_message_sent_at = case when late then c.last_message_sent_at else item.sent_at end,
          first_message_id = coalesce(c.first_message_id, item.message_id),
          newest_message_id = item.message_id,
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
    insert into desk.attachment
        (workspace_id, id, message_id, position, file_name_sealed, key_sealed, media_type, byte_size, width, height,
         created_at)
      select workspace, f.id, item.message_id, f.place - 1, f.file_name_sealed, f.key_sealed, f.media_type, f.byte_size,
             f.width, f.height, item.received_at
      from rows from (jsonb_to_recordset(item.attachments) as (
        id uuid, file_name_sealed bytea, key_sealed bytea, media_type text, byte_size bigint, width int, height int
      )) with ordinality as f(id, file_name_sealed, key_sealed, media_type, byte_size, width, height, place);
    update desk.attachment as a
      set message_id = item.message_id,
          position = coalesce(jsonb_array_length(item.attachments), 0) + array_position(item.attachment_ids, a.id) - 1
      where a.workspace_id = workspace and a.id = any (item.attachment_ids)
        and a.uploaded_by_visitor_id = item.visitor_id and a.message_id is null and a.note_id is null;
    insert into desk.search_backlog (workspace_id, message_id, conversation_id, stored_at)
      values (workspace, item.message_id, threads[place], p_now);

    next_event := next_event + 1;
    insert into desk.event (workspace_id, number, kind, at, conversation_id, contact_id, item_id)
      values (workspace, next_event, 'message.created', p_now, threads[place], contacts[place], item.message_id);
    event_number := next_event;
    next_event := next_event + 1;
    insert into desk.event (workspace_id, number, kind, at, conversation_id, contact_id, facts)
      values (workspace, next_event, 'conversation.changed', p_now, threads[place], contacts[place],
              case when opens[place] then '{"what":"opened"}'::jsonb
                   when was_last.status <> 'open' then '{"what":"reopened"}'::jsonb end);
    outcome := 'stored';
    return next;
  end loop;

  update desk.inbox_ledger as ledger
    set stored = ledger.stored + tally.n, last_stored_at = p_now
    from (select e.inbox_id, count(*) as n from desk.inbound_event as e
          where e.workspace_id = workspace and e.id = any (p_done) and e.state = 'pending' group by e.inbox_id) as tally
    where ledger.workspace_id = workspace and ledger.inbox_id = tally.inbox_id;
  update desk.inbound_event as e set state = 'done', reason = null
    where e.workspace_id = workspace and e.id = any (p_done) and e.state = 'pending';
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
  update desk.inbox_ledger as ledger
    set stored = ledger.stored + tally.n, last_stored_at = p_now
    from (select e.inbox_id, count(*) as n from desk.inbound_event as e
          where e.workspace_id = workspace and e.id = any (p_done) and e.state = 'pending' group by e.inbox_id) as tally
    where ledger.workspace_id = workspace and ledger.inbox_id = tally.inbox_id;
  update desk.inbound_event as e set state = 'done', reason = null
    where e.workspace_id = workspace and e.id = any (p_done) and e.state = 'pending';
  return cardinality(moved);
end
$$;

-- Sets an event apart: kept, counted, shown to admins, replayed after a fix. It never blocks the next one.
create function app.ingest_set_apart(p_scope text, p_event uuid, p_reason text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  workspace uuid := app.enter_ingest(p_scope);
begin
  update desk.inbound_event as e set state = 'unreadable', reason = left(p_reason, 300)
    where e.workspace_id = workspace and e.id = p_event and e.state = 'pending';
end
$$;
