-- Conversations, messages, notes and what hangs on them.

create table desk.conversation (
  workspace_id uuid not null references desk.workspace (id),
  id uuid not null,
  number bigint not null,
  inbox_id uuid not null,
  contact_id uuid not null,
  contact_address_id uuid not null,
  status text not null check (status in ('open', 'pending', 'snoozed', 'closed')),
  snoozed_until timestamptz check (snoozed_until is null or status = 'snoozed'),
  assignee_id uuid,
  -- Counts received messages; the newest is `last_message_number`.
  last_message_number int not null default 0,
  last_inbound_number int not null default 0,
  -- The newest message by display order; its preview is sealed on its own row.
  last_message_id uuid,
  last_message_sent_at timestamptz,
  -- Newest answer of a member, so that a second agent is warned before answering blind.
  last_reply_number int not null default 0,
  last_reply_member_id uuid,
  -- Smallest and largest id of its messages: the partition window of the thread.
  first_message_id uuid,
  newest_message_id uuid,
  waiting_since timestamptz,
  last_activity_at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, number),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id),
  foreign key (workspace_id, contact_id) references desk.contact (workspace_id, id),
  foreign key (workspace_id, contact_address_id) references desk.contact_address (workspace_id, id),
  foreign key (workspace_id, assignee_id) references desk.member (workspace_id, id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index conversation_list on desk.conversation (workspace_id, status, last_activity_at desc, id desc);
create index conversation_assigned on desk.conversation (workspace_id, assignee_id, status, last_activity_at desc, id desc);
-- "is null" does not fix a place in the order of the index above, so what nobody has taken has one of its own.
create index conversation_unassigned on desk.conversation (workspace_id, status, last_activity_at desc, id desc)
  where assignee_id is null;
create index conversation_inbox on desk.conversation (workspace_id, inbox_id, status, last_activity_at desc, id desc);
create index conversation_contact on desk.conversation (workspace_id, contact_id, last_activity_at desc, id desc);
create index conversation_address on desk.conversation (workspace_id, contact_address_id, created_at desc);
create index conversation_snoozed on desk.conversation (snoozed_until) where status = 'snoozed' and snoozed_until is not null;

-- Partitioned by id, which is minted at arrival: months of history stay out of the way of today's thread.
create table desk.message (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  -- Received number within the conversation.
  number int not null,
  direction text not null check (direction in ('in', 'out')),
  author_kind text not null check (author_kind in ('contact', 'member', 'rule', 'assistant')),
  author_member_id uuid,
  text_sealed app.sealed not null,
  preview_sealed app.sealed not null,
  attachment_count smallint not null default 0,
  sent_at timestamptz not null,
  -- Display order is (sent_at, provider_sequence, number).
  provider_sequence bigint not null default 0,
  received_at timestamptz not null,
  is_late boolean not null default false,
  client_message_id text check (char_length(client_message_id) <= 64),
  primary key (workspace_id, id),
  foreign key (workspace_id, conversation_id) references desk.conversation (workspace_id, id),
  foreign key (workspace_id, author_member_id) references desk.member (workspace_id, id),
  check ((direction = 'in') = (author_kind = 'contact'))
) partition by range (id);
create index message_thread on desk.message
  (workspace_id, conversation_id, sent_at desc, provider_sequence desc, number desc);

-- Once-only, both ways, in tables of their own: a partitioned unique index would have to contain the partition key.
create table desk.message_external (
  workspace_id uuid not null,
  inbox_id uuid not null,
  external_key app.lookup_key not null,
  message_id uuid not null,
  primary key (workspace_id, inbox_id, external_key),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id),
  -- Written first, to find out whether the message is new; the message follows in the same transaction.
  constraint message_external_message foreign key (workspace_id, message_id) references desk.message (workspace_id, id)
    deferrable initially deferred
);
create table desk.client_message (
  workspace_id uuid not null,
  member_id uuid not null,
  client_message_id text not null check (client_message_id ~ '^[A-Za-z0-9_-]{16,64}$'),
  -- message or note, by kind
  item_kind text not null check (item_kind in ('message', 'note')),
  item_id uuid not null,
  conversation_id uuid not null,
  primary key (workspace_id, member_id, client_message_id),
  foreign key (workspace_id, member_id) references desk.member (workspace_id, id),
  foreign key (workspace_id, conversation_id) references desk.conversation (workspace_id, id)
);

-- A note is no message: what sends has no way to see one.
create table desk.note (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  author_member_id uuid not null,
  text_sealed app.sealed not null,
  client_message_id text check (char_length(client_message_id) <= 64),
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, conversation_id) references desk.conversation (workspace_id, id),
  foreign key (workspace_id, author_member_id) references desk.member (workspace_id, id)
);
create index note_thread on desk.note (workspace_id, conversation_id, created_at desc, id desc);

