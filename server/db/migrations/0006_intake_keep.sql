-- What arrives, step 1: the sealed event is kept, then the sender hears 200; and the queue that this makes for step 2.
-- Both steps run as static functions of a role that nobody can log in as, under row-level security, with the signed
-- scope verified once a call.

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

-- A plan made while a table was small, or a month's partition empty, may name the wrong index, and stays until somebody
-- takes statistics: a minute in which each message costs more than the one before (measured: seven times after 4,000).
-- So a connection of intake plans anew every two seconds, which costs it half a percent.
create function app.plan_anew() returns boolean
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  planned_at double precision := coalesce(nullif(current_setting('app.planned_at', true), ''), '0')::double precision;
  this_moment double precision := extract(epoch from clock_timestamp());
begin
  if this_moment - planned_at <= 2 then
    return false;
  end if;
  discard plans;
  perform set_config('app.planned_at', this_moment::text, false);
  return true;
end
$$;

-- Verifies signed scopes, enters their workspaces and gives them in the same order; refuses everything else. What is not
-- among them stays out of sight, and cannot be written. Done by assignments, which PostgreSQL works out by itself: a
-- statement for each of them would double the price.
create function app.enter_ingest(p_scopes text[]) returns uuid[]
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  has_planned boolean := app.plan_anew();
  entered uuid[] := array_fill(null::uuid, array[cardinality(p_scopes)]);
  setting text;
begin
  setting := set_config('app.ingest_workspaces', '', true);
  for turn in 1..cardinality(p_scopes) loop
    setting := set_config('app.scope', p_scopes[turn], true);
    entered[turn] := app.current_workspace();
    if entered[turn] is null then
      raise exception 'no valid scope' using errcode = 'DK003';
    end if;
  end loop;
  setting := set_config('app.ingest_workspaces', entered::text, true);
  return entered;
end
$$;

-- Step 1, of several workspaces at once: their signed scopes, and their events as
-- [{workspace_id, id, inbox_id, event_key, raw_sealed, byte_size, received_at}]. A known event key is a duplicate: it
-- answers is_new = false and changes nothing. Rows are taken in the order of their keys, ledgers in that of their
-- inboxes: two batches would else wait for each other for good.
create function app.ingest_keep(p_scopes text[], p_items jsonb)
  returns table (id uuid, is_new boolean)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  -- Every statement finds its rows by their keys: planning it anew would cost more than running it, and any other way to
  -- join would read the whole of a workspace, which is nothing for most and a million rows for one.
  set plan_cache_mode = force_generic_plan
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  entered uuid[] := app.enter_ingest(p_scopes);
  kept uuid[];
  workspaces uuid[];
  inboxes uuid[];
  counts bigint[];
  newest timestamptz[];
begin
  with made as (
    insert into desk.inbound_event (workspace_id, id, inbox_id, event_key, raw_sealed, byte_size, received_at)
    select x.workspace_id, x.id, x.inbox_id, x.event_key, x.raw_sealed, x.byte_size, x.received_at
    from jsonb_to_recordset(p_items) as x(workspace_id uuid, id uuid, inbox_id uuid, event_key bytea, raw_sealed bytea,
      byte_size int, received_at timestamptz)
    order by x.workspace_id, x.inbox_id, x.event_key
    on conflict (workspace_id, inbox_id, event_key) do nothing
    returning inbound_event.id
  )
  select coalesce(array_agg(made.id), '{}') into kept from made;
  select array_agg(tally.workspace_id), array_agg(tally.inbox_id), array_agg(tally.n), array_agg(tally.newest)
    into workspaces, inboxes, counts, newest
    from (
      select x.workspace_id, x.inbox_id, count(*) as n, max(x.received_at) as newest
      from jsonb_to_recordset(p_items) as x(workspace_id uuid, id uuid, inbox_id uuid, received_at timestamptz)
      where x.id = any (kept) group by x.workspace_id, x.inbox_id
    ) as tally;
  perform from desk.inbox_ledger as ledger
    join unnest(workspaces, inboxes) as u(workspace_id, inbox_id)
      on ledger.workspace_id = u.workspace_id and ledger.inbox_id = u.inbox_id
    order by ledger.workspace_id, ledger.inbox_id for no key update of ledger;
  update desk.inbox_ledger as ledger set received = ledger.received + u.n, last_received_at = u.newest
    from unnest(workspaces, inboxes, counts, newest) as u(workspace_id, inbox_id, n, newest)
    where ledger.workspace_id = u.workspace_id and ledger.inbox_id = u.inbox_id;
  return query select x.id, x.id = any (kept) from jsonb_to_recordset(p_items) as x(id uuid);
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

-- Who is already known by these addresses. Items: [{workspace_id, inbox_id, address_key}].
create function app.ingest_resolve(p_scopes text[], p_items jsonb)
  returns table (workspace_id uuid, inbox_id uuid, address_key bytea, contact_id uuid, has_name boolean)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  entered uuid[] := app.enter_ingest(p_scopes);
begin
  return query
    select item.workspace_id, item.inbox_id, address.external_key::bytea, address.contact_id,
           contact.name_sealed is not null
    from (select distinct x.workspace_id, x.inbox_id, x.address_key
          from jsonb_to_recordset(p_items) as x(workspace_id uuid, inbox_id uuid, address_key bytea)) as item
    join desk.contact_address as address
      on address.workspace_id = item.workspace_id and address.inbox_id = item.inbox_id
      and address.external_key = item.address_key
    join desk.contact on contact.workspace_id = item.workspace_id and contact.id = address.contact_id;
end
$$;

-- Sets an event apart: kept, counted, shown to admins, replayed after a fix. It never blocks the next one.
create function app.ingest_set_apart(p_scope text, p_event uuid, p_reason text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  entered uuid[] := app.enter_ingest(array[p_scope]);
begin
  update desk.inbound_event as e set state = 'unreadable', reason = left(p_reason, 300)
    where e.workspace_id = entered[1] and e.id = p_event and e.state = 'pending';
end
$$;
