/**
 * The parts of a database's schema as the catalog holds them, each already spelled as SQL by the server itself where it
 * can (`pg_get_*def`). Everything is in the order in which it was made. Month partitions are left out: start-up makes
 * them. Read with an empty search_path, so that every name is spelled in full.
 */
import type pg from 'pg'

export type Column = { name: string; type: string; fallback: string | null; is_required: boolean }
export type Constraint = { name: string; kind: 'c' | 'p' | 'u' | 'f' | 'x'; definition: string; is_late: boolean }
export type Index = { name: string; definition: string }
export type Policy = { name: string; command: string; roles: string[]; using: string | null; check: string | null }
export type Grant = { grantee: string; privilege: string; columns: string[] | null }
export type Table = {
  name: string
  is_unlogged: boolean
  partition_key: string | null
  /** For a partition: its parent and its bound. */
  parent: string | null
  bound: string | null
  options: string[] | null
  is_secured: boolean
  is_forced: boolean
  columns: Column[]
  constraints: Constraint[]
  indexes: Index[]
  triggers: string[]
  policies: Policy[]
  grants: Grant[]
}
export type Routine = {
  name: string
  arguments: string
  definition: string
  /** Null when it is the owner of the schema. */
  owner: string | null
  callers: string[]
}
export type Domain = { name: string; base: string; constraints: { name: string; definition: string }[] }
export type Schema = { name: string; callers: string[] }

const SCHEMAS = `
select n.nspname as name,
  array(select r.rolname::text from aclexplode(n.nspacl) a join pg_roles r on r.oid = a.grantee
        where a.grantee <> n.nspowner and a.privilege_type = 'USAGE' order by r.rolname) as callers
from pg_namespace n where n.nspname in ('desk', 'app') order by n.oid`

const DOMAINS = `
select t.oid::regtype::text as name, format_type(t.typbasetype, t.typtypmod) as base,
  (select coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid)) order by k.oid), '[]')
   from pg_constraint k where k.contypid = t.oid and k.contype = 'c') as constraints
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where n.nspname in ('desk', 'app') and t.typtype = 'd' order by t.oid`

const TABLES = `
select c.oid::regclass::text as name, c.relpersistence = 'u' as is_unlogged, pg_get_partkeydef(c.oid) as partition_key,
  i.inhparent::regclass::text as parent, pg_get_expr(c.relpartbound, c.oid) as bound, c.reloptions as options,
  c.relrowsecurity as is_secured, c.relforcerowsecurity as is_forced,
  (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
     'fallback', pg_get_expr(d.adbin, d.adrelid), 'is_required', a.attnotnull) order by a.attnum)
   from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  (select coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'kind', k.contype,
     'definition', pg_get_constraintdef(k.oid), 'is_late', k.confrelid > c.oid)
     order by array_position(array['p', 'u', 'x', 'f', 'c'], k.contype::text), k.oid), '[]')
   from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'x', 'f', 'c') and k.conparentid = 0) as constraints,
  (select coalesce(jsonb_agg(jsonb_build_object('name', x.relname, 'definition', pg_get_indexdef(x.oid)) order by x.oid), '[]')
   from pg_index p join pg_class x on x.oid = p.indexrelid
   where p.indrelid = c.oid and not x.relispartition
     and not exists (select from pg_constraint k where k.conindid = x.oid and k.contype in ('p', 'u', 'x'))) as indexes,
  (select coalesce(jsonb_agg(pg_get_triggerdef(t.oid) order by t.oid), '[]')
   from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgparentid = 0) as triggers,
  (select coalesce(jsonb_agg(jsonb_build_object('name', p.polname, 'command', p.polcmd,
     'roles', array(select r.rolname from pg_roles r where r.oid = any (p.polroles) order by r.rolname),
     'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)) order by p.oid), '[]')
   from pg_policy p where p.polrelid = c.oid) as policies,
  (select coalesce(jsonb_agg(jsonb_build_object('grantee', g.grantee, 'privilege', lower(g.privilege), 'columns', g.columns)
     order by g.grantee, g.columns is not null, array_position(array['SELECT', 'INSERT', 'UPDATE', 'DELETE'], g.privilege)), '[]')
   from (
     select r.rolname as grantee, a.privilege_type as privilege, null::jsonb as columns
     from aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee where a.grantee <> c.relowner
     union all
     select r.rolname, a.privilege_type, jsonb_agg(t.attname order by t.attnum)
     from pg_attribute t cross join aclexplode(t.attacl) a join pg_roles r on r.oid = a.grantee
     where t.attrelid = c.oid group by r.rolname, a.privilege_type
   ) as g) as grants
from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_inherits i on i.inhrelid = c.oid
where n.nspname in ('desk', 'app') and c.relkind in ('r', 'p')
  and (not c.relispartition or pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT')
order by c.oid`

const ROUTINES = `
select p.oid::regproc::text as name, oidvectortypes(p.proargtypes) as arguments,
  pg_get_functiondef(p.oid) as definition, nullif(o.rolname, s.rolname) as owner,
  array(select r.rolname::text from aclexplode(p.proacl) a join pg_roles r on r.oid = a.grantee
        where a.grantee <> p.proowner order by r.rolname) as callers
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
join pg_roles o on o.oid = p.proowner join pg_roles s on s.oid = n.nspowner
where n.nspname in ('desk', 'app') and p.prokind in ('f', 'p') order by p.oid`

export type SchemaParts = { schemas: Schema[]; domains: Domain[]; tables: Table[]; routines: Routine[] }

export async function readSchemaParts(client: pg.Client): Promise<SchemaParts> {
  await client.query("set search_path = ''")
  const read = async <T extends pg.QueryResultRow>(statement: string) => (await client.query<T>(statement)).rows
  return {
    schemas: await read<Schema>(SCHEMAS),
    domains: await read<Domain>(DOMAINS),
    tables: await read<Table>(TABLES),
    routines: await read<Routine>(ROUTINES),
  }
}
