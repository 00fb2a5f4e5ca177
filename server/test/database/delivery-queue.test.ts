/**
 * The queue of messages to send: answers leave in the order of their conversation, workspaces take turns, no message is
 * in two hands, and a delivery's state only moves forward.
 */
import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { hex, NOW, type Place, seedPlace } from '#test/support/intake.ts'
import { RowMaker, uuidAt } from '#test/support/row-maker.ts'
import { scopeFor } from '#test/support/sign-scope.ts'

const LEASE = new Date(NOW.getTime() + 60_000)
const later = (by_ms: number) => new Date(NOW.getTime() + by_ms)

let database: FreshDatabase
let admin: pg.Client
let worker: pg.Client
let other: pg.Client
let maker: RowMaker
let place: Place

before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
  worker = await connect(database.as('desk_worker'))
  other = await connect(database.as('desk_worker'))
  maker = await RowMaker.on(admin)
})
beforeEach(async () => {
  await admin.query('truncate desk.delivery cascade')
  place = await seedConversation()
})

async function seedConversation(): Promise<Place> {
  const seeded = await seedPlace(maker)
  for (const table of ['contact', 'contact_address', 'conversation']) await maker.make(table, seeded.workspaceId)
  return seeded
}

/** Queues an answer in the newest conversation of that workspace. */
async function queue({ workspaceId }: Place, given: Record<string, unknown> = {}, order = 0): Promise<string> {
  const id = uuidAt(later(order))
  await maker.make('message', workspaceId, { id, direction: 'out', author_kind: 'member' })
  await maker.make('delivery', workspaceId, { state: 'queued', next_attempt_at: NOW, ...given })
  return id
}

async function claim(client: pg.Client, limit = 10): Promise<string[]> {
  const { rows } = await client.query('select * from app.claim_deliveries($1, $2, $3)', [NOW, LEASE, limit])
  return rows.map((row) => row.message_id)
}

async function stateOf(id: string) {
  const { rows } = await admin.query('select * from desk.delivery where message_id = $1', [id])
  return rows[0]
}

const setState = (id: string, state: string) =>
  admin.query('update desk.delivery set state = $1, next_attempt_at = $2, lease_until = $2 where message_id = $3', [
    state,
    NOW,
    id,
  ])

test('a due message is claimed once, with its attempt counted and a lease', async () => {
  const id = await queue(place)
  await queue(await seedConversation(), { next_attempt_at: later(1) })
  assert.deepEqual(await claim(worker), [id])
  assert.deepEqual(await claim(worker), [])
  const { state, attempts, lease_until } = await stateOf(id)
  assert.deepEqual([state, attempts, lease_until], ['sending', 1, LEASE])
})

test('answers of one conversation leave one after the other, also when the first must be tried again later', async () => {
  const [first, second, third] = [await queue(place, {}, 1), await queue(place, {}, 2), await queue(place, {}, 3)]
  assert.deepEqual(await claim(worker), [first])
  assert.deepEqual(await claim(worker), [])
  await setState(first, 'sent')
  assert.deepEqual(await claim(worker), [second])
  await admin.query(
    "update desk.delivery set state = 'queued', next_attempt_at = $1, lease_until = null where message_id = $2",
    [later(30_000), second],
  )
  assert.deepEqual(await claim(worker), [])
  await setState(second, 'sending')
  await setState(second, 'failed')
  assert.deepEqual(await claim(worker), [third])
})

test('an uncertain message holds nothing up', async () => {
  const [first, second] = [await queue(place, {}, 1), await queue(place, {}, 2)]
  await claim(worker)
  await setState(first, 'uncertain')
  assert.deepEqual(await claim(worker), [second])
})

test('a workspace with much to send leaves its neighbours their turn', async () => {
  for (let order = 0; order < 8; order++) {
    await maker.make('conversation', place.workspaceId)
    await queue(place, { next_attempt_at: later(-60_000) }, order)
  }
  const quiet = await seedConversation()
  const theirs = await queue(quiet)
  assert.ok((await claim(worker, 2)).includes(theirs))
})

test('two workers never hold the same message, and the second takes what is left', async () => {
  const mine = await queue(place)
  const theirs = await queue(await seedConversation())
  await worker.query('begin')
  const first = await claim(worker, 1)
  const second = await claim(other, 2)
  await worker.query('commit')
  assert.equal(first.length, 1)
  assert.deepEqual([...first, ...second].sort(), [mine, theirs].sort())
})

