/**
 * Step 1 of intake and the queue it fills: an event is kept once, counted once, and taken in fair turns by one process
 * at a time for each workspace.
 */
import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { connect, untilBlocked } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { hex, itemIn, keep, NOW, type Place, rawIn, seedPlace, store, takePending } from '#test/support/intake.ts'
import { RowMaker } from '#test/support/row-maker.ts'
import { scopeFor } from '#test/support/sign-scope.ts'

let database: FreshDatabase
let admin: pg.Client
let ingest: pg.Client
let other: pg.Client
let maker: RowMaker
let place: Place

before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
  ingest = await connect(database.as('desk_ingest'))
  other = await connect(database.as('desk_ingest'))
  maker = await RowMaker.on(admin)
})
beforeEach(async () => {
  await ingest.query('rollback')
  await other.query('rollback')
  await admin.query('truncate desk.inbound_event')
  place = await seedPlace(maker)
})

async function ledgerOf(inboxId: string) {
  const { rows } = await admin.query('select * from desk.inbox_ledger where inbox_id = $1', [inboxId])
  return { received: Number(rows[0].received), stored: Number(rows[0].stored), last: rows[0].last_received_at }
}

async function secondInbox(): Promise<string> {
  const inbox = await maker.make('inbox', place.workspaceId)
  await maker.make('inbox_ledger', place.workspaceId)
  return String(inbox.id)
}

test('an event is kept once, whether it comes again in the same batch or in a later one', async () => {
  const [one, two] = [rawIn(place), rawIn(place)]
  const again = rawIn(place, { event_key: one.event_key })
  const first = await keep(ingest, place, [one, again, two])
  assert.deepEqual(
    first.map((answer) => [answer.id, answer.is_new]),
    [
      [one.id, true],
      [again.id, false],
      [two.id, true],
    ],
  )
  const second = await keep(ingest, place, [rawIn(place, { event_key: two.event_key }), rawIn(place)])
  assert.deepEqual(
    second.map((answer) => answer.is_new),
    [false, true],
  )
  assert.equal((await admin.query('select from desk.inbound_event')).rowCount, 3)
  assert.deepEqual(await ledgerOf(place.inboxId), { received: 3, stored: 0, last: NOW })
})

test('each inbox has its own keys and its own ledger', async () => {
  const raw = rawIn(place)
  const inbox_id = await secondInbox()
  const answers = await keep(ingest, place, [raw, rawIn(place, { inbox_id, event_key: raw.event_key })])
  assert.ok(answers.every((answer) => answer.is_new))
  assert.equal((await ledgerOf(place.inboxId)).received, 1)
  assert.equal((await ledgerOf(inbox_id)).received, 1)
})

test('events of several workspaces are kept in one call, each in its own workspace, and all or none', async () => {
  const neighbour = await seedPlace(maker)
  const call = async (items: readonly Record<string, unknown>[]) => {
    const scopes = [await scopeFor(ingest, place.workspaceId), await scopeFor(ingest, neighbour.workspaceId)]
    return (await ingest.query('select * from app.ingest_keep($1, $2)', [scopes, JSON.stringify(items)])).rows
  }
  const [mine, theirs] = [rawIn(place), rawIn(neighbour)]
  const again = rawIn(neighbour, { event_key: theirs.event_key })
  assert.deepEqual(await call([mine, theirs, again]), [
    { id: mine.id, is_new: true },
    { id: theirs.id, is_new: true },
    { id: again.id, is_new: false },
  ])
  const { rows } = await admin.query('select workspace_id, id from desk.inbound_event order by id')
  const kept = [[place, mine] as const, [neighbour, theirs] as const]
  assert.deepEqual(
    rows.map((row) => [row.id, row.workspace_id]),
    kept.map(([at, raw]) => [raw.id, at.workspaceId]).sort(),
  )
  await assert.rejects(call([rawIn(place), rawIn(await seedPlace(maker))]), { code: '42501' })
  await assert.rejects(call([rawIn(place), rawIn(neighbour, { raw_sealed: '\\x00' })]), { code: '23514' })
  assert.equal((await admin.query('select from desk.inbound_event')).rowCount, 2)
  assert.deepEqual(
    [await ledgerOf(place.inboxId), await ledgerOf(neighbour.inboxId)].map(({ received }) => received),
    [1, 1],
  )
})

