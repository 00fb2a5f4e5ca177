-- Blocking a contact (docs/decisions/0021), and lists by who waits longest.

alter table desk.contact
  add column blocked_at timestamptz,
  add column blocked_by_member_id uuid,
  add foreign key (workspace_id, blocked_by_member_id) references desk.member (workspace_id, id);
create index contact_blocked on desk.contact (workspace_id, last_seen_at desc, id desc) where blocked_at is not null;

-- It would be open were its contact not blocked: it was when that was done, or something was written since.
alter table desk.conversation add column is_set_aside boolean not null default false;

-- Those who wait come first, the longest first, and behind them those who do not.
create index conversation_waiting on desk.conversation
  (workspace_id, status, (coalesce(waiting_since, 'infinity'::timestamptz)), id) where status in ('open', 'pending');

drop function app.place_items(jsonb);

-- Who wrote each item: by the item's place, whether it is new (its external id is), and address and contact of its writer
-- when it is. A person whose address is new is made; a known one was seen again. All that can make us wait for others
-- happens here, kind by kind, each in the order of its keys, so that of two of us none waits for the other: once-only
-- keys, addresses, conversations (of these people, to be read again by the caller), contacts. Last, who of the writers is
-- blocked: read with the lock, so that it is true until the commit.
create function app.place_items(p_items jsonb, out is_new boolean[], out addresses uuid[], out contacts uuid[],
    out blocked uuid[])
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  fresh uuid[];
  made uuid[];
  workspaces uuid[];
begin
  with kept as (
    insert into desk.message_external as e (workspace_id, inbox_id, external_key, message_id)
    select x.workspace_id, x.inbox_id, x.external_key, x.message_id
    from rows from (jsonb_to_recordset(p_items) as (
        workspace_id uuid, inbox_id uuid, external_key bytea, message_id uuid))
      with ordinality as x(workspace_id, inbox_id, external_key, message_id, place)
    order by x.workspace_id, x.inbox_id, x.external_key, x.place
    on conflict do nothing
    returning e.message_id
  )
  select coalesce(array_agg(kept.message_id), '{}') into fresh from kept;

  for turn in 1..2 loop
    select array_agg(x.message_id = any (fresh) and x.turn = 1 order by x.place),
           array_agg(a.id order by x.place), array_agg(a.contact_id order by x.place),
           array_agg(x.workspace_id order by x.place)
      into is_new, addresses, contacts, workspaces
      from (
        select y.*, row_number() over (partition by y.message_id order by y.place) as turn
        from rows from (jsonb_to_recordset(p_items) as (
            workspace_id uuid, inbox_id uuid, address_key bytea, message_id uuid))
          with ordinality as y(workspace_id, inbox_id, address_key, message_id, place)
      ) as x
      left join desk.contact_address as a
        on a.workspace_id = x.workspace_id and a.inbox_id = x.inbox_id and a.external_key = x.address_key
        and x.message_id = any (fresh);
    exit when turn = 2 or not exists (
      select from unnest(is_new, addresses) as known(is_new, address_id) where known.is_new and known.address_id is null);

    with met as (
      insert into desk.contact_address as a
        (workspace_id, id, contact_id, inbox_id, external_key, external_sealed, is_verified, created_at)
      select distinct on (x.workspace_id, x.inbox_id, x.address_key)
        x.workspace_id, x.address_id, x.contact_id, x.inbox_id, x.address_key, x.address_sealed, x.is_verified,
        x.received_at
      from rows from (jsonb_to_recordset(p_items) as (workspace_id uuid, inbox_id uuid, address_id uuid,
          address_key bytea, address_sealed bytea, is_verified boolean, contact_id uuid, message_id uuid,
          received_at timestamptz))
        with ordinality as x(workspace_id, inbox_id, address_id, address_key, address_sealed, is_verified, contact_id,
          message_id, received_at, place)
      where x.message_id = any (fresh) and addresses[x.place] is null
      order by x.workspace_id, x.inbox_id, x.address_key, x.place
      on conflict do nothing
      returning a.id
    )
    select coalesce(array_agg(met.id), '{}') into made from met;

    insert into desk.contact as c (workspace_id, id, name_sealed, created_at, last_seen_at)
      select distinct on (x.workspace_id, x.contact_id)
        x.workspace_id, x.contact_id, x.contact_name_sealed, x.received_at, x.received_at
      from rows from (jsonb_to_recordset(p_items) as (workspace_id uuid, address_id uuid, contact_id uuid,
          contact_name_sealed bytea, message_id uuid, received_at timestamptz))
        with ordinality as x(workspace_id, address_id, contact_id, contact_name_sealed, message_id, received_at, place)
      where x.address_id = any (made) and x.message_id = any (fresh)
      order by x.workspace_id, x.contact_id, x.place
      on conflict do nothing;
  end loop;

  -- NO KEY: a plain FOR UPDATE would wait for, and block, everybody who only refers to the row by a foreign key.
  perform from desk.conversation as c
    join (select distinct w.workspace_id, w.address_id from unnest(workspaces, addresses) as w(workspace_id, address_id))
      as writer on c.workspace_id = writer.workspace_id and c.contact_address_id = writer.address_id
    order by c.workspace_id, c.id for no key update of c;
  select coalesce(array_agg(seen.id) filter (where seen.blocked_at is not null), '{}') into blocked from (
    select c.id, c.blocked_at from desk.contact as c
      join (select distinct w.workspace_id, w.contact_id
            from unnest(workspaces, contacts) as w(workspace_id, contact_id)) as writer
        on c.workspace_id = writer.workspace_id and c.id = writer.contact_id
      order by c.workspace_id, c.id for no key update of c
  ) as seen;
  update desk.contact as c
    set last_seen_at = greatest(c.last_seen_at, seen.newest), name_sealed = coalesce(c.name_sealed, seen.name)
    from (
      select workspaces[x.place] as workspace_id, contacts[x.place] as contact_id, max(x.received_at) as newest,
        -- A name is sealed for one contact and none other.
        (array_agg(x.contact_name_sealed order by x.place)
          filter (where x.contact_name_sealed is not null and x.contact_id = contacts[x.place]))[1] as name
      from rows from (jsonb_to_recordset(p_items) as (contact_id uuid, contact_name_sealed bytea,
          received_at timestamptz))
        with ordinality as x(contact_id, contact_name_sealed, received_at, place)
      where contacts[x.place] is not null
      group by 1, 2
    ) as seen
    where c.workspace_id = seen.workspace_id and c.id = seen.contact_id
      and (c.last_seen_at < seen.newest or (c.name_sealed is null and seen.name is not null));
