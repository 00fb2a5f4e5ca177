/**
 * What the catalog of the database tells its superuser: which logins there are, and what each may do to which relation.
 * Nothing is listed by hand here, so that a table, view or login that is added is attacked without anybody thinking of it.
 */
import type { SqlClient } from './sql.ts'

export type Relation = {
  /** Schema and name, quoted where needed. */
  readonly name: string
  /** The column that says whose a row is; null where rows belong to no workspace. */
  readonly key: 'workspace_id' | 'id' | null
}
export type Rights = Relation & {
  readonly reads: readonly string[]
  readonly inserts: readonly string[]
  readonly updates: readonly string[]
  readonly deletes: boolean
  /** Beyond reading and writing rows: truncate, trigger, references. */
  readonly more: boolean
}
export type ForeignKey = {
  readonly child: string
  readonly column: string
  readonly parent: string
  readonly to: string
}

const OF_THE_DESK = `
  n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
  and c.relkind in ('r', 'p', 'v', 'm', 'f')`
const KEY = `
  case when exists (select from pg_attribute w where w.attrelid = c.oid and w.attname = 'workspace_id') then 'workspace_id'
       when c.oid = 'desk.workspace'::regclass then 'id' end`

/** Names of all roles that can log in, but the owner and the superuser. */
export async function programLogins(superuser: SqlClient): Promise<string[]> {
  const { rows } = await superuser.query<{ name: string }>(
    "select rolname as name from pg_roles where rolcanlogin and not rolsuper and rolname <> 'desk_owner' order by 1",
  )
  return rows.map(({ name }) => name)
}

/** All relations on which that login has any right at all. */
export async function rightsOf(superuser: SqlClient, login: string): Promise<Rights[]> {
  const columns = (right: string, and = '') => `
    coalesce(array_agg(quote_ident(a.attname) order by a.attnum)
      filter (where has_column_privilege($1, c.oid, a.attnum, '${right}') ${and}), '{}')`
  const { rows } = await superuser.query<Rights>(
    `select * from (
       select format('%I.%I', n.nspname, c.relname) as name, ${KEY} as key,
         ${columns('SELECT')} as reads, ${columns('INSERT', "and a.attgenerated = ''")} as inserts,
         ${columns('UPDATE', "and a.attgenerated = ''")} as updates,
         has_table_privilege($1, c.oid, 'DELETE') as deletes,
         has_table_privilege($1, c.oid, 'TRUNCATE') or has_table_privilege($1, c.oid, 'TRIGGER')
           or has_table_privilege($1, c.oid, 'REFERENCES') as more
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where ${OF_THE_DESK} and has_schema_privilege($1, n.oid, 'USAGE')
       group by n.nspname, c.relname, c.oid
     ) as r where cardinality(reads || inserts || updates) > 0 or deletes or more order by name`,
    [login],
  )
  return rows
}

/** Tables (not their partitions) whose rows belong to a workspace. */
export async function tenantRelations(superuser: SqlClient): Promise<Relation[]> {
  const { rows } = await superuser.query<Relation>(
    `select * from (
       select format('%I.%I', n.nspname, c.relname) as name, ${KEY} as key
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where ${OF_THE_DESK} and c.relkind in ('r', 'p') and not c.relispartition
     ) as r where key is not null order by name`,
  )
  return rows
}

/** Those on which the owner holds no policy as a member of the roles that own its functions. */
export async function closedToOwner(superuser: SqlClient): Promise<Relation[]> {
  const { rows } = await superuser.query<{ name: string }>(
    `select distinct p.polrelid::regclass::text as name from pg_policy p cross join unnest(p.polroles) as r(role)
     where pg_has_role('desk_owner', r.role, 'usage')`,
  )
  const open = new Set(rows.map(({ name }) => name))
  return (await tenantRelations(superuser)).filter(({ name }) => !open.has(name))
}

/** Each way in which a row of a workspace names another row: the last column of the key, and what it names. */
export async function foreignKeys(superuser: SqlClient): Promise<ForeignKey[]> {
  const column = (table: string, keys: string) => `
    (select quote_ident(a.attname) from pg_attribute a where a.attrelid = k.${table} and a.attnum = k.${keys}[array_upper(k.${keys}, 1)])`
  const isTenant = (table: string) =>
    `exists (select from pg_attribute w where w.attrelid = k.${table} and w.attname = 'workspace_id')`
  const { rows } = await superuser.query<ForeignKey>(
    `select distinct k.conrelid::regclass::text as child, ${column('conrelid', 'conkey')} as column,
       k.confrelid::regclass::text as parent, ${column('confrelid', 'confkey')} as to
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where k.contype = 'f' and k.conparentid = 0 and ${isTenant('conrelid')} and ${isTenant('confrelid')}
     order by 1, 2`,
  )
  return rows.filter(({ column: name }) => name !== 'workspace_id')
}

/** What is wrong with how the database is built, in words; nothing when it is sound. */
export async function unsound(superuser: SqlClient): Promise<string[]> {
  const { rows } = await superuser.query<{ fault: string }>(`
    select c.oid::regclass::text || ' does not force row-level security' as fault
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${OF_THE_DESK} and c.relkind in ('r', 'p') and ${KEY} is not null
        and not (c.relrowsecurity and c.relforcerowsecurity)
    union all
    select c.oid::regclass::text || ' is a view that looks with the eyes of its owner'
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${OF_THE_DESK} and (c.relkind in ('m', 'f')
        or c.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}', false))
    union all
    select r.rolname || ' has powers over the whole cluster' from pg_roles r
      where r.rolname like 'desk\\_%' and r.rolname not in ('desk_owner', 'desk_superuser')
        and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication)
    union all
    select 'desk_owner is above row-level security' from pg_roles where rolname = 'desk_owner' and (rolsuper or rolbypassrls)
    union all
    select m.member::regrole::text || ' is a member of ' || m.roleid::regrole::text from pg_auth_members m
      join pg_roles r on r.oid = m.member where r.rolname like 'desk\\_%' and r.rolcanlogin
        and r.rolname not in ('desk_owner', 'desk_superuser')
    union all
    select c.oid::regclass::text || ' is owned by ' || r.rolname from pg_class c
      join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
      where ${OF_THE_DESK} and r.rolcanlogin and r.rolname not in ('desk_owner', 'desk_superuser')
    union all
    select r.rolname || ' may create in ' || n.nspname from pg_roles r cross join pg_namespace n
      where r.rolname like 'desk\\_%' and r.rolcanlogin and r.rolname not in ('desk_owner', 'desk_superuser')
        and n.nspname in ('desk', 'app', 'public') and has_schema_privilege(r.rolname, n.oid, 'CREATE')`)
  return rows.map(({ fault }) => fault)
}
