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

-- Verifies a signed scope and enters its workspace; refuses everything else. Written as assignments, which PostgreSQL
-- works out by itself: a statement for each of them would double the price.
create function app.enter_ingest(p_scope text) returns uuid
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  has_planned boolean := app.plan_anew();
  workspace uuid;
  setting text;
begin
  setting := set_config('app.ingest_workspace', '', true);
  setting := set_config('app.scope', p_scope, true);
  workspace := app.current_workspace();
  if workspace is null then
    raise exception 'no valid scope' using errcode = 'DK003';
  end if;
  setting := set_config('app.ingest_workspace', workspace::text, true);
  return workspace;
end
$$;

-- Step 1, of several workspaces in one call: the signed scopes of each and, at the same places of p_items, their events as
-- arrays of {id, inbox_id, event_key, raw_sealed, byte_size, received_at}. Each workspace is entered by itself, so that
-- the policies hold its rows apart from the others'. A known event key is a duplicate: it answers is_new = false and
-- changes nothing.
create function app.ingest_keep(p_scopes text[], p_items jsonb)
  returns table (id uuid, is_new boolean)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  -- Every statement finds its row by a key: planning it anew would cost more than running it.
  set plan_cache_mode = force_generic_plan
as $$
declare
  workspace uuid;
  items jsonb;
  kept uuid[];
  tally record;
begin
  for turn in 1..cardinality(p_scopes) loop
    workspace := app.enter_ingest(p_scopes[turn]);
    items := p_items -> (turn - 1);
    with made as (
      insert into desk.inbound_event (workspace_id, id, inbox_id, event_key, raw_sealed, byte_size, received_at)
      select workspace, x.id, x.inbox_id, x.event_key, x.raw_sealed, x.byte_size, x.received_at
      from jsonb_to_recordset(items) as x(
        id uuid, inbox_id uuid, event_key bytea, raw_sealed bytea, byte_size int, received_at timestamptz)
      order by x.inbox_id, x.event_key
      on conflict (workspace_id, inbox_id, event_key) do nothing
      returning inbound_event.id
    )
    select coalesce(array_agg(made.id), '{}') into kept from made;
    -- One inbox after the other, in the order of their ids: two batches would else wait for each other for good.
    for tally in
      select x.inbox_id, count(*) as n, max(x.received_at) as newest
      from jsonb_to_recordset(items) as x(id uuid, inbox_id uuid, received_at timestamptz)
      where x.id = any (kept) group by x.inbox_id order by x.inbox_id
    loop
      update desk.inbox_ledger as ledger
        set received = ledger.received + tally.n, last_received_at = tally.newest
        where ledger.workspace_id = workspace and ledger.inbox_id = tally.inbox_id;
    end loop;
    return query select x.id, x.id = any (kept) from jsonb_to_recordset(items) as x(id uuid);
  end loop;
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
