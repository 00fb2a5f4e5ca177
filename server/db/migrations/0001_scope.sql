-- Schemas and the signed scope: which workspace a transaction works in, proven and not merely said.
create schema desk;
create schema if not exists app;
revoke all on schema public from public;
grant usage on schema desk, app
  to desk_app, desk_auth, desk_ingest, desk_worker, desk_audit_janitor,
     desk_ingest_definer, desk_queue_definer, desk_search_definer;

-- Every sealed column has this type: byte 0 is the envelope's format, then key version (2), nonce (12), text, tag (16).
-- Plain text cannot be stored in one by mistake.
create domain app.sealed as bytea
  constraint is_envelope check (octet_length(value) >= 31 and get_byte(value, 0) = 193);

-- A look-up key: HMAC-SHA-256 of a normalised value under the workspace's own look-up key.
create domain app.lookup_key as bytea constraint is_32_bytes check (octet_length(value) = 32);

-- The key that signs scopes, already padded for HMAC. Start-up writes it; only the owner reads it.
create table app.scope_key (
  version smallint primary key,
  inner_pad bytea not null check (octet_length(inner_pad) = 64),
  outer_pad bytea not null check (octet_length(outer_pad) = 64)
);
revoke all on app.scope_key from public;

-- Beside which key store this database was filled. Start-up writes it once and refuses to start beside another one.
create table app.key_store (
  is_only boolean primary key default true check (is_only),
  id text not null check (char_length(id) between 1 and 100)
);
revoke all on app.key_store from public;

-- The workspace of this transaction, or null. The setting reads `v1.<workspace>.<backend pid>.<expiry>.<hex mac>`, the
-- mac is HMAC-SHA-256 over `v1|<login role>|<workspace>|<pid>|<expiry>`. A statement smuggled into a query can set the
-- setting, but cannot sign it; a mac read elsewhere fits neither another connection nor another role.
-- Policies call it as `(select app.current_workspace())`, so that it runs once a statement and not once a row.
create function app.current_workspace() returns uuid
  language plpgsql stable security definer parallel restricted
  set search_path = pg_catalog, pg_temp
as $$
declare
  raw text := current_setting('app.scope', true);
  part text[];
  signed text;
  key app.scope_key;
begin
  if raw is null or raw = '' then
    return null;
  end if;
  part := string_to_array(raw, '.');
  if cardinality(part) <> 5 or part[1] <> 'v1' or part[3] <> pg_backend_pid()::text
     or part[4] !~ '^[0-9]{1,12}$' or part[4]::bigint < extract(epoch from clock_timestamp())::bigint then
    return null;
  end if;
  signed := 'v1|' || session_user || '|' || part[2] || '|' || part[3] || '|' || part[4];
  for key in select * from app.scope_key order by version desc loop
    if encode(sha256(key.outer_pad || sha256(key.inner_pad || convert_to(signed, 'UTF8'))), 'hex') = part[5] then
      return part[2]::uuid;
    end if;
  end loop;
  return null;
end
$$;
revoke all on function app.current_workspace() from public;
grant execute on function app.current_workspace() to desk_app, desk_auth, desk_ingest, desk_worker,
  desk_ingest_definer, desk_search_definer;

-- The workspaces that a static ingest function is in. Only those functions run as desk_ingest_definer, and each sets them
-- from verified scopes before it touches a row; for every other role no policy looks at them.
create function app.ingest_workspaces() returns uuid[]
  language sql stable parallel restricted
  set search_path = pg_catalog, pg_temp
as $$ select nullif(current_setting('app.ingest_workspaces', true), '')::uuid[] $$;
revoke all on function app.ingest_workspaces() from public;
grant execute on function app.ingest_workspaces() to desk_ingest_definer;

-- The smallest UUIDv7 of a moment: partitions and time windows are cut by id.
create function app.uuid_floor(moment timestamptz) returns uuid
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
as $$
  select (lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;