-- A file. Its bytes lie sealed in the file store under its id; `key_sealed` opens them.
create table desk.attachment (
  workspace_id uuid not null references desk.workspace (id),
  id uuid not null,
  -- At most one of these; neither while it waits to be sent.
  message_id uuid,
  note_id uuid,
  uploaded_by_member_id uuid,
  uploaded_by_visitor_id uuid,
  position smallint not null default 0,
  file_name_sealed app.sealed not null,
  key_sealed app.sealed not null,
  media_type text not null check (char_length(media_type) <= 100),
  byte_size bigint not null check (byte_size >= 0),
  width int,
  height int,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, message_id) references desk.message (workspace_id, id),
  foreign key (workspace_id, note_id) references desk.note (workspace_id, id),
  foreign key (workspace_id, uploaded_by_member_id) references desk.member (workspace_id, id),
  foreign key (workspace_id, uploaded_by_visitor_id) references desk.visitor (workspace_id, id),
  check (message_id is null or note_id is null)
);
create index attachment_message on desk.attachment (workspace_id, message_id) where message_id is not null;
create index attachment_note on desk.attachment (workspace_id, note_id) where note_id is not null;
create index attachment_unused on desk.attachment (created_at) where message_id is null and note_id is null;

create table desk.tag (
  workspace_id uuid not null references desk.workspace (id),
  id uuid not null,
  name text not null check (char_length(name) between 1 and 40),
  -- Folded, so that a name exists once whatever its spelling.
  name_folded text not null,
  colour text not null check (colour in ('grey', 'teal', 'blue', 'violet', 'rose', 'amber', 'green')),
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, name_folded)
);
create table desk.conversation_tag (
  workspace_id uuid not null,
  conversation_id uuid not null,
  tag_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, conversation_id, tag_id),
  foreign key (workspace_id, conversation_id) references desk.conversation (workspace_id, id),
  foreign key (workspace_id, tag_id) references desk.tag (workspace_id, id) on delete cascade
);
create index conversation_tag_tag on desk.conversation_tag (workspace_id, tag_id, conversation_id);

create table desk.saved_reply (
  workspace_id uuid not null references desk.workspace (id),
  id uuid not null,
  shortcut text not null check (char_length(shortcut) between 1 and 40),
  title text not null check (char_length(title) between 1 and 120),
  text_sealed app.sealed not null,
  language text not null check (language in ('bn', 'en', 'banglish')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, shortcut)
);

create table desk.draft (
  workspace_id uuid not null,
  member_id uuid not null,
  conversation_id uuid not null,
  mode text not null check (mode in ('reply', 'note')),
  text_sealed app.sealed not null,
  updated_at timestamptz not null,
  primary key (workspace_id, member_id, conversation_id, mode),
  foreign key (workspace_id, member_id) references desk.member (workspace_id, id),
  foreign key (workspace_id, conversation_id) references desk.conversation (workspace_id, id)
);
create table desk.reading (
  workspace_id uuid not null,
  member_id uuid not null,
  conversation_id uuid not null,
  read_number int not null check (read_number >= 0),
  primary key (workspace_id, member_id, conversation_id),
  foreign key (workspace_id, member_id) references desk.member (workspace_id, id),
  foreign key (workspace_id, conversation_id) references desk.conversation (workspace_id, id)
);

-- The duty to send one message, and each try at it.
create table desk.delivery (
  workspace_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  inbox_id uuid not null,
  state text not null check (state in ('queued', 'sending', 'uncertain', 'failed', 'sent', 'delivered', 'read')),
  attempts int not null default 0,
  next_attempt_at timestamptz,
  -- Who holds it while `sending`; after the lease another worker looks.
  lease_until timestamptz,
  reason text check (char_length(reason) <= 120),
  updated_at timestamptz not null,
  -- Or nobody would ever look at it again.
  check (state <> 'queued' or next_attempt_at is not null),
  check (state <> 'sending' or lease_until is not null),
  primary key (workspace_id, message_id),
  foreign key (workspace_id, message_id) references desk.message (workspace_id, id),
  foreign key (workspace_id, conversation_id) references desk.conversation (workspace_id, id),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id)
);
create index delivery_due on desk.delivery (next_attempt_at) where state = 'queued';
create index delivery_leased on desk.delivery (lease_until) where state = 'sending';
create index delivery_inbox on desk.delivery (workspace_id, inbox_id, state);

