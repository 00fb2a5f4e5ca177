-- A second factor of a user: an authenticator app, and codes for the day the phone is gone. Between the password and the
-- second factor there is no session, only a step that knows whose turn it is.

create table desk.totp (
  user_id uuid primary key references desk.app_user (id) on delete cascade,
  -- Sealed for the user, who belongs to no workspace, with a key of the desk: another format than `app.sealed`.
  secret_wrapped bytea not null check (octet_length(secret_wrapped) = 49 and get_byte(secret_wrapped, 0) = 194),
  created_at timestamptz not null,
  -- Null until a code has shown that the app has the secret; only then it counts.
  confirmed_at timestamptz,
  -- A step is taken once, and none before one that was taken.
  last_step bigint not null default 0
);

create table desk.recovery_code (
  user_id uuid not null references desk.app_user (id) on delete cascade,
  code_key app.lookup_key not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (user_id, code_key)
);

create table desk.sign_in_step (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id uuid not null references desk.app_user (id) on delete cascade,
  -- The password that opened it; another one closes it.
  password_changed_at timestamptz not null,
  is_shared_computer boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index sign_in_step_user on desk.sign_in_step (user_id);

-- When this session proved a second factor; null when it never did.
alter table desk.session add column second_factor_at timestamptz;

-- A workspace asks its members for a second factor from then on.
alter table desk.workspace add column second_factor_from timestamptz;
-- Whether the user has one, copied like name and e-mail: a workspace never reads the table of all users.
alter table desk.member add column has_second_factor boolean not null default false;

grant select, insert, update, delete on desk.totp, desk.recovery_code, desk.sign_in_step to desk_auth;
grant update (has_second_factor) on desk.member to desk_auth;
grant update (second_factor_from) on desk.workspace to desk_app;
