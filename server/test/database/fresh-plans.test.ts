/**
 * Intake on a young database stays as quick as it began: plans made while tables were empty are made anew, so that a
 * message reads as few rows after thousands of others as it did at first. Counts the rows read, not time.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { freshDatabase } from '#test/support/database.ts'
import { itemIn, type Place, seedPlace, store } from '#test/support/intake.ts'
import { RowMaker } from '#test/support/row-maker.ts'

const BATCH = 50
const BATCHES = 20
/** Rows of messages that a new one looks at: the last one before it, and itself for each key that names it. */
const FEW_ROWS = 8

let admin: pg.Client
let ingest: pg.Client
let place: Place

before(async () => {
  const database = await freshDatabase()
  admin = await connect(database.superuser)
  ingest = await connect(database.as('desk_ingest'))
  place = await seedPlace(await RowMaker.on(admin))
  // Statistics taken in the middle would have the old plans made anew, and the test would show nothing.
  const { rows } = await admin.query(
    "select oid::regclass as name from pg_class where relnamespace = 'desk'::regnamespace and relkind = 'r'",
  )
  for (const { name } of rows) await admin.query(`alter table ${name} set (autovacuum_enabled = off)`)
})

/** Says to the connection when its plans were made, in seconds since 1970. */
const plannedAt = (seconds: number) => ingest.query("select set_config('app.planned_at', $1, false)", [String(seconds)])

async function rowsRead(): Promise<number> {
  for (const session of [admin, ingest]) await session.query('select pg_stat_force_next_flush()')
  const read = "select sum(idx_tup_read)::int as n from pg_stat_user_indexes where relname like 'message%'"
  const { rows } = await admin.query(read)
  return rows[0].n
}

/** Rows read for each message of one batch. */
async function readPerMessage(people: readonly string[]): Promise<number> {
  const before = await rowsRead()
  await store(
    ingest,
    place,
    people.map((address_key) => itemIn(place, { address_key })),
  )
  return ((await rowsRead()) - before) / people.length
}

test('a message reads no more rows when thousands are there, although the connection first planned on empty tables', async () => {
  const people = Array.from({ length: BATCH }, () => String(itemIn(place).address_key))
  await readPerMessage(people)
  const inTheFuture = Date.now() / 1000 + 3600
  await plannedAt(inTheFuture)
  for (let batch = 0; batch < BATCHES; batch++) await readPerMessage(people)
  const withOldPlans = await readPerMessage(people)
  await plannedAt(0)
  const planned = await readPerMessage(people)
  assert.ok(withOldPlans > 10 * FEW_ROWS, `the old plans were good enough (${withOldPlans}), so nothing is shown here`)
  assert.ok(planned < FEW_ROWS, `${planned} rows are read for a message`)
})
