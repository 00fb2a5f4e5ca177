-- How workers find work across workspaces, and how a search reads the index: static functions of roles that nobody can
-- log in as and that see only the columns named in the grants.

-- Due messages, a fair turn for each workspace, one at a time in each conversation so that answers leave in order.
-- The caller names inbox and workspace of each send that it has running: a slow receiver takes no more than its share.
-- Reads as many rows as there are inboxes with a queue and messages to claim, however long the queues are.
create function app.claim_deliveries(
    p_now timestamptz, p_lease_until timestamptz, p_limit int,
    p_running_inboxes uuid[] default '{}', p_per_inbox int default 1000,
    p_running_workspaces uuid[] default '{}', p_per_workspace int default 1000)
  returns table (workspace_id uuid, message_id uuid, conversation_id uuid, inbox_id uuid, attempts int)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  -- A plan from when the queue was empty would read all of it when it is long.
  set plan_cache_mode = force_custom_plan
as $$
begin
  return query
  with recursive place as (
    -- The inboxes that have something queued, each found in the index behind the one before.
    (select d.workspace_id, d.inbox_id from desk.delivery as d where d.state = 'queued'
     order by d.workspace_id, d.inbox_id limit 1)
    union all
    select following.workspace_id, following.inbox_id from place cross join lateral (
      select d.workspace_id, d.inbox_id from desk.delivery as d
      where d.state = 'queued' and (d.workspace_id, d.inbox_id) > (place.workspace_id, place.inbox_id)
      order by d.workspace_id, d.inbox_id limit 1
    ) as following
  ), fitting as (
    select place.workspace_id, due.message_id,
           row_number() over (partition by place.workspace_id order by due.next_attempt_at, due.message_id) as turn
    from place cross join lateral (
      select d.message_id, d.next_attempt_at from desk.delivery as d
      where d.state = 'queued' and d.next_attempt_at <= p_now
        and d.workspace_id = place.workspace_id and d.inbox_id = place.inbox_id
        and not exists (
          select from desk.delivery as before
          where before.workspace_id = d.workspace_id and before.conversation_id = d.conversation_id
            and before.message_id < d.message_id and before.state in ('queued', 'sending')
        )
      order by d.next_attempt_at, d.message_id
      limit greatest(0, least(p_limit, p_per_inbox - cardinality(array_positions(p_running_inboxes, place.inbox_id))))
    ) as due
  ), chosen as (
    select d.workspace_id, d.message_id from desk.delivery as d
    join (
      select * from fitting
      where fitting.turn + cardinality(array_positions(p_running_workspaces, fitting.workspace_id)) <= p_per_workspace
      order by fitting.turn limit p_limit
    ) as turn_of on turn_of.workspace_id = d.workspace_id and turn_of.message_id = d.message_id
    where d.state = 'queued' and d.next_attempt_at <= p_now
    order by d.workspace_id, d.message_id
    for update of d skip locked
  )
  update desk.delivery as d
    set state = 'sending', attempts = d.attempts + 1, lease_until = p_lease_until, next_attempt_at = null,
        updated_at = p_now
    from chosen where d.workspace_id = chosen.workspace_id and d.message_id = chosen.message_id
    returning d.workspace_id, d.message_id, d.conversation_id, d.inbox_id, d.attempts;
end
$$;
create index delivery_turn on desk.delivery (workspace_id, inbox_id, next_attempt_at, message_id)
  where state = 'queued';
create index delivery_conversation on desk.delivery (workspace_id, conversation_id, message_id)
  where state in ('queued', 'sending');

-- Deliveries whose worker never came back: nobody knows whether the bytes left.
create function app.abandoned_deliveries(p_now timestamptz, p_lease_until timestamptz, p_limit int)
  returns table (workspace_id uuid, message_id uuid, conversation_id uuid, inbox_id uuid, attempts int)
  language sql security definer
  set search_path = pg_catalog, pg_temp
as $$
  update desk.delivery as d set lease_until = p_lease_until
  from (
    select l.workspace_id, l.message_id from desk.delivery as l
    where l.state = 'sending' and l.lease_until < p_now
    order by l.lease_until limit p_limit for update skip locked
  ) as late
  where d.workspace_id = late.workspace_id and d.message_id = late.message_id
  returning d.workspace_id, d.message_id, d.conversation_id, d.inbox_id, d.attempts
$$;

-- When the next message falls due that does not wait behind another one of its conversation, so that a worker sleeps
-- no longer than it may and does not wake for what it cannot claim.
create function app.next_delivery_at() returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select d.next_attempt_at from desk.delivery as d
  where d.state = 'queued' and not exists (
    select from desk.delivery as before
    where before.workspace_id = d.workspace_id and before.conversation_id = d.conversation_id
      and before.message_id < d.message_id and before.state in ('queued', 'sending')
  )
  order by d.next_attempt_at limit 1
$$;

-- The workspace of an event that could not be read, for an operator who has nothing but its id.
create function app.workspace_of_unreadable(p_event uuid) returns uuid
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$ select e.workspace_id from desk.inbound_event as e where e.id = p_event and e.state = 'unreadable' $$;

