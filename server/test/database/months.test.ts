/**
 * Month partitions: made ahead and once, under forced row-level security, without stopping anybody; and what no month
 * was made for is kept and found all the same.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { seedPlace } from '#test/support/intake.ts'
import { RowMaker, uuidAt } from '#test/support/row-maker.ts'

let database: FreshDatabase
let admin: pg.Client
let worker: pg.Client
let workspaceId: string
let maker: RowMaker

before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
  worker = await connect(database.as('desk_worker'))
  maker = await RowMaker.on(admin)
  workspaceId = (await seedPlace(maker)).workspaceId
  for (const table of ['contact', 'contact_address', 'conversation']) await maker.make(table, workspaceId)
})

async function ensure(moment: string, months: number): Promise<number> {
  const { rows } = await worker.query('select app.ensure_month_partitions($1, $2) as made', [moment, months])
  return rows[0].made
}

/** The partition that a message received then lies in. */
async function partitionOf(moment: string): Promise<string> {
  const { id } = await maker.make('message', workspaceId, { id: uuidAt(moment) })
  const { rows } = await admin.query('select tableoid::regclass::text as name from desk.message where id = $1', [id])
  return rows[0].name
}

test('months are made from one back to as many ahead as asked, once, cut at midnight UTC', async () => {
  await worker.query("set timezone = 'Asia/Dhaka'")
  assert.equal(await ensure('2026-11-30T23:30:00Z', 2), 8)
  assert.equal(await ensure('2026-11-30T23:30:00Z', 2), 0)
  assert.equal(await ensure('2026-12-01T00:00:00Z', 2), 2)
  assert.equal(await partitionOf('2026-10-01T00:00:00.000Z'), 'desk.message_202610')
  assert.equal(await partitionOf('2026-11-30T23:59:59.999Z'), 'desk.message_202611')
  assert.equal(await partitionOf('2026-12-01T00:00:00.000Z'), 'desk.message_202612')
  assert.equal(await partitionOf('2026-09-30T23:59:59.999Z'), 'desk.message_default')
})

test('a month whose rows came before its partition stays whole where it is, and stops no other month', async () => {
  assert.equal(await partitionOf('2027-06-10T00:00:00Z'), 'desk.message_default')
  // March to July for both tables, without June's messages.
  assert.equal(await ensure('2027-04-15T00:00:00Z', 3), 9)
  assert.equal(await partitionOf('2027-06-11T00:00:00Z'), 'desk.message_default')
  assert.equal(await partitionOf('2027-07-01T00:00:00Z'), 'desk.message_202707')
})

test('a partition is closed to every login, and read through its parent', async () => {
  const { rows } = await admin.query(
    "select relrowsecurity and relforcerowsecurity as forced from pg_class where relkind = 'r' and relname like 'message\\_20%'",
  )
  assert.ok(rows.length >= 5)
  assert.ok(rows.every((row) => row.forced))
  await assert.rejects(worker.query('select from desk.message_202611'), { code: '42501' })
})

test('it gives up rather than make everybody wait behind it', async () => {
  await admin.query('begin')
  await maker.make('message', workspaceId)
  await assert.rejects(ensure('2028-01-15T00:00:00Z', 1), { code: '55P03' })
  await admin.query('rollback')
  assert.equal(await ensure('2028-01-15T00:00:00Z', 1), 6)
})

test('a number of months that makes no sense is refused', async () => {
  await assert.rejects(ensure('2026-11-24T00:00:00Z', 0), { code: 'P0001' })
  await assert.rejects(ensure('2026-11-24T00:00:00Z', 25), { code: 'P0001' })
})
