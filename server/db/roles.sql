-- The roles of the desk and what each may touch. Idempotent; start-up runs it as the owner before the migrations.
-- Roles belong to the whole PostgreSQL cluster, so one cluster serves one desk (and its tests).
--
--   desk_app            what a signed-in person or a visitor does, one workspace at a time
--   desk_auth           users, sessions, sign-in counters, invitations by link
--   desk_ingest         keeps and stores what arrives, through static functions only
--   desk_worker         sends, indexes, wakes; one workspace at a time, finding work through static functions
--   desk_rekey          gives sealed values, look-up keys and search tokens a new key, one workspace at a time
--   desk_audit_janitor  drops audit entries whose retention has passed, nothing else (its rights come with that issue)
--   desk_ingest_definer, desk_queue_definer, desk_search_definer
--                       nobody logs in as these; they own the static functions and see only what those need
--
-- None is a superuser, owns a table, or may bypass row-level security.
do $$
declare
  role_name text;
begin
  foreach role_name in array array[
    'desk_app', 'desk_auth', 'desk_ingest', 'desk_worker', 'desk_rekey', 'desk_audit_janitor'
  ] loop
    if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
      execute format('create role %I login noinherit nocreatedb nocreaterole connection limit 100', role_name);
    end if;
  end loop;
  foreach role_name in array array['desk_ingest_definer', 'desk_queue_definer', 'desk_search_definer'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
      execute format('create role %I nologin noinherit nocreatedb nocreaterole', role_name);
    end if;
    -- The owner hands functions over to these, which takes membership.
    if not pg_catalog.pg_has_role(current_user, role_name, 'usage') then
      execute format('grant %I to current_user', role_name);
    end if;
  end loop;

  execute format('revoke all on database %I from public', current_database());
  execute format(
    'grant connect on database %I to desk_app, desk_auth, desk_ingest, desk_worker, desk_rekey, desk_audit_janitor',
    current_database()
  );
end
$$;