test('the same event kept on two connections at once is new on one of them', async () => {
  const raw = rawIn(place)
  await ingest.query('begin')
  assert.equal((await keep(ingest, place, [raw]))[0]?.is_new, true)
  const waiting = keep(other, place, [rawIn(place, { event_key: raw.event_key })])
  await untilBlocked(admin, other)
  await ingest.query('commit')
  assert.equal((await waiting)[0]?.is_new, false)
  assert.equal((await ledgerOf(place.inboxId)).received, 1)
})

test('batches over the same inboxes in any order, kept and stored at once, never block each other for good', async () => {
  const inboxes = [place.inboxId, await secondInbox(), await secondInbox(), await secondInbox()]
  const rounds = 25
  // Each connection is pushed to a plan of its own, so that the order of rows is not the same by luck.
  await ingest.query('set enable_hashagg = off; set enable_hashjoin = off')
  await other.query('set enable_sort = off; set enable_nestloop = off; set enable_mergejoin = off')
  const run = async (client: pg.Client) => {
    for (let round = 0; round < rounds; round++) {
      const raw = inboxes.map((inbox_id) => rawIn(place, { inbox_id }))
      await keep(client, place, raw)
      const done = raw.map((event) => event.id)
      await store(client, place, [itemIn(place)], done)
    }
  }
  await Promise.all([run(ingest), run(other)])
  for (const inbox of inboxes) {
    assert.deepEqual(await ledgerOf(inbox), { received: 2 * rounds, stored: 2 * rounds, last: NOW })
  }
})

test('plain text cannot be kept as a sealed event', async () => {
  const raw_sealed = hex(Buffer.from('Mitu: where is my saree? Order 4711, please.'))
  await assert.rejects(keep(ingest, place, [rawIn(place, { raw_sealed })]), { code: '23514' })
})

test('an event for an inbox of another workspace is refused', async () => {
  const neighbour = await seedPlace(maker)
  await assert.rejects(keep(ingest, place, [rawIn(neighbour)]), { code: '42501' })
  const posing = rawIn(neighbour, { workspace_id: place.workspaceId })
  await assert.rejects(keep(ingest, place, [posing]), { code: '23503' })
})

test('pending events are taken in turns of workspaces, oldest first in each, and wrap around', async () => {
  const places = [place, await seedPlace(maker), await seedPlace(maker)]
  places.sort((a, b) => (a.workspaceId < b.workspaceId ? -1 : 1))
  const later = new Date(NOW.getTime() + 1000).toISOString()
  for (const each of places) {
    const raw = [rawIn(each, { received_at: later }), rawIn(each), rawIn(each, { received_at: later })]
    await keep(ingest, each, raw)
  }
  const ids = places.map((each) => each.workspaceId)
  const turn = async (after: string | null, workspaces: number, events = 2) => {
    const taken = await takePending(ingest, after, workspaces, events)
    return taken.map((event) => ids.indexOf(event.workspace_id))
  }
  assert.deepEqual(await turn(null, 2), [0, 0, 1, 1])
  assert.deepEqual(await turn(ids[1] ?? '', 2), [2, 2, 0, 0])
  assert.deepEqual(await turn(ids[2] ?? '', 9), [0, 0, 1, 1, 2, 2])
  assert.deepEqual(await turn(ids[0] ?? '', 9, 1), [1, 2, 0])
  const [oldest] = await takePending(ingest, null, 1, 1)
  const { rows } = await admin.query('select received_at from desk.inbound_event where id = $1', [oldest?.id])
  assert.deepEqual(rows[0].received_at, NOW)
  assert.equal(oldest?.channel, 'api')
})