end
$$;

-- Step 2, of several workspaces at once: their signed scopes and their items. Locks rows first, then the counters, so that
-- it never waits for somebody who waits for it; what comes behind the counters (the ledgers) is taken by nobody who would
-- want a counter. What becomes of each item is worked out in memory, in the order of arrival, and written kind by kind: a
-- statement for all items costs little more than a statement for one. Items:
--   {workspace_id, inbox_id, external_key, address_id, address_key, address_sealed, is_verified, contact_id,
--    contact_name_sealed, conversation_id, message_id, text_sealed, preview_sealed, sent_at, provider_sequence,
--    received_at, visitor_id, client_message_id, attachments: [{id, file_name_sealed, key_sealed, media_type, byte_size,
--    width, height}], attachment_ids: [uuid]}
-- `contact_id`, `address_id` and `conversation_id` are proposals, used when the person or thread is new. Events whose
-- messages are all in p_items are named in p_done: [{workspace_id, id}]. Answers one row an item: what became of it.
-- What a blocked contact writes stands in the thread as any message does, and wakes nobody: the conversation neither
-- opens nor moves up, and remembers that something lies there (`is_set_aside`).
create or replace function app.ingest_store(p_scopes text[], p_items jsonb, p_done jsonb, p_now timestamptz)
  returns table (message_id uuid, outcome text, conversation_id uuid, event_number bigint)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  -- Every statement finds its rows by their keys: planning it anew would cost more than running it, and any other way to
  -- join would read the whole of a workspace, which is nothing for most and a million rows for one.
  set plan_cache_mode = force_generic_plan
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  -- By the place of the scope.
  entered uuid[] := app.enter_ingest(p_scopes);
  events int[] := array_fill(0, array[cardinality(p_scopes)]);
  begun int[] := events;
  events_before bigint[];
  threads_before bigint[];
  -- By the place of the item.
  messages uuid[];
  turns int[];
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
  blocked uuid[];
  event_numbers int[];
  -- By the place of the thread among those that go on or begin here.
  known int;
  ids uuid[];
  statuses text[];
  counts int[];
  last_ids uuid[];
  last_sent timestamptz[];
  last_sequences bigint[];
  first_items int[];
  thread_turns int[];
  thread_numbers int[];
  lowest uuid[];
  highest uuid[];
  waiting timestamptz[];
  active timestamptz[];
  aside boolean[];
  -- By the place of the claim.
  claimed uuid[] := '{}';
  claimers bigint[] := '{}';
  turn int;
  spot int;