create table desk.delivery_attempt (
  workspace_id uuid not null,
  message_id uuid not null,
  number int not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text check (outcome in ('accepted', 'rejected', 'throttled', 'unreachable', 'uncertain')),
  code text check (char_length(code) <= 120),
  primary key (workspace_id, message_id, number),
  foreign key (workspace_id, message_id) references desk.delivery (workspace_id, message_id)
);
-- What the provider calls a message of ours, for its status calls.
create table desk.delivery_external (
  workspace_id uuid not null,
  inbox_id uuid not null,
  external_key app.lookup_key not null,
  message_id uuid not null,
  primary key (workspace_id, inbox_id, external_key),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id),
  foreign key (workspace_id, message_id) references desk.delivery (workspace_id, message_id)
);

-- Delivery states only move forward: a late or repeated status call changes nothing. `failed` stands behind `sent`,
-- because a provider may take a message and find out later; only a new try leads back to `queued`.
create function app.delivery_rank(state text) returns int
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
as $$ select array_position(array['queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read'], state) $$;

create function app.keep_delivery_forward() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if old.state = new.state
     or app.delivery_rank(new.state) > app.delivery_rank(old.state)
     or (old.state in ('sending', 'failed', 'uncertain') and new.state = 'queued') then
    return new;
  end if;
  raise exception 'a delivery does not go from % to %', old.state, new.state using errcode = 'DK002';
end
$$;
create trigger keep_delivery_forward before update of state on desk.delivery
  for each row execute function app.keep_delivery_forward();

-- Months of messages and of their search entries. The default partition only catches what no month was made for.
create table desk.message_default partition of desk.message default;

-- Tokens of the folded text, each keyed under the workspace's search key and cut to 40 bits; at most 40 a message.
create table desk.search_entry (
  workspace_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  tokens bigint[] not null check (cardinality(tokens) <= 40),
  primary key (workspace_id, message_id),
  foreign key (workspace_id, conversation_id) references desk.conversation (workspace_id, id)
) partition by range (message_id);
-- Without the pending list: every search would read it through, and writing is no slower without it (measured).
create index search_entry_tokens on desk.search_entry using gin (tokens) with (fastupdate = off);
create table desk.search_entry_default partition of desk.search_entry default;

-- Messages that wait to be indexed, written in the transaction that stores them.
create table desk.search_backlog (
  workspace_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  stored_at timestamptz not null,
  primary key (workspace_id, message_id),
  foreign key (workspace_id, message_id) references desk.message (workspace_id, id)
);
create index search_backlog_age on desk.search_backlog (stored_at);

create table desk.contact_search_entry (
  workspace_id uuid not null,
  contact_id uuid not null,
  tokens bigint[] not null check (cardinality(tokens) <= 40),
  primary key (workspace_id, contact_id),
  foreign key (workspace_id, contact_id) references desk.contact (workspace_id, id)
);
create index contact_search_entry_tokens on desk.contact_search_entry using gin (tokens) with (fastupdate = off);

-- Makes the month partitions from one month back to `months` ahead and says how many. Start-up and the worker call it;
-- it gives up (55P03) rather than make everybody queue behind it, so the worker comes again. A month whose rows already
-- lie in the default partition, because nothing ran in time to cut it out, stays there: slower, and never wrong.
-- Making a partition of messages locks all tables tied to them. Whoever writes messages takes one of the first two
-- tables before any other, and whoever reads them takes one of the rest before; so these are taken first, in this order,
-- and messages last: each writer and reader at work can end, and none waits for us while we wait for it.
create function app.ensure_month_partitions(p_now timestamptz, months int) returns int
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set timezone = 'UTC'
  set lock_timeout = '500ms'
as $$
declare
  month_start timestamptz;
  parent text;
  child text;
  made int := 0;
begin
  if months not between 1 and 24 then
    raise exception 'between 1 and 24 months';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('desk.month_partitions', 0));
  if to_regclass('desk.search_entry_' || to_char(date_trunc('month', p_now) + make_interval(months => months), 'YYYYMM'))
     is not null then
    return 0;
  end if;
  lock table desk.message_external, desk.client_message, desk.delivery, desk.search_backlog, desk.attachment,
    desk.conversation, desk.member in share row exclusive mode;
  for step in -1..months loop
    month_start := date_trunc('month', p_now) + make_interval(months => step);
    foreach parent in array array['message', 'search_entry'] loop
      child := parent || '_' || to_char(month_start, 'YYYYMM');
      if to_regclass('desk.' || child) is null then
        begin
          execute format(
            'create table desk.%I partition of desk.%I for values from (%L) to (%L)',
            child, parent, app.uuid_floor(month_start), app.uuid_floor(month_start + interval '1 month')
          );
          execute format('alter table desk.%I enable row level security', child);
          execute format('alter table desk.%I force row level security', child);
          made := made + 1;
        exception when check_violation then
          null;
        end;
      end if;
    end loop;
  end loop;
  return made;
end
$$;
revoke all on function app.ensure_month_partitions(timestamptz, int) from public;
grant execute on function app.ensure_month_partitions(timestamptz, int) to desk_worker;