test('a workspace in one hand is passed over by the other until that one commits, and then its events are done', async () => {
  const neighbour = await seedPlace(maker)
  await keep(ingest, place, [rawIn(place)])
  await keep(ingest, neighbour, [rawIn(neighbour)])
  await ingest.query('begin')
  const mine = await takePending(ingest, null, 1)
  await other.query('begin')
  const theirs = await takePending(other, null, 2)
  assert.equal(mine.length, 1)
  assert.equal(theirs.length, 1)
  assert.notEqual(mine[0]?.workspace_id, theirs[0]?.workspace_id)
  await other.query('rollback')
  const held = [place, neighbour].find((each) => each.workspaceId === mine[0]?.workspace_id) ?? place
  await store(
    ingest,
    held,
    [itemIn(held)],
    mine.map((event) => event.id),
  )
  await ingest.query('commit')
  assert.deepEqual(
    (await takePending(other, null, 2)).map((event) => event.id),
    theirs.map((event) => event.id),
  )
})

test('two connections that take and store until nothing is left store each event once', async () => {
  const places = [place, await seedPlace(maker), await seedPlace(maker)]
  for (const each of places)
    await keep(
      ingest,
      each,
      [1, 2, 3, 4, 5, 6].map(() => rawIn(each)),
    )
  const stored: string[] = []
  const drain = async (client: pg.Client) => {
    for (;;) {
      await client.query('begin')
      const taken = await takePending(client, null, 1, 2)
      for (const event of taken) {
        const at = places.find((each) => each.workspaceId === event.workspace_id) ?? place
        await store(client, at, [itemIn(at)], [event.id])
        stored.push(event.id)
      }
      await client.query('commit')
      if ((await admin.query("select from desk.inbound_event where state = 'pending'")).rowCount === 0) return
    }
  }
  await Promise.all([drain(ingest), drain(other)])
  assert.equal(stored.length, 18)
  assert.equal(new Set(stored).size, 18)
})

test('an event set apart is kept with its reason, is not taken again, and is not counted as stored', async () => {
  const raw = rawIn(place)
  await keep(ingest, place, [raw])
  const scope = await scopeFor(ingest, place.workspaceId)
  await ingest.query('select app.ingest_set_apart($1, $2, $3)', [scope, raw.id, 'x'.repeat(500)])
  assert.deepEqual(await takePending(ingest, null), [])
  const { rows } = await admin.query('select state, reason from desk.inbound_event')
  assert.deepEqual(rows, [{ state: 'unreadable', reason: 'x'.repeat(300) }])
  await store(ingest, place, [], [raw.id])
  assert.equal((await ledgerOf(place.inboxId)).stored, 0)
})

test('addresses are resolved to the contacts of the own workspace only', async () => {
  const neighbour = await seedPlace(maker)
  const item = itemIn(place)
  await store(ingest, place, [item])
  const { workspaceId: workspace_id, inboxId: inbox_id } = place
  const asked = JSON.stringify([
    { workspace_id, inbox_id, address_key: item.address_key },
    { workspace_id, inbox_id, address_key: item.address_key },
    { workspace_id, inbox_id, address_key: itemIn(place).address_key },
  ])
  const resolve = async (workspaceId: string) => {
    const scope = await scopeFor(ingest, workspaceId)
    return (await ingest.query('select * from app.ingest_resolve($1, $2)', [[scope], asked])).rows
  }
  const found = await resolve(place.workspaceId)
  assert.deepEqual(
    found.map((row) => [row.inbox_id, row.contact_id, row.has_name]),
    [[place.inboxId, item.contact_id, false]],
  )
  assert.deepEqual(await resolve(neighbour.workspaceId), [])
})