test('many claims at once hand out each message once and keep the order in each conversation', async () => {
  const conversations: string[][] = []
  for (let at = 0; at < 6; at++) {
    const each = await seedConversation()
    conversations.push([await queue(each, {}, 1), await queue(each, {}, 2), await queue(each, {}, 3)])
  }
  const claimed: string[] = []
  const drain = async (client: pg.Client) => {
    for (let empty = 0; claimed.length < 18 && empty < 1000; ) {
      const ids = await claim(client, 2)
      if (ids.length === 0) empty += 1
      for (const id of ids) {
        claimed.push(id)
        await client.query('begin')
        await client.query("select set_config('app.scope', $1, true)", [await scopeFor(client, await workspaceOf(id))])
        await client.query("update desk.delivery set state = 'sent', lease_until = null where message_id = $1", [id])
        await client.query('commit')
      }
    }
  }
  await Promise.all([drain(worker), drain(other)])
  assert.equal(claimed.length, 18)
  assert.equal(new Set(claimed).size, 18)
  for (const ids of conversations) {
    assert.deepEqual(
      claimed.filter((id) => ids.includes(id)),
      ids,
    )
  }
})

async function workspaceOf(id: string): Promise<string> {
  return (await stateOf(id)).workspace_id
}

test('a worker sleeps until the next message it could claim', async () => {
  const next = async () => (await worker.query('select app.next_delivery_at() as at')).rows[0].at
  assert.equal(await next(), null)
  const first = await queue(place, {}, 1)
  await queue(place, {}, 2)
  assert.deepEqual(await next(), NOW)
  await claim(worker)
  assert.equal(await next(), null)
  await setState(first, 'sent')
  assert.deepEqual(await next(), NOW)
  await queue(await seedConversation(), { next_attempt_at: later(-5) })
  assert.deepEqual(await next(), later(-5))
})

test('a message whose worker never came back is found after its lease, by one worker', async () => {
  const id = await queue(place)
  await claim(worker)
  const abandoned = async (now: Date) => {
    const { rows } = await worker.query('select * from app.abandoned_deliveries($1, $2, 10)', [now, later(120_000)])
    return rows.map((row) => row.message_id)
  }
  assert.deepEqual(await abandoned(LEASE), [])
  assert.deepEqual(await abandoned(later(60_001)), [id])
  assert.deepEqual(await abandoned(later(60_001)), [])
  assert.equal((await stateOf(id)).state, 'sending')
})

test('what is queued has a time, and what is being sent has a lease', async () => {
  const id = await queue(place)
  const set = (assignment: string) => admin.query(`update desk.delivery set ${assignment} where message_id = '${id}'`)
  await assert.rejects(set('next_attempt_at = null'), { code: '23514' })
  await assert.rejects(set("state = 'sending'"), { code: '23514' })
})

const STATES = ['queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read']

test('a state never moves back, except to be tried again', async () => {
  const allowed: string[] = []
  for (const from of STATES) {
    for (const to of STATES) {
      const id = await queue(place, { state: from, next_attempt_at: NOW, lease_until: NOW })
      const moved = await setState(id, to).then(
        () => true,
        (error) => {
          assert.equal(error.code, 'DK002')
          return false
        },
      )
      if (moved && STATES.indexOf(to) < STATES.indexOf(from)) allowed.push(`${from} -> ${to}`)
      if (!moved) assert.ok(STATES.indexOf(to) < STATES.indexOf(from), `${from} -> ${to} was refused`)
    }
  }
  assert.deepEqual(allowed, ['sending -> queued', 'uncertain -> queued', 'failed -> queued'])
})

test("a provider's status calls move a delivery forward only, and publish each move once", async () => {
  const ingest = await connect(database.as('desk_ingest'))
  const id = await queue(place, { state: 'sent', next_attempt_at: null })
  const external = await maker.make('delivery_external', place.workspaceId)
  const external_key = hex(external.external_key as Buffer)
  const call = async (...states: string[]) => {
    const scope = await scopeFor(ingest, place.workspaceId)
    const items = states.map((state) => ({ inbox_id: place.inboxId, external_key, state, reason: null }))
    const statement = "select app.ingest_status($1, $2, '{}', $3) as moved"
    return (await ingest.query(statement, [scope, JSON.stringify(items), NOW])).rows[0].moved
  }
  assert.equal(await call('read', 'delivered'), 1)
  assert.equal((await stateOf(id)).state, 'read')
  assert.equal(await call('delivered'), 0)
  assert.equal(await call('sent', 'failed'), 0)
  assert.equal(await call('no such state'), 0)
  const { rows } = await admin.query('select * from desk.event where workspace_id = $1', [place.workspaceId])
  assert.deepEqual(
    rows.map((event) => [event.kind, event.item_id, event.facts]),
    [['message.delivery', id, { state: 'read' }]],
  )
  const elsewhere = await seedConversation()
  await queue(elsewhere, { state: 'sent', next_attempt_at: null })
  const key = hex((await maker.make('delivery_external', elsewhere.workspaceId)).external_key as Buffer)
  const items = JSON.stringify([{ inbox_id: elsewhere.inboxId, external_key: key, state: 'read', reason: null }])
  const scope = await scopeFor(ingest, place.workspaceId)
  const moved = await ingest.query("select app.ingest_status($1, $2, '{}', $3) as moved", [scope, items, NOW])
  assert.equal(moved.rows[0].moved, 0)
})
