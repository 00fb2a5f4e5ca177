/**
 * What must hold for every table, key, policy, function and role of the database, each as one query that lists what
 * breaks it, with faults that it must catch. The first line of a listed thing is its name, so that a failure says where
 * to look. Lists that a person keeps (global tables, definers, rights) are golden files and stand in the tests.
 */

export type SchemaRule = {
  readonly says: string
  /** Rows with one column, `broken`. */
  readonly query: string
  /** Statements run as a superuser, one fault each. */
  readonly faults: readonly string[]
}

/** Our tables, partitions among them, each with what the rules ask about it. */
const TABLES = `
with ours as (
  select c.oid, c.relname as name, c.relowner, c.relispartition, c.relacl, c.relrowsecurity, c.relforcerowsecurity,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id') as is_tenant
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'desk' and c.relkind in ('r', 'p')
), granted as (
  select o.oid, o.name, a.grantee, a.privilege_type, a.is_grantable from ours o cross join aclexplode(o.relacl) a where a.grantee <> o.relowner
  union
  select o.oid, o.name, a.grantee, a.privilege_type, a.is_grantable
  from ours o join pg_attribute t on t.attrelid = o.oid cross join aclexplode(t.attacl) a
), keyed as (
  select k.conrelid, k.confrelid, k.conname, k.contype,
    array(select t.attname::text from unnest(k.conkey) with ordinality as u (num, place)
          join pg_attribute t on t.attrelid = k.conrelid and t.attnum = u.num order by u.place) as columns,
    array(select t.attname::text from unnest(k.confkey) with ordinality as u (num, place)
          join pg_attribute t on t.attrelid = k.confrelid and t.attnum = u.num order by u.place) as target_columns
  from pg_constraint k where k.contype in ('p', 'f')
)`

const LOGINS = "array['desk_app', 'desk_auth', 'desk_ingest', 'desk_worker', 'desk_rekey', 'desk_audit_janitor']"
const DEFINERS = "array['desk_ingest_definer', 'desk_queue_definer', 'desk_search_definer']"