create function app.due_snoozes(p_now timestamptz, p_limit int)
  returns table (workspace_id uuid, conversation_id uuid)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select c.workspace_id, c.id from desk.conversation as c
  where c.status = 'snoozed' and c.snoozed_until <= p_now
  order by c.snoozed_until limit p_limit
$$;

create function app.search_backlog_of(p_limit int)
  returns table (workspace_id uuid, message_id uuid, conversation_id uuid)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select b.workspace_id, b.message_id, b.conversation_id from desk.search_backlog as b
  order by b.stored_at limit p_limit
$$;

-- Uploads that nobody put into a message: their rows go, then their files.
create function app.unused_attachments(p_before timestamptz, p_limit int)
  returns table (workspace_id uuid, attachment_id uuid)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select a.workspace_id, a.id from desk.attachment as a
  where a.message_id is null and a.note_id is null and a.created_at < p_before
  order by a.created_at limit p_limit
$$;

-- How far each of these workspaces' events go: the once-a-second look of a process that holds streams.
create function app.event_numbers(p_workspaces uuid[])
  returns table (workspace_id uuid, event_number bigint)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select c.workspace_id, c.event_number from desk.workspace_counter as c where c.workspace_id = any (p_workspaces)
$$;

-- Messages of the caller's workspace that carry every word, newest first, before a message id. A word is a row of
-- p_words: tokens of which any one will do, such as the whole word or its beginning. Walks the months backwards, so that
-- a rare word and a common one cost the same. Only ids leave: the caller reads the rows again under its own policies and
-- confirms the words after unsealing. Planned afresh each time, so that absent words fold away and the first three of
-- the others are index conditions.
create function app.search_messages(p_words bigint[], p_before uuid, p_limit int)
  returns table (message_id uuid, conversation_id uuid)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  set timezone = 'UTC'
  set plan_cache_mode = force_custom_plan
  -- Comparing arrays costs more than the planner thinks, and pages in memory less: words of middling frequency would be
  -- looked for in every message of a month.
  set random_page_cost = 1.1
as $$
declare
  workspace uuid := app.current_workspace();
  words int := array_length(p_words, 1);
  upper_bound uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  oldest uuid;
  lower_bound uuid;
  month_start timestamptz;
  found_rows int := 0;
  page int;
begin
  if workspace is null then
    raise exception 'no valid scope' using errcode = 'DK003';
  end if;
  if words is null or words > 10 or cardinality(p_words) > 120 or p_limit not between 1 and 500 then
    raise exception 'a search takes 1 to 10 words and answers at most 500 rows';
  end if;
  select s.message_id into oldest from desk.search_entry as s
    where s.workspace_id = workspace order by s.message_id limit 1;
  if oldest is null then
    return;
  end if;
  -- The first step covers everything newer than the month of the upper bound's own time.
  month_start := date_trunc('month', least(
    to_timestamp(('x' || left(replace(upper_bound::text, '-', ''), 12))::bit(48)::bigint / 1000.0),
    (select to_timestamp(('x' || left(replace(max_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
     from (select s.message_id as max_id from desk.search_entry as s
           where s.workspace_id = workspace order by s.message_id desc limit 1) as newest)
  ));
  loop
    lower_bound := app.uuid_floor(month_start);
    return query
      select s.message_id, s.conversation_id from desk.search_entry as s
      where s.workspace_id = workspace and s.message_id >= lower_bound and s.message_id < upper_bound
        and s.tokens && p_words[1:1]
        and (words < 2 or s.tokens && p_words[2:2])
        and (words < 3 or s.tokens && p_words[3:3])
        and (words < 4 or not exists (
          select from generate_series(4, words) as place where not s.tokens && p_words[place:place]))
      order by s.message_id desc limit p_limit - found_rows;
    get diagnostics page = row_count;
    found_rows := found_rows + page;
    exit when found_rows >= p_limit or lower_bound <= oldest;
    upper_bound := lower_bound;
    month_start := month_start - interval '1 month';
  end loop;
end
$$;

create function app.search_contacts(p_words bigint[], p_limit int) returns table (contact_id uuid)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_custom_plan
as $$
declare
  workspace uuid := app.current_workspace();
  words int := array_length(p_words, 1);
begin
  if workspace is null then
    raise exception 'no valid scope' using errcode = 'DK003';
  end if;
  if words is null or words > 10 or cardinality(p_words) > 120 or p_limit not between 1 and 500 then
    raise exception 'a search takes 1 to 10 words and answers at most 500 rows';
  end if;
  return query
    select s.contact_id from desk.contact_search_entry as s
    where s.workspace_id = workspace and s.tokens && p_words[1:1]
      and (words < 2 or s.tokens && p_words[2:2])
      and (words < 3 or s.tokens && p_words[3:3])
      and (words < 4 or not exists (
        select from generate_series(4, words) as place where not s.tokens && p_words[place:place]))
    order by s.contact_id desc limit p_limit;
end
$$;

create function app.search_is_complete() returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select not exists (select from desk.search_backlog as b where b.workspace_id = (select app.current_workspace()))
$$;
