-- Numbers without gaps, the events that screens read, and the audit trail with its chain.

create table desk.workspace_counter (
  workspace_id uuid primary key references desk.workspace (id),
  event_number bigint not null default 0,
  conversation_number bigint not null default 0,
  -- Up to which event number some screen or list was shown (settled words of the ledger).
  shown_number bigint not null default 0
);

-- What happened, in commit order. Ids and states only: what people wrote is read again from its own sealed row.
create table desk.event (
  -- No foreign key: it would be checked behind the counter, where nothing may wait for the row of the workspace. The
  -- counter, which has one, is locked by whoever writes an event.
  workspace_id uuid not null,
  number bigint not null,
  kind text not null check (char_length(kind) <= 60),
  at timestamptz not null,
  actor_member_id uuid,
  conversation_id uuid,
  contact_id uuid,
  -- message or note the event is about
  item_id uuid,
  -- Only for this member (reading, drafts); null for everybody.
  for_member_id uuid,
  -- Small facts of an activity line: {"what":"assigned","memberId":…}, {"state":"sent"}
  facts jsonb,
  primary key (workspace_id, number)
);
create index event_activity on desk.event (workspace_id, conversation_id, number desc)
  where kind = 'conversation.changed' and facts is not null;

create table desk.audit_head (
  workspace_id uuid primary key references desk.workspace (id),
  number bigint not null default 0,
  hash bytea not null default '\x0000000000000000000000000000000000000000000000000000000000000000'
    check (octet_length(hash) = 32)
);

-- Who did what to what. The hash covers the entry and the hash before it, so a changed or missing entry shows.
create table desk.audit_entry (
  workspace_id uuid not null references desk.workspace (id),
  number bigint not null,
  id uuid not null,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('member', 'operator', 'system')),
  actor_member_id uuid,
  action text not null check (char_length(action) <= 80),
  target text check (char_length(target) <= 120),
  result text not null check (result in ('done', 'denied')),
  before jsonb,
  after jsonb,
  -- Merged denials of one minute.
  count int not null default 1,
  ip inet,
  user_agent text check (char_length(user_agent) <= 300),
  request_id text check (char_length(request_id) <= 60),
  previous_hash bytea not null check (octet_length(previous_hash) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  primary key (workspace_id, number)
);
