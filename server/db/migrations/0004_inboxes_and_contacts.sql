-- Connected inboxes with their credentials in two tables (what verifies, what sends), and the people who write.

create table desk.inbox (
  workspace_id uuid not null references desk.workspace (id),
  id uuid not null,
  channel text not null check (channel ~ '^[a-z]{2,20}$'),
  name text not null check (char_length(name) between 1 and 120),
  -- Public: stands in addresses and in the widget snippet.
  key text not null unique check (key ~ '^[a-z0-9]{16,40}$'),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  is_enabled boolean not null default true,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);

-- What verifies inbound calls: read by desk_ingest only.
create table desk.inbox_verifier (
  workspace_id uuid not null,
  id uuid not null,
  inbox_id uuid not null,
  secret_sealed app.sealed not null,
  created_at timestamptz not null,
  -- Set by a rotation: good until then, so that both ends can change over.
  retires_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id)
);
create index inbox_verifier_inbox on desk.inbox_verifier (workspace_id, inbox_id, created_at desc);

-- What sends: read by desk_worker only.
create table desk.inbox_sender (
  workspace_id uuid not null,
  id uuid not null,
  inbox_id uuid not null,
  credential_sealed app.sealed not null,
  created_at timestamptz not null,
  -- Set by a rotation: calls are signed with both until then, so that the receiver can change over.
  retires_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id)
);
create index inbox_sender_inbox on desk.inbox_sender (workspace_id, inbox_id, created_at desc);

create table desk.inbox_ledger (
  workspace_id uuid not null,
  inbox_id uuid not null,
  received bigint not null default 0,
  stored bigint not null default 0,
  last_received_at timestamptz,
  last_stored_at timestamptz,
  primary key (workspace_id, inbox_id),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id)
);

create table desk.contact (
  workspace_id uuid not null references desk.workspace (id),
  id uuid not null,
  name_sealed app.sealed,
  email_sealed app.sealed,
  phone_sealed app.sealed,
  comment_sealed app.sealed,
  -- Exact find by e-mail or phone.
  email_key app.lookup_key,
  phone_key app.lookup_key,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (workspace_id, id)
);
create index contact_recent on desk.contact (workspace_id, last_seen_at desc, id desc);
create index contact_email on desk.contact (workspace_id, email_key) where email_key is not null;
create index contact_phone on desk.contact (workspace_id, phone_key) where phone_key is not null;

-- One way to reach a contact. `external_key` finds it, `external_sealed` holds what the channel needs to answer.
create table desk.contact_address (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  inbox_id uuid not null,
  external_key app.lookup_key not null,
  external_sealed app.sealed not null,
  is_verified boolean not null default false,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, inbox_id, external_key),
  -- Written before its contact, to find out whether the contact is new.
  foreign key (workspace_id, contact_id) references desk.contact (workspace_id, id) deferrable initially deferred,
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id)
);
create index contact_address_contact on desk.contact_address (workspace_id, contact_id);

-- A visitor of a web chat inbox: the bearer token's hash, and who the visitor is to the channel (its external id).
create table desk.visitor (
  workspace_id uuid not null,
  id uuid not null,
  inbox_id uuid not null,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  external_key app.lookup_key not null,
  external_sealed app.sealed not null,
  name_sealed app.sealed,
  email_sealed app.sealed,
  is_identified boolean not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, inbox_id) references desk.inbox (workspace_id, id)
);
