/**
 * The rules of the database: keys, policies, rights, functions and roles, read from the catalog of a migrated database.
 * Each rule first catches the faults planted for it. What a person must look at (rights, definers, what is shared by
 * all workspaces) is a golden file.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { assertGolden, assertReasoned } from '#test/support/golden.ts'
import { SCHEMA_RULES } from '#test/support/schema-rules.ts'
import { readTables } from '#test/support/tenant-tables.ts'

const FEWEST_TABLES = 35

let database: FreshDatabase
let admin: pg.Client

before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
})

async function brokenBy(query: string): Promise<string[]> {
  return (await admin.query<{ broken: string }>(query)).rows.map(({ broken }) => broken)
}

/** Looks while the fault is there; a transaction takes it back, so that nobody else ever sees it. */
async function withFault<T>(fault: string, look: () => Promise<T>): Promise<T> {
  await admin.query('begin')
  try {
    await admin.query(fault.replace('%DATABASE%', pg.escapeIdentifier(database.name)))
    return await look()
  } finally {
    await admin.query('rollback')
  }
}

for (const rule of SCHEMA_RULES) {
  test(rule.says, async () => {
    for (const fault of rule.faults) {
      const caught = await withFault(fault, () => brokenBy(rule.query))
      assert.notDeepEqual(caught, [], `this fault goes unseen: ${fault}`)
    }
    assert.deepEqual(await brokenBy(rule.query), [])
  })
}

test('only these tables hold what belongs to no single workspace', async () => {
  const shared = async () => (await readTables(admin)).filter((table) => !table.is_tenant).map(({ name }) => name)
  assert.ok((await readTables(admin)).length >= FEWEST_TABLES)
  const found = await shared()
  assertReasoned('global-tables.txt', found)
  const planted = await withFault('create table desk.planted (id uuid primary key)', shared)
  assert.throws(() => assertReasoned('global-tables.txt', planted))
})

const UNIQUE_ACROSS = `
select c.relname || ' (' || string_agg(a.attname, ', ' order by u.place) || ')' as broken
from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
cross join unnest(i.indkey::int2[]) with ordinality as u (num, place)
left join pg_attribute a on a.attrelid = c.oid and a.attnum = u.num
where n.nspname = 'desk' and i.indisunique and not c.relispartition and exists (
  select from pg_attribute f where f.attrelid = c.oid and f.attnum = i.indkey[0] and f.attname <> 'workspace_id')
group by i.indexrelid, c.relname order by 1`

test('only these keys are unique across workspaces', async () => {
  assertReasoned('global-keys.txt', await brokenBy(UNIQUE_ACROSS))
  for (const fault of [
    'create unique index on desk.contact (email_key)',
    'alter table desk.tag add unique (name_folded, workspace_id)',
  ]) {
    const planted = await withFault(fault, () => brokenBy(UNIQUE_ACROSS))
    assert.throws(() => assertReasoned('global-keys.txt', planted), fault)
  }
})

const DEFINERS = `
select p.oid::regprocedure || ' | runs as ' || case when p.proowner = n.nspowner then 'the owner' else p.proowner::regrole::text end
  || ' | called by ' || array_to_string(array(
    select a.grantee::regrole::text from aclexplode(p.proacl) a where a.grantee <> p.proowner order by 1), ', ') as broken
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('desk', 'app') and p.prosecdef order by 1`

test('only these functions run with rights that are not the caller’s', async () => {
  await admin.query("set search_path = ''")
  assertGolden('definers.txt', await brokenBy(DEFINERS))
  const faults = [
    'alter function app.uuid_floor(timestamptz) security definer',
    'grant execute on function app.search_messages(bigint[], uuid, int) to desk_worker',
    'alter function app.take_pending(uuid, int, int) owner to desk_ingest_definer',
  ]
  for (const fault of faults) {
    const planted = await withFault(fault, () => brokenBy(DEFINERS))
    assert.throws(() => assertGolden('definers.txt', planted, { mayUpdate: false }), fault)
  }
})

const GRANTS = `
select rpad(g.grantee, 21) || rpad(g.name, 25) || string_agg(g.word, ', ' order by g.columns is not null,
  array_position(array['SELECT', 'INSERT', 'UPDATE', 'DELETE'], g.privilege)) as broken
from (
  select a.grantee::regrole::text as grantee, c.relname as name, a.privilege_type as privilege, null as columns, lower(a.privilege_type) as word
  from pg_class c cross join aclexplode(c.relacl) a where c.relnamespace = 'desk'::regnamespace and a.grantee <> c.relowner
  union all
  select a.grantee::regrole::text, c.relname, a.privilege_type, 'some', lower(a.privilege_type) || ' (' || string_agg(t.attname, ', ' order by t.attnum) || ')'
  from pg_class c join pg_attribute t on t.attrelid = c.oid cross join aclexplode(t.attacl) a
  where c.relnamespace = 'desk'::regnamespace group by a.grantee, c.relname, a.privilege_type
) as g group by g.grantee, g.name order by 1`

test('each role has these rights on each table and no others', async () => {
  assertGolden('grants.txt', await brokenBy(GRANTS))
  for (const fault of [
    'grant delete on desk.message to desk_app',
    'grant select (secret_sealed) on desk.inbox_verifier to desk_app',
  ]) {
    const planted = await withFault(fault, () => brokenBy(GRANTS))
    assert.throws(() => assertGolden('grants.txt', planted, { mayUpdate: false }), fault)
  }
})