const TABLE_RULES: readonly SchemaRule[] = [
  {
    says: 'the primary key of a table of a workspace begins with workspace_id',
    query: `${TABLES}
      select name as broken from ours where is_tenant
        and not exists (select from keyed k where k.conrelid = ours.oid and k.contype = 'p' and k.columns[1] = 'workspace_id')`,
    faults: [
      'create table desk.planted (workspace_id uuid not null, id uuid primary key)',
      'create table desk.planted (workspace_id uuid not null, id uuid)',
    ],
  },
  {
    says: 'row-level security is enabled and forced on every table of a workspace, its partitions, and workspace itself',
    query: `${TABLES}
      select name as broken from ours where (is_tenant or name = 'workspace') and not (relrowsecurity and relforcerowsecurity)`,
    faults: [
      'alter table desk.note no force row level security',
      'alter table desk.workspace disable row level security',
      'alter table desk.message_default no force row level security',
      'create table desk.planted (workspace_id uuid, id uuid, primary key (workspace_id, id))',
    ],
  },
  {
    says: 'whoever has a right on such a table has a policy for it; no right passes by policies, as TRUNCATE does',
    query: `${TABLES}
      select g.name || ': ' || g.privilege_type || ' of ' || g.grantee::regrole as broken from granted g join ours o using (oid)
      where (o.is_tenant or o.name = 'workspace') and not exists (
        select from pg_policy p where p.polrelid = g.oid and p.polpermissive and g.grantee = any (p.polroles)
          and g.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
          and p.polcmd in ('*', case g.privilege_type when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w' else 'd' end))`,
    faults: [
      'drop policy in_workspace on desk.note',
      'grant select on desk.draft to desk_ingest',
      'grant update (name_sealed) on desk.contact to desk_queue_definer',
      'grant truncate on desk.note to desk_app',
    ],
  },
  {
    says: 'a foreign key between tables of workspaces carries workspace_id on both sides, and one to workspace starts there',
    query: `${TABLES}
      select o.name || '.' || k.conname as broken from keyed k join ours o on o.oid = k.conrelid join ours t on t.oid = k.confrelid
      where k.contype = 'f' and o.is_tenant and case
        when t.is_tenant then not (k.columns[1] = 'workspace_id' and k.target_columns[1] = 'workspace_id')
        when t.name = 'workspace' then k.columns <> array['workspace_id']
        else not (o.name = 'member' and t.name = 'app_user') end`,
    faults: [
      `alter table desk.tag add constraint planted unique (id);
       alter table desk.note add foreign key (author_member_id) references desk.tag (id)`,
      `alter table desk.tag add constraint planted unique (id, workspace_id);
       alter table desk.note add foreign key (workspace_id, author_member_id) references desk.tag (id, workspace_id)`,
      'alter table desk.note add foreign key (conversation_id) references desk.workspace (id)',
      'alter table desk.note add foreign key (author_member_id) references desk.app_user (id)',
    ],
  },
  {
    says: 'nobody has a right on a partition itself, or a right that can be handed on, and PUBLIC has none at all',
    query: `${TABLES}
      select g.name || ': ' || g.privilege_type || ' of ' || coalesce(nullif(g.grantee, 0)::regrole::text, 'public') as broken
      from granted g join ours o using (oid) where o.relispartition or g.is_grantable or g.grantee = 0`,
    faults: [
      'grant select on desk.message_default to desk_app',
      'grant select (text_sealed) on desk.message_default to desk_app',
      'grant select on desk.tag to public',
      'grant select on desk.tag to desk_app with grant option',
    ],
  },
  {
    says: 'schemas hold tables and their indexes only; a view would have to run as its reader',
    query: `
      select c.oid::regclass::text as broken from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('desk', 'app') and c.relkind not in ('r', 'p', 'i', 'I', 'c')
        and not (c.relkind = 'v' and coalesce(c.reloptions @> array['security_invoker=true'], false))`,
    faults: [
      'create view desk.planted as select * from desk.note',
      'create materialized view desk.planted as select * from desk.note',
      'create sequence desk.planted',
    ],
  },
  {
    says: 'a column is named as sealed when, and only when, plain text cannot be stored in it',
    query: `
      select c.relname || '.' || a.attname as broken from pg_attribute a join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'desk' and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
        and (a.attname like '%\\_sealed') <> (a.atttypid = 'app.sealed'::regtype)`,
    faults: [
      'alter table desk.note add column title_sealed bytea',
      'alter table desk.note add column title app.sealed',
      'alter domain app.sealed drop constraint is_envelope; alter table desk.note alter column text_sealed type bytea',
    ],
  },
  {
    says: 'every sealed value can be sealed anew: desk_rekey may read and replace it, and read the key of its row',
    query: `
      select c.relname || '.' || a.attname as broken from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'desk'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.attnum > 0 and not a.attisdropped and case
          when a.atttypid = 'app.sealed'::regtype then not (has_column_privilege('desk_rekey', c.oid, a.attnum, 'SELECT')
            and has_column_privilege('desk_rekey', c.oid, a.attnum, 'UPDATE'))
          else exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p' and a.attnum = any (k.conkey))
            and exists (select from pg_attribute s where s.attrelid = c.oid and s.atttypid = 'app.sealed'::regtype)
            and not has_column_privilege('desk_rekey', c.oid, a.attnum, 'SELECT') end`,
    faults: [
      'alter table desk.tag add column name_sealed app.sealed',
      'revoke update (text_sealed) on desk.note from desk_rekey',
      'revoke select (id) on desk.note from desk_rekey',
    ],
  },
]

const FUNCTION_RULES: readonly SchemaRule[] = [
  {
    says: 'PUBLIC may call no function of ours, make nothing anywhere, and not even connect',
    query: `
      select p.oid::regprocedure::text as broken from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where n.nspname in ('desk', 'app') and a.grantee = 0
      union all
      select 'schema ' || n.nspname from pg_namespace n cross join aclexplode(n.nspacl) a
      where n.nspname in ('desk', 'app', 'public') and a.grantee = 0
      union all
      select 'database ' || d.datname from pg_database d cross join aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
      where d.datname = current_database() and a.grantee = 0`,
    faults: [
      'grant execute on function app.search_contacts(bigint[], int) to public',
      "create function app.planted() returns int language sql set search_path = pg_catalog, pg_temp as 'select 1'",
      'grant usage on schema desk to public',
      'grant create on schema public to public',
    ],
  },
  {
    says: 'every function of ours looks names up in pg_catalog alone',
    query: `
      select p.oid::regprocedure::text as broken from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('desk', 'app') and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)`,
    faults: [
      'alter function app.ingest_keep(text[], jsonb) reset search_path',
      'alter function app.search_is_complete() set search_path = desk, pg_catalog',
      'alter function app.uuid_floor(timestamptz) set search_path = pg_catalog',
    ],
  },
]

