/**
 * A month's partitions are made while everybody is at work: messages arrive, agents answer, assign and read, the index
 * is written. Making one locks all tables tied to messages, so it could wait for work that waits for it; here it never
 * makes anybody's transaction fail, and gets its turn although nobody ever pauses.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { itemIn, NOW, type Place, seedPlace, store } from '#test/support/intake.ts'
import { RowMaker, sealedBytes, uuidAt } from '#test/support/row-maker.ts'
import { inScope } from '#test/support/sign-scope.ts'

const MONTHS = 6
const GAVE_UP = '55P03'
/** It may have to come again, but not for ever. */
const MOST_TRIES = 60

let database: FreshDatabase
let place: Place
let people: string[]
let isOver = false

before(async () => {
  database = await freshDatabase()
  const maker = await RowMaker.on(await connect(database.superuser))
  place = await seedPlace(maker)
  people = Array.from({ length: 4 }, () => String(itemIn(place).address_key))
  await store(
    await connect(database.as('desk_ingest')),
    place,
    people.map((address_key) => itemIn(place, { address_key })),
  )
})

type Work = (client: pg.Client, round: number) => Promise<unknown>

/** Does that work again and again until it is over; gives how often. */
async function keepsOn(role: 'desk_app' | 'desk_ingest' | 'desk_worker', work: Work): Promise<number> {
  const client = await connect(database.as(role))
  let round = 0
  while (!isOver) {
    round += 1
    if (role === 'desk_ingest') await work(client, round)
    else await inScope(client, place.workspaceId, () => work(client, round))
  }
  return round
}

const receives: Work = (client) =>
  store(
    client,
    place,
    people.map((address_key) => itemIn(place, { address_key })),
  )

/** The order of a reply in the program: conversation, once-only claim, message, backlog, delivery, conversation. */
const answers: Work = async (client) => {
  const { workspaceId, memberId, inboxId } = place
  const { rows } = await client.query('select id from desk.conversation order by random() limit 1 for no key update')
  const [id, conversation] = [uuidAt(NOW), rows[0].id]
  await client.query("insert into desk.client_message values ($1, $2, $3, 'message', $4, $5)", [
    workspaceId,
    memberId,
    id,
    id,
    conversation,
  ])
  await client.query(
    `insert into desk.message (workspace_id, id, conversation_id, number, direction, author_kind, author_member_id,
       text_sealed, preview_sealed, sent_at, received_at) values ($1, $2, $3, 0, 'out', 'member', $4, $5, $5, $6, $6)`,
    [workspaceId, id, conversation, memberId, sealedBytes(), NOW],
  )
  await client.query('insert into desk.search_backlog values ($1, $2, $3, $4)', [workspaceId, id, conversation, NOW])
  await client.query(
    `insert into desk.delivery (workspace_id, message_id, conversation_id, inbox_id, state, next_attempt_at, updated_at)
     values ($1, $2, $3, $4, 'queued', $5, $5)`,
    [workspaceId, id, conversation, inboxId, NOW],
  )
  await client.query('update desk.conversation set last_reply_number = last_reply_number + 1 where id = $1', [
    conversation,
  ])
  await client.query('update desk.workspace_counter set event_number = event_number + 1')
}

const assigns: Work = async (client) => {
  const changed = await client.query(
    `update desk.conversation set assignee_id = $1 where id in (select id from desk.conversation limit 1)
     returning last_message_id`,
    [place.memberId],
  )
  await client.query('select * from desk.message where id = $1', [changed.rows[0].last_message_id])
  await client.query('update desk.workspace_counter set event_number = event_number + 1')
}

const reads: Work = async (client) => {
  await client.query('select * from desk.conversation order by last_activity_at desc limit 50')
  await client.query('select * from desk.message order by sent_at desc limit 50')
  await client.query('select state from desk.delivery limit 50')
}

const sends: Work = async (client) => {
  const due = await client.query(
    "select message_id from desk.delivery where state = 'queued' limit 1 for no key update skip locked",
  )
  const id = due.rows[0]?.message_id
  await client.query("update desk.delivery set state = 'sent', next_attempt_at = null where message_id = $1", [id])
  await client.query('select text_sealed from desk.message where id = $1', [id])
  await client.query('update desk.workspace_counter set event_number = event_number + 1')
}

const indexes: Work = async (client, round) => {
  const taken = await client.query(
    `delete from desk.search_backlog where message_id in
       (select message_id from desk.search_backlog order by stored_at limit 20)
     returning message_id, conversation_id`,
  )
  for (const { message_id, conversation_id } of taken.rows) {
    await client.query('select text_sealed from desk.message where id = $1', [message_id])
    const entry = [place.workspaceId, message_id, conversation_id, [round]]
    await client.query('insert into desk.search_entry values ($1, $2, $3, $4)', entry)
  }
}

/** As the worker does: comes again when it had to give up. */
async function makeMonth(worker: pg.Client, moment: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return (await worker.query('select app.ensure_month_partitions($1, 1) as made', [moment])).rows[0].made
    } catch (error) {
      assert.equal((error as { code?: string }).code, GAVE_UP)
      assert.ok(tries < MOST_TRIES, `it gave up ${tries} times`)
    }
  }
}

test('months are made while nobody pauses, and no work fails for it', async () => {
  const worker = await connect(database.as('desk_worker'))
  const busy = Promise.all([
    keepsOn('desk_ingest', receives),
    keepsOn('desk_ingest', receives),
    keepsOn('desk_app', answers),
    keepsOn('desk_app', answers),
    keepsOn('desk_app', assigns),
    keepsOn('desk_app', reads),
    keepsOn('desk_worker', sends),
    keepsOn('desk_worker', indexes),
  ])
  busy.catch(() => {})
  let made = 0
  try {
    for (let month = 1; month <= MONTHS; month++) made += await makeMonth(worker, `2031-0${month}-15T00:00:00Z`)
  } finally {
    isOver = true
  }
  const rounds = await busy
  assert.equal(made, 2 * (MONTHS + 2))
  assert.ok(
    rounds.every((count) => count > 0),
    `somebody never worked: ${rounds}`,
  )
})
