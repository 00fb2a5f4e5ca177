/**
 * The tables of schema desk as the catalog tells them: columns, keys and foreign keys. House tests and the row maker
 * read this, so that a table which a migration adds joins every check by itself. Partitions stand behind their parent
 * and are left out.
 */
import type pg from 'pg'

export type Column = {
  readonly name: string
  /** Domain name where there is one (`sealed`), else the type's own. */
  readonly type: string
  readonly is_required: boolean
  readonly has_default: boolean
  /** The values of a check such as `status in ('open', 'closed')`. */
  readonly words: readonly string[] | null
}

export type ForeignKey = {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: string
  readonly target_columns: readonly string[]
}

export type Table = {
  readonly name: string
  readonly columns: readonly Column[]
  readonly primary_key: readonly string[]
  readonly foreign_keys: readonly ForeignKey[]
  /** Belongs to a workspace: it carries `workspace_id`. */
  readonly is_tenant: boolean
}

const TABLES = `
with named as (
  select c.oid, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'desk' and c.relkind in ('r', 'p') and not c.relispartition
), spelled as (
  select a.attrelid, a.attnum, a.attname from pg_attribute a where a.attnum > 0 and not a.attisdropped
)
select named.relname as name,
  (select jsonb_agg(jsonb_build_object(
     'name', a.attname, 'type', t.typname, 'is_required', a.attnotnull, 'has_default', a.atthasdef,
     'words', (select jsonb_agg(w[1] order by n) from pg_constraint k,
               regexp_matches(pg_get_constraintdef(k.oid), '''([^'']*)''::text', 'g') with ordinality as m (w, n)
               where k.conrelid = named.oid and k.contype = 'c' and k.conkey = array[a.attnum]
                 and pg_get_constraintdef(k.oid) ~ '^CHECK \\(\\(\\w+ = ANY ')) order by a.attnum)
   from pg_attribute a join pg_type t on t.oid = a.atttypid
   where a.attrelid = named.oid and a.attnum > 0 and not a.attisdropped) as columns,
  (select jsonb_agg(s.attname order by array_position(k.conkey, s.attnum))
   from pg_constraint k join spelled s on s.attrelid = k.conrelid and s.attnum = any (k.conkey)
   where k.conrelid = named.oid and k.contype = 'p') as primary_key,
  coalesce((select jsonb_agg(jsonb_build_object(
     'name', k.conname, 'target', target.relname,
     'columns', (select jsonb_agg(s.attname order by array_position(k.conkey, s.attnum))
                 from spelled s where s.attrelid = k.conrelid and s.attnum = any (k.conkey)),
     'target_columns', (select jsonb_agg(s.attname order by array_position(k.confkey, s.attnum))
                        from spelled s where s.attrelid = k.confrelid and s.attnum = any (k.confkey))) order by k.oid)
   from pg_constraint k join named as target on target.oid = k.confrelid
   where k.conrelid = named.oid and k.contype = 'f'), '[]') as foreign_keys,
  exists (select from spelled s where s.attrelid = named.oid and s.attname = 'workspace_id') as is_tenant
from named order by named.oid`

/** In the order in which the migrations make them. */
export async function readTables(client: pg.ClientBase): Promise<Table[]> {
  return (await client.query<Table>(TABLES)).rows
}

/** Parents before children. A table that refers to itself, or two that refer to each other, would be refused. */
export function parentsFirst(tables: readonly Table[]): Table[] {
  const placed: Table[] = []
  const waiting = [...tables]
  while (waiting.length > 0) {
    const isPlaced = (name: string) => placed.some((table) => table.name === name)
    const at = waiting.findIndex((table) => table.foreign_keys.every(({ target }) => isPlaced(target)))
    if (at < 0) throw new Error(`these tables refer in a circle: ${waiting.map((table) => table.name).join(', ')}`)
    placed.push(...waiting.splice(at, 1))
  }
  return placed
}
