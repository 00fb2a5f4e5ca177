/**
 * Event numbers have no gaps and follow commit order inside a workspace, while batches of intake, agents at work in the
 * same conversations and status calls all want the same counter; and none of them deadlocks with another.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { hex, type Item, itemIn, NOW, type Place, seedPlace, store } from '#test/support/intake.ts'
import { RowMaker, uuidAt } from '#test/support/row-maker.ts'
import { inScope, scopeFor } from '#test/support/sign-scope.ts'

const ROUNDS = 60
const PEOPLE = 6

let database: FreshDatabase
let admin: pg.Client
let maker: RowMaker
let place: Place

before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
  maker = await RowMaker.on(admin)
  place = await seedPlace(maker)
})

/** A conversation for each address, so that batches and agents meet in the same rows. */
async function seedPeople(): Promise<Item[]> {
  const ingest = await connect(database.as('desk_ingest'))
  const people = Array.from({ length: PEOPLE }, () => itemIn(place))
  await store(ingest, place, people)
  return people
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

/** Messages of known people in any order, of new ones, and now and then of one that another batch adds too. */
async function batches(people: readonly Item[], newcomers: readonly string[]): Promise<void> {
  const ingest = await connect(database.as('desk_ingest'))
  for (let round = 0; round < ROUNDS; round++) {
    const known = shuffled(people).map(({ address_key }) => itemIn(place, { address_key }))
    const newcomer = itemIn(place, { address_key: newcomers[round] })
    await store(ingest, place, [...known, newcomer, itemIn(place)])
  }
}

/** What the program does for a person: lock and change a conversation, write, then take numbers last. */
async function agent(people: readonly Item[]): Promise<void> {
  const app = await connect(database.as('desk_app'))
  for (let round = 0; round < ROUNDS; round++) {
    await inScope(app, place.workspaceId, async () => {
      const { rows } = await app.query(
        'select id, last_message_number + 1 as next from desk.conversation order by random() limit 1',
      )
      const id = round % 2 ? rows[0].id : people[round % PEOPLE]?.conversation_id
      await app.query('select from desk.conversation where id = $1 for update', [id])
      await app.query('update desk.conversation set waiting_since = null, last_activity_at = $2 where id = $1', [
        id,
        NOW,
      ])
      await app.query('select from desk.audit_head for update')
      const events = 1 + (round % 3)
      const counter = await app.query(
        'update desk.workspace_counter set event_number = event_number + $1 returning event_number - $1 as before',
        [events],
      )
      for (let step = 1; step <= events; step++) {
        const values = [place.workspaceId, Number(counter.rows[0].before) + step, NOW, id]
        await app.query(
          "insert into desk.event (workspace_id, number, kind, at, conversation_id) values ($1, $2, 'test', $3, $4)",
          values,
        )
      }
    })
  }
}

/** Messages of ours move on by the provider's word while they are being written about. */
async function statuses(): Promise<void> {
  const ingest = await connect(database.as('desk_ingest'))
  const ids: string[] = []
  for (let at = 0; at < ROUNDS; at++) {
    await maker.make('message', place.workspaceId, { id: uuidAt(), direction: 'out', author_kind: 'member' })
    await maker.make('delivery', place.workspaceId, { state: 'sent' })
    ids.push(hex((await maker.make('delivery_external', place.workspaceId)).external_key as Buffer))
  }
  for (const external_key of ids) {
    const items = JSON.stringify([{ inbox_id: place.inboxId, external_key, state: 'delivered', reason: null }])
    const scope = await scopeFor(ingest, place.workspaceId)
    await ingest.query("select app.ingest_status($1, $2, '{}', $3)", [scope, items, NOW])
  }
}

test('batches, agents and status calls at once leave numbers without a gap, and nobody deadlocks', async () => {
  const people = await seedPeople()
  for (const table of ['contact', 'contact_address', 'conversation']) await maker.make(table, place.workspaceId)
  const newcomers = Array.from({ length: ROUNDS }, () => String(itemIn(place).address_key))
  const seen = new Set<number>()
  await Promise.all([batches(people, newcomers), batches(people, newcomers), agent(people), agent(people), statuses()])
  const { rows } = await admin.query('select number from desk.event where workspace_id = $1 order by number', [
    place.workspaceId,
  ])
  for (const { number } of rows) seen.add(Number(number))
  const counter = await admin.query('select * from desk.workspace_counter where workspace_id = $1', [place.workspaceId])
  const [messages, opened] = [PEOPLE + 2 * ROUNDS * (PEOPLE + 2), PEOPLE + ROUNDS + 2 * ROUNDS]
  const expected = messages + opened + 4 * ROUNDS + ROUNDS
  assert.equal(rows.length, expected)
  assert.equal(Number(rows.at(-1)?.number), expected)
  assert.equal(Number(counter.rows[0].event_number), expected)
  assert.equal(seen.size, expected)
  const contacts = await admin.query('select from desk.contact where workspace_id = $1', [place.workspaceId])
  assert.equal(contacts.rowCount, PEOPLE + ROUNDS + 2 * ROUNDS + 1)
})

test('each conversation has each of its message numbers once, and its count is the last of them', async () => {
  const { rows } = await admin.query(`
    select c.last_message_number, count(m.id)::int as messages, count(distinct m.number)::int as numbers,
      coalesce(max(m.number), 0) as highest, coalesce(min(m.number), 1) as lowest
    from desk.conversation c left join desk.message m
      on m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.direction = 'in'
    group by c.workspace_id, c.id, c.last_message_number`)
  assert.ok(rows.length > PEOPLE)
  for (const row of rows) {
    assert.deepEqual(
      [row.messages, row.numbers, row.highest, row.lowest],
      [row.last_message_number, row.messages, row.messages, 1],
    )
  }
})