begin
  set constraints desk.message_external_message deferred;
  select array_agg(x.message_id order by x.place), array_agg(array_position(entered, x.workspace_id) order by x.place),
         array_agg(x.inbox_id order by x.place), array_agg(x.conversation_id order by x.place),
         array_agg(x.sent_at order by x.place), array_agg(x.provider_sequence order by x.place),
         array_agg(x.received_at order by x.place),
         coalesce(bool_or(jsonb_array_length(x.attachments) > 0 or cardinality(x.attachment_ids) > 0), false)
    into messages, turns, inboxes, proposed, sent, sequences, received, has_files
    from rows from (jsonb_to_recordset(p_items) as (workspace_id uuid, message_id uuid, inbox_id uuid,
        conversation_id uuid, sent_at timestamptz, provider_sequence bigint, received_at timestamptz, attachments jsonb,
        attachment_ids uuid[]))
      with ordinality as x(workspace_id, message_id, inbox_id, conversation_id, sent_at, provider_sequence, received_at,
        attachments, attachment_ids, place);
  if messages is not null then
    select p.is_new, p.addresses, p.contacts, p.blocked into is_new, addresses, contacts, blocked
      from app.place_items(p_items) as p;

    -- The newest conversation of each address goes on.
    select array_agg(c.id), array_agg(c.status), array_agg(c.last_message_number), array_agg(c.last_message_id),
           array_agg(c.last_message_sent_at), array_agg(m.provider_sequence), array_agg(c.contact_address_id)
      into ids, statuses, counts, last_ids, last_sent, last_sequences, threads
      from (
        select distinct on (c.workspace_id, c.contact_address_id) c.*
        from unnest(turns, addresses) as u(turn, address_id)
        join desk.conversation as c on c.workspace_id = entered[u.turn] and c.contact_address_id = u.address_id
        order by c.workspace_id, c.contact_address_id, c.created_at desc, c.id desc
      ) as c
      left join desk.message as m on m.workspace_id = c.workspace_id and m.id = c.last_message_id;
    select array_agg(ids[array_position(threads, a.address_id)] order by a.place) into threads
      from unnest(addresses) with ordinality as a(address_id, place);
  end if;

  -- Filled beforehand: an empty array begins wherever it is first written to.
  numbers := array_fill(null::int, array[coalesce(cardinality(messages), 0)]);
  event_numbers := numbers;
  is_late := array_fill(null::boolean, array[coalesce(cardinality(messages), 0)]);
  changes := array_fill(null::text, array[coalesce(cardinality(messages), 0)]);
  known := coalesce(cardinality(ids), 0);
  first_items := array_fill(null::int, array[known]);
  thread_turns := first_items;
  thread_numbers := first_items;
  lowest := array_fill(null::uuid, array[known]);
  highest := lowest;
  waiting := array_fill(null::timestamptz, array[known]);
  active := waiting;
  aside := array_fill(false, array[known]);
  for place in 1..coalesce(cardinality(messages), 0) loop
    continue when not is_new[place];
    turn := turns[place];
    if threads[place] is null then
      -- Begun by the first item of its person.
      threads[place] := coalesce(threads[array_position(addresses[:place - 1], addresses[place])], proposed[place]);
    end if;
    spot := array_position(ids, threads[place]);
    if spot is null then
      known := known + 1;
      spot := known;
      ids[spot] := threads[place];
      counts[spot] := 0;
      first_items[spot] := place;
      begun[turn] := begun[turn] + 1;
      thread_numbers[spot] := begun[turn];
      statuses[spot] := 'closed';
      changes[place] := 'opened';
    elsif statuses[spot] <> 'open' then
      changes[place] := 'reopened';
    end if;
    aside[spot] := contacts[place] = any (blocked);
    if aside[spot] then
      changes[place] := null;
    else
      statuses[spot] := 'open';
    end if;
    thread_turns[spot] := turn;
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
    event_numbers[place] := events[turn] + 1;
    events[turn] := events[turn] + case when changes[place] is null then 1 else 2 end;
  end loop;

  if true = any (is_new) then
    select raised.events_before, raised.threads_before into events_before, threads_before
      from app.raise_counters(entered, events, begun) as raised;

    insert into desk.conversation
        (workspace_id, id, number, inbox_id, contact_id, contact_address_id, status, last_message_number,
         last_inbound_number, last_message_id, last_message_sent_at, first_message_id, newest_message_id, waiting_since,
         last_activity_at, created_at, is_set_aside)
      select entered[t.turn], t.id, threads_before[t.turn] + t.number, inboxes[t.item], contacts[t.item],
             addresses[t.item], t.status, t.n, t.n, t.last_id, t.last_sent, t.lowest, t.highest, t.waiting, t.active,
             t.waiting, t.is_set_aside
      from unnest(ids, thread_turns, first_items, thread_numbers, counts, last_ids, last_sent, lowest, highest, waiting,
        active, statuses, aside)
        as t(id, turn, item, number, n, last_id, last_sent, lowest, highest, waiting, active, status, is_set_aside)
      where t.item is not null;
    update desk.conversation as c
      set last_message_number = t.n, last_inbound_number = t.n, last_message_id = t.last_id,
          last_message_sent_at = t.last_sent,
          -- Ids are minted before the lock and by several processes: the window only ever widens.
          first_message_id = least(c.first_message_id, t.lowest),
          newest_message_id = greatest(c.newest_message_id, t.highest),
          waiting_since = coalesce(c.waiting_since, t.waiting),
          last_activity_at = case when t.is_set_aside then c.last_activity_at
                                  else greatest(c.last_activity_at, t.active) end,
          status = t.status, snoozed_until = null, is_set_aside = t.is_set_aside
      from unnest(ids, thread_turns, first_items, counts, last_ids, last_sent, lowest, highest, waiting, active,
        statuses, aside)
        as t(id, turn, item, n, last_id, last_sent, lowest, highest, waiting, active, status, is_set_aside)
      where c.workspace_id = entered[t.turn] and c.id = t.id and t.item is null;

    if has_files then
      -- Only what this visitor uploaded, and only once.
      select array_agg(claim.id), array_agg(claim.place) into claimed, claimers from (
        select distinct on (a.id) a.id, x.place
        from rows from (jsonb_to_recordset(p_items) as (workspace_id uuid, visitor_id uuid, attachment_ids uuid[]))
          with ordinality as x(workspace_id, visitor_id, attachment_ids, place)
        join desk.attachment as a on a.workspace_id = x.workspace_id and a.id = any (x.attachment_ids)
          and a.uploaded_by_visitor_id = x.visitor_id and a.message_id is null and a.note_id is null
        where is_new[x.place] order by a.id, x.place
      ) as claim;
    end if;
    insert into desk.message
        (workspace_id, id, conversation_id, number, direction, author_kind, text_sealed, preview_sealed,
         attachment_count, sent_at, provider_sequence, received_at, is_late, client_message_id)
      select x.workspace_id, x.message_id, threads[x.place], numbers[x.place], 'in', 'contact', x.text_sealed,
             x.preview_sealed,
             coalesce(jsonb_array_length(x.attachments), 0)
               + coalesce(cardinality(array_positions(claimers, x.place)), 0),
             x.sent_at, x.provider_sequence, x.received_at, is_late[x.place], x.client_message_id
      from rows from (jsonb_to_recordset(p_items) as (workspace_id uuid, message_id uuid, text_sealed bytea,
          preview_sealed bytea, sent_at timestamptz, provider_sequence bigint, received_at timestamptz,
          client_message_id text, attachments jsonb))
        with ordinality as x(workspace_id, message_id, text_sealed, preview_sealed, sent_at, provider_sequence,
          received_at, client_message_id, attachments, place)
      where is_new[x.place];
    -- Now rather than at the commit, where each check would be planned anew.
    set constraints desk.message_external_message immediate;
    if has_files then
      perform app.give_files(p_items, is_new, claimed, claimers);
    end if;
    insert into desk.search_backlog (workspace_id, message_id, conversation_id, stored_at)
      select entered[turns[n]], messages[n], threads[n], p_now
      from generate_subscripts(messages, 1) as n where is_new[n];
    -- A message tells of its conversation too; only what opens it is told apart.
    insert into desk.event (workspace_id, number, kind, at, conversation_id, contact_id, item_id, facts)
      select entered[turns[n]], events_before[turns[n]] + event_numbers[n], 'message.created', p_now, threads[n],
             contacts[n], messages[n], null::jsonb
      from generate_subscripts(messages, 1) as n where is_new[n]
      union all
      select entered[turns[n]], events_before[turns[n]] + event_numbers[n] + 1, 'conversation.changed', p_now,
             threads[n], contacts[n], null, jsonb_build_object('what', changes[n])
      from generate_subscripts(changes, 1) as n where changes[n] is not null;
  end if;
  perform app.finish_events(array_agg(x.workspace_id), array_agg(x.id), p_now)
    from jsonb_to_recordset(p_done) as x(workspace_id uuid, id uuid);

  return query
    select messages[n], case when is_new[n] then 'stored' else 'duplicate' end,
           case when is_new[n] then threads[n] end, events_before[turns[n]] + event_numbers[n]
    from generate_subscripts(messages, 1) as n order by n;
end
$$;

revoke execute on function app.place_items(jsonb) from public;
grant execute on function app.place_items(jsonb) to desk_ingest_definer;
