/**
 * The line hands everything on unchanged; and when it is asked to wait, it holds exactly the commit that was meant, at a
 * moment when another connection can read the row and its own has heard nothing.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import pg from 'pg'
import { withClient } from '../../server/src/postgres/address.ts'
import { type FreshDatabase, freshDatabase } from '../../server/test/support/database.ts'
import { type Unheard, Wire } from './wire.ts'

const ID = '0198a6f2-0000-7000-8000-000000000001'
const OTHER = '0198a6f2-0000-7000-8000-000000000002'
const folder = mkdtempSync(join(tmpdir(), 'central-desk-wire-'))
let database: FreshDatabase
let wire: Wire

before(async () => {
  database = await freshDatabase()
  await withClient(database.superuser, (client) => client.query('create table line (id uuid)'))
  wire = new Wire(folder, () => database.superuser.host)
  await wire.listen()
})
test.after(() => {
  wire.end()
  rmSync(folder, { recursive: true, force: true })
})

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ ...database.superuser, host: folder })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A transaction that speaks of the function by which events are kept, or not. */
async function write(client: pg.Client, id: string, isKeep: boolean): Promise<void> {
  await client.query('begin')
  const items = JSON.stringify([{ id, inbox_id: OTHER }])
  await client.query(`select $1::jsonb as items, '${isKeep ? 'app.ingest_keep' : 'else'}' as what`, [items])
  await client.query('insert into line values ($1)', [id])
  await client.query('commit')
}

const rowsOf = (id: string) =>
  withClient(database.superuser, async (client) => {
    const { rowCount } = await client.query('select from line where id = $1', [id])
    return rowCount
  })

test('what nobody waits for passes, however large', async () => {
  const client = await connected()
  const long = 'ক'.repeat(1_000_000)
  const { rows } = await client.query<{ back: string }>('select $1::text as back', [long])
  assert.equal(rows[0]?.back, long)
  await client.end()
})

test('the commit that is waited for is on disk and unheard; others pass', async () => {
  const [held, other] = [await connected(), await connected()]
  const unheard = new Promise<Unheard>((resolve) => wire.hold('event', resolve))
  await write(other, OTHER, false)
  let isHeard = false
  const writing = write(held, ID, true).then(() => {
    isHeard = true
  })
  assert.deepEqual(await unheard, { writing: 'event', ids: [ID] })
  assert.equal(await rowsOf(ID), 1)
  assert.equal(isHeard, false)
  wire.end()
  await assert.rejects(writing)
  await other.end().catch(() => {})
})

test('while the database is down nobody is let in', async () => {
  wire.close()
  await assert.rejects(connected(), /ENOENT|ECONNREFUSED/)
  await wire.listen()
  await (await connected()).end()
})
