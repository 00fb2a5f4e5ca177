/**
 * `db/schema.sql` and `src/kernel/tables.ts` are what the migrations make: both are printed anew and compared, and a
 * database made from schema.sql has the same catalog as one made by the migrations.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { type DatabaseAddress, withClient } from '#src/postgres/address.ts'
import { bareDatabase } from '#test/support/bare-database.ts'
import { catalogLines, differences } from '#test/support/catalog.ts'
import { urlOf } from '#test/support/cluster.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8')

/** What a tool prints about that database. */
async function printed(tool: string, address: DatabaseAddress): Promise<string> {
  const env = { ...process.env, DATABASE_URL: urlOf(address) }
  const options = { cwd: ROOT, env, maxBuffer: OUTPUT_LIMIT_BYTES }
  return (await run(process.execPath, [`tools/${tool}`, '--stdout'], options)).stdout
}

async function plant({ owner }: FreshDatabase, fault: string): Promise<void> {
  await withClient(owner, (client) => client.query(fault))
}

test('the Kysely tables are the tables of the database', async () => {
  const database = await freshDatabase()
  const checkedIn = read('server/src/kernel/tables.ts')
  assert.equal(await printed('codegen-tables.ts', database.owner), checkedIn, 'run: node tools/codegen-tables.ts')
  await plant(database, 'alter table desk.note add column planted text')
  assert.notEqual(await printed('codegen-tables.ts', database.owner), checkedIn)
})

test('schema.sql is a fresh dump of what the migrations make', async () => {
  const database = await freshDatabase()
  const checkedIn = read('server/db/schema.sql')
  assert.equal(await printed('dump-schema.ts', database.owner), checkedIn, 'run: node tools/dump-schema.ts')
  await plant(database, 'alter policy in_workspace on desk.note using (true)')
  assert.notEqual(await printed('dump-schema.ts', database.owner), checkedIn)
})

test('a database made from schema.sql has the catalog of one made by the migrations', async () => {
  const database = await freshDatabase()
  const bare = await bareDatabase()
  const fromFile = await withClient(bare, async (client) => {
    await client.query(read('server/db/schema.sql'))
    return catalogLines(client)
  })
  const fromMigrations = await withClient(database.owner, catalogLines)
  assert.ok(fromMigrations.length > 1000, `only ${fromMigrations.length} lines were compared`)
  assert.deepEqual(differences(fromMigrations, fromFile), [])
})

const FAULTS: Readonly<Record<string, string>> = {
  'a column': 'alter table desk.note add column planted text',
  'a default': "alter table desk.note alter column text_sealed set default '\\x'",
  'a check': 'alter table desk.tag drop constraint tag_colour_check',
  'an index': 'drop index desk.note_thread',
  'a policy': 'drop policy in_workspace on desk.note',
  'a right on a column': 'grant update (text_sealed) on desk.note to desk_app',
  'a right on a function': 'grant execute on function app.uuid_floor(timestamptz) to public',
  'a body of a function': `create or replace function app.delivery_rank(state text) returns int language sql immutable
    parallel safe set search_path = pg_catalog, pg_temp as 'select 1'`,
  'a trigger': 'alter table desk.delivery disable trigger keep_delivery_forward',
  'forced security': 'alter table desk.note no force row level security',
  'a right on schema public': 'grant create on schema public to desk_app',
}

test('the comparison of catalogs sees every kind of difference', async () => {
  const before = await withClient((await freshDatabase()).owner, catalogLines)
  for (const [kind, fault] of Object.entries(FAULTS)) {
    const database = await freshDatabase()
    // Rights on schema public are the superuser's to give, since that schema is the superuser's.
    await withClient(database.superuser, (client) => client.query(fault))
    const after = await withClient(database.owner, catalogLines)
    assert.notDeepEqual(differences(before, after), [], `${kind} goes unseen`)
    await database.drop()
  }
})