const ROLE_RULES: readonly SchemaRule[] = [
  {
    says: 'no role of the program is a superuser, passes by row-level security, or can make roles or databases',
    query: `
      select r.rolname as broken from pg_roles r where r.rolname = any (${LOGINS} || ${DEFINERS})
        and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolinherit)
      union all
      select 'missing: ' || name from unnest(${LOGINS} || ${DEFINERS}) as name
      where not exists (select from pg_roles r where r.rolname = name)
      union all
      select 'may log in: ' || r.rolname from pg_roles r where r.rolname = any (${DEFINERS}) and r.rolcanlogin`,
    faults: [
      'alter role desk_app superuser',
      'alter role desk_worker bypassrls',
      'alter role desk_queue_definer bypassrls',
      'alter role desk_auth createrole',
      'alter role desk_search_definer login',
    ],
  },
  {
    says: 'no role of the program is a member of another, and none but the owner may act as a definer',
    query: `
      select m.member::regrole || ' in ' || m.roleid::regrole as broken from pg_auth_members m
      where m.member::regrole::text = any (${LOGINS} || ${DEFINERS})
        or (m.roleid::regrole::text = any (${LOGINS} || ${DEFINERS})
            and m.member <> (select nspowner from pg_namespace where nspname = 'desk')
            and not exists (select from pg_roles r where r.oid = m.member and r.rolsuper))`,
    faults: [
      'grant desk_search_definer to desk_app',
      'grant desk_worker to desk_ingest',
      'grant pg_read_all_data to desk_app',
    ],
  },
  {
    says: 'a login owns nothing and can make nothing, not even a temporary table; a definer owns its functions and nothing else',
    query: `
      select o.owner || ' owns ' || o.kind || ' ' || o.name as broken from (
        select relowner::regrole::text as owner, 'relation' as kind, relname::text as name from pg_class
        union all select proowner::regrole::text, 'function', proname from pg_proc
        union all select typowner::regrole::text, 'type', typname from pg_type
        union all select nspowner::regrole::text, 'schema', nspname from pg_namespace
        union all select datdba::regrole::text, 'database', datname from pg_database) as o
      where o.owner = any (${LOGINS}) or (o.owner = any (${DEFINERS}) and o.kind <> 'function')
      union all
      select r || ' may create in ' || n.nspname from unnest(${LOGINS} || ${DEFINERS}) as r, pg_namespace n
      where has_schema_privilege(r, n.oid, 'CREATE')
      union all
      select r || ' may make ' || what from unnest(${LOGINS} || ${DEFINERS}) as r, unnest(array['TEMPORARY', 'CREATE']) as what
      where has_database_privilege(r, current_database(), what)`,
    faults: [
      'alter table desk.note owner to desk_app',
      'alter function app.search_is_complete() owner to desk_app',
      'create table app.planted (id int); alter table app.planted owner to desk_search_definer',
      'grant create on schema desk to desk_worker',
      'grant temporary on database %DATABASE% to desk_app',
    ],
  },
  {
    says: 'in schema app no role of the program has a right on a table: keys and migrations are the owner’s',
    query: `
      select c.relname || ': ' || a.privilege_type || ' of ' || a.grantee::regrole as broken
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      cross join lateral (
        select * from aclexplode(c.relacl)
        union all
        select e.* from pg_attribute t cross join aclexplode(t.attacl) e where t.attrelid = c.oid) as a
      where n.nspname = 'app' and a.grantee <> c.relowner`,
    faults: ['grant select on app.scope_key to desk_app', 'grant select (version) on app.scope_key to desk_worker'],
  },
]

export const SCHEMA_RULES: readonly SchemaRule[] = [...TABLE_RULES, ...FUNCTION_RULES, ...ROLE_RULES]
