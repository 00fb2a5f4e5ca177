/**
 * Step 2 works for several workspaces in one call, and there the policies let all of them through: that an item of one
 * reaches no row of another is then the work of its keys. Tried with every id and key of the neighbour, in a call that
 * holds good scopes of both.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { type Item, itemIn, keep, NOW, type Place, rawIn, seedPlace, type Stored } from '#test/support/intake.ts'
import { RowMaker } from '#test/support/row-maker.ts'
import { scopeFor } from '#test/support/sign-scope.ts'

const TABLES = ['contact', 'contact_address', 'conversation', 'message', 'message_external', 'attachment', 'event']

let database: FreshDatabase
let admin: pg.Client
let ingest: pg.Client
let maker: RowMaker
let ours: Place
let theirs: Place
let known: Item
before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
  ingest = await connect(database.as('desk_ingest'))
  maker = await RowMaker.on(admin)
  ours = await seedPlace(maker)
  theirs = await seedPlace(maker)
  known = itemIn(theirs)
  await storeOfBoth([known])
})

async function storeOfBoth(items: readonly Item[], done: readonly object[] = []): Promise<Stored[]> {
  const scopes = [await scopeFor(ingest, ours.workspaceId), await scopeFor(ingest, theirs.workspaceId)]
  const values = [scopes, JSON.stringify(items), JSON.stringify(done), NOW]
  return (await ingest.query<Stored>('select * from app.ingest_store($1, $2, $3, $4)', values)).rows
}

/** Everything of the neighbour that intake may write, as text. */
async function theirRows(): Promise<string> {
  const rows: unknown[] = []
  for (const table of [...TABLES, 'inbound_event', 'inbox_ledger', 'workspace_counter']) {
    const found = await admin.query(
      `select to_jsonb(t) as row from desk.${table} t where workspace_id = $1 order by 1`,
      [theirs.workspaceId],
    )
    rows.push(table, found.rows)
  }
  return JSON.stringify(rows)
}

const theirThread = async () =>
  (await admin.query('select * from desk.conversation where workspace_id = $1', [theirs.workspaceId])).rows[0]

test('beside the neighbour’s own item in the same call each person stays in their own workspace', async () => {
  const shared = { address_key: known.address_key }
  const pair = [itemIn(ours, shared), itemIn(theirs, shared)]
  const answers = await storeOfBoth(pair)
  const { rows } = await admin.query(
    `select m.id, m.workspace_id, c.workspace_id as thread_workspace, a.workspace_id as address_workspace
     from desk.message m join desk.conversation c on c.id = m.conversation_id
     join desk.contact_address a on a.id = c.contact_address_id and a.workspace_id = c.workspace_id
     where m.id = any ($1)`,
    [answers.map(({ message_id }) => message_id)],
  )
  assert.equal(rows.length, 2)
  for (const row of rows) {
    const place = row.id === pair[0]?.message_id ? ours : theirs
    assert.deepEqual(
      [row.workspace_id, row.thread_workspace, row.address_workspace],
      Array(3).fill(place.workspaceId),
      'message, thread and address',
    )
  }
  assert.equal(answers[1]?.conversation_id, (await theirThread()).id)
})

test('an item that names ids and keys of the neighbour touches nothing of theirs and answers with its own', async () => {
  const thread = await theirThread()
  const visitor = await maker.make('visitor', theirs.workspaceId)
  const unused = { message_id: null, note_id: null, uploaded_by_member_id: null, uploaded_by_visitor_id: visitor.id }
  const upload = await maker.make('attachment', theirs.workspaceId, unused)
  const before = await theirRows()
  const crossing = itemIn(ours, {
    external_key: known.external_key,
    contact_id: thread.contact_id,
    visitor_id: visitor.id,
    attachment_ids: [upload.id],
  })
  const [answer] = await storeOfBoth([crossing])
  assert.equal(answer?.outcome, 'stored', 'a key is one workspace’s own')
  assert.equal(answer?.conversation_id, crossing.conversation_id)
  assert.equal(await theirRows(), before)
  const mine = await admin.query('select attachment_count from desk.message where id = $1', [crossing.message_id])
  assert.deepEqual(mine.rows, [{ attachment_count: 0 }])
})

test('an inbox or an event of the neighbour cannot be named as one’s own', async () => {
  const event = rawIn(theirs)
  await keep(ingest, theirs, [event])
  const before = await theirRows()
  await storeOfBoth([], [{ workspace_id: ours.workspaceId, id: event.id }])
  await assert.rejects(storeOfBoth([itemIn(ours, { inbox_id: theirs.inboxId })]), { code: '23503' })
  await assert.rejects(keep(ingest, ours, [rawIn(theirs)]), { code: '42501' })
  await assert.rejects(keep(ingest, ours, [rawIn(ours, { inbox_id: theirs.inboxId })]), { code: '23503' })
  assert.equal(await theirRows(), before)
})

test('were one id ever in both workspaces, a call with both is refused and changes nothing', async () => {
  // Only this program mints ids, and never so.
  const thread = await theirThread()
  const twin = itemIn(ours, { address_id: thread.contact_address_id, contact_id: thread.contact_id })
  await storeOfBoth([twin])
  const before = await theirRows()
  const both = [itemIn(ours, { address_key: twin.address_key }), itemIn(theirs, { address_key: known.address_key })]
  await assert.rejects(storeOfBoth(both), { code: '23503' })
  assert.equal(await theirRows(), before)
})
