/**
 * What all rows of some workspaces amount to, table by table, seen with the eyes of the database's superuser: whoever
 * says "nothing changed" compares two looks. Looks only when the desk's own work is done, or that would pass for a
 * change. Tables are found in the catalog, so that a new one is looked at too.
 */
import { until } from './belongings.ts'
import type { Relation } from './catalog.ts'
import type { SqlClient } from './sql.ts'

export type Rows = ReadonlyMap<string, string>

const LEFT_TO_DO = `
  select (select count(*) from desk.search_backlog)
       + (select count(*) from desk.inbound_event where state = 'pending')
       + (select count(*) from desk.delivery where state in ('queued', 'sending')) as left_to_do`

const TABLES = `
  select c.relname as name from pg_class c
  where c.relnamespace = 'desk'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id')
  order by 1`

/** Names of all tables whose rows belong to a workspace. */
export async function tenantTables(sql: SqlClient): Promise<string[]> {
  return (await sql.query<{ name: string }>(TABLES)).rows.map(({ name }) => name)
}

export async function atRest(sql: SqlClient): Promise<void> {
  await until(async () => Number((await sql.query(LEFT_TO_DO)).rows[0].left_to_do) === 0, 'the desk to come to rest')
}

/** When a member was last seen moves with every call and is left out, and so are the tables that are named. */
export async function lookAtRows(sql: SqlClient, workspaces: readonly string[], leaveOut: readonly string[] = []) {
  await atRest(sql)
  const tables = (await tenantTables(sql)).filter((name) => !leaveOut.includes(name))
  const sums = tables.map(
    (name) => `select '${name}' as name, md5(coalesce(string_agg(row_sum, '' order by row_sum), '')) as sum
      from (select md5((to_jsonb(t) - 'last_seen_at')::text) as row_sum from desk.${name} t
            where workspace_id = any ($1)) as rows`,
  )
  const { rows } = await sql.query<{ name: string; sum: string }>(sums.join(' union all '), [workspaces])
  return new Map(rows.map(({ name, sum }) => [name, sum])) as Rows
}

/** Tables whose rows differ between two looks. */
export function changedTables(before: Rows, after: Rows): string[] {
  return [...after].filter(([name, sum]) => before.get(name) !== sum).map(([name]) => name)
}

export async function workspaceUuid(sql: SqlClient, slug: string): Promise<string> {
  const { rows } = await sql.query<{ id: string }>('select id from desk.workspace where slug = $1', [slug])
  if (!rows[0]) throw new Error(`there is no workspace ${slug}`)
  return rows[0].id
}

/** How many rows of a workspace a relation has. */
export async function rowsOf(superuser: SqlClient, { name, key }: Relation, workspace: string): Promise<number> {
  const { rows } = await superuser.query(`select count(*)::int as rows from ${name} where ${key} = $1`, [workspace])
  return rows[0].rows
}
