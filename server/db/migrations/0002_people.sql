-- Users (global), workspaces (the tenants), members (a user in a workspace), and how people get in.

-- A person who can sign in. Known to desk_auth only: a workspace reads its people from desk.member.
create table desk.app_user (
  id uuid primary key,
  email text not null check (char_length(email) between 3 and 254) check (email = lower(email)),
  name text not null check (char_length(name) between 1 and 120),
  -- bcrypt, 12 rounds, over the keyed pre-hash; nothing else is ever a password.
  password_hash text not null check (password_hash ~ '^\$2b\$12\$[./A-Za-z0-9]{53}$'),
  pepper_version smallint not null,
  password_changed_at timestamptz not null,
  preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object'),
  created_at timestamptz not null,
  disabled_at timestamptz
);
create unique index app_user_email on desk.app_user (email);

-- An opaque token's hash; the token itself is only in the browser's cookie.
create table desk.session (
  id uuid primary key,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  user_id uuid not null references desk.app_user (id) on delete cascade,
  is_shared_computer boolean not null,
  created_at timestamptz not null,
  -- Moved by what a person does, not by polling or open streams.
  last_active_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ip inet,
  user_agent text check (char_length(user_agent) <= 300)
);
create index session_user_live on desk.session (user_id) where ended_at is null;

-- Tries to sign in: one row a path (account and device or network) and one an account, also for accounts that do not
-- exist. The key is a keyed hash, so the table names nobody.
create table desk.sign_in_counter (
  key app.lookup_key primary key,
  failures int not null check (failures >= 0),
  lockouts int not null default 0 check (lockouts >= 0),
  locked_until timestamptz,
  updated_at timestamptz not null
);

-- A device that has signed in before, so that strangers' failures do not lock it out.
create table desk.known_device (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id uuid not null references desk.app_user (id) on delete cascade,
  created_at timestamptz not null,
  last_used_at timestamptz not null
);
create index known_device_user on desk.known_device (user_id);

create table desk.password_reset (
  id uuid primary key,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  user_id uuid not null references desk.app_user (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- Budgets of calls, leased to processes in blocks. Unlogged: after a crash everybody starts with a full budget, which
-- is the error bound that the docs name.
create unlogged table desk.rate_budget (
  key app.lookup_key not null,
  window_start timestamptz not null,
  used int not null,
  primary key (key, window_start)
);

create table desk.workspace (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 60),
  name text not null check (char_length(name) between 1 and 120),
  language text not null check (language in ('en', 'bn')),
  time_zone text not null default 'Asia/Dhaka' check (char_length(time_zone) <= 60),
  created_at timestamptz not null
);

create table desk.member (
  workspace_id uuid not null references desk.workspace (id),
  id uuid not null,
  user_id uuid not null references desk.app_user (id),
  role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
  -- Copies of the user's own, so that a workspace never reads the table of all users.
  name text not null check (char_length(name) between 1 and 120),
  email text not null check (char_length(email) <= 254),
  created_at timestamptz not null,
  last_seen_at timestamptz,
  -- A removed member stays as the author of what they wrote.
  removed_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, user_id)
);
create index member_of_user on desk.member (user_id) where removed_at is null;

create table desk.invitation (
  workspace_id uuid not null references desk.workspace (id),
  id uuid not null,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  email text not null check (char_length(email) <= 254 and email = lower(email)),
  role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
  invited_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  withdrawn_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, invited_by) references desk.member (workspace_id, id)
);

-- A workspace keeps at least one owner, also when two owners step down at the same moment: one waits for the other at a
-- lock that nothing else takes. It runs as whoever makes the change, who sees that workspace's members and no others'.
-- A change from outside the workspace's own scope is refused, since desk_auth reaches the names of members everywhere.
create function app.keep_an_owner() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if new.workspace_id is distinct from app.current_workspace() then
    raise exception 'a role changes in the scope of its workspace' using errcode = 'DK003';
  end if;
  if old.role = 'owner' and old.removed_at is null and (new.role <> 'owner' or new.removed_at is not null) then
    perform pg_advisory_xact_lock(hashtextextended('desk.owners:' || old.workspace_id::text, 0));
    if not exists (
      select from desk.member
      where workspace_id = old.workspace_id and role = 'owner' and removed_at is null and id <> old.id
    ) then
      raise exception 'a workspace keeps at least one owner' using errcode = 'DK001';
    end if;
  end if;
  return null;
end
$$;
create trigger keep_an_owner after update of role, removed_at on desk.member
  for each row when (old.role <> new.role or old.removed_at is distinct from new.removed_at)
  execute function app.keep_an_owner();
