/**
 * Step 2 of intake, `app.ingest_store`: from a kept event to contact, conversation, message and events, once, in one
 * transaction, whatever arrives twice, late, or at the same moment on another connection.
 */
import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { connect, untilBlocked } from '#test/support/connections.ts'
import { type Item, itemIn, keep, NOW, type Place, type RawItem, rawIn } from '#test/support/intake.ts'
import { type Stored, seedPlace, someKey, store } from '#test/support/intake.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { RowMaker, sealedBytes, uuidAt } from '#test/support/row-maker.ts'
import { scopeFor } from '#test/support/sign-scope.ts'

let database: FreshDatabase
let admin: pg.Client
let ingest: pg.Client
let maker: RowMaker
let place: Place

before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
  ingest = await connect(database.as('desk_ingest'))
  maker = await RowMaker.on(admin)
})
beforeEach(async () => {
  await ingest.query('rollback')
  place = await seedPlace(maker)
})

/** All rows of a table in this test's workspace. */
async function rowsOf(table: string, order = '1') {
  const statement = `select * from desk.${table} where workspace_id = $1 order by ${order}`
  return (await admin.query(statement, [place.workspaceId])).rows
}

test('a first message makes contact, address, conversation, message, backlog entry and two events', async () => {
  const item = itemIn(place)
  const [answer] = await store(ingest, place, [item])
  assert.equal(answer?.outcome, 'stored')
  assert.equal(answer?.conversation_id, item.conversation_id)
  const [contact] = await rowsOf('contact')
  const [address] = await rowsOf('contact_address')
  const [conversation] = await rowsOf('conversation')
  const [message] = await rowsOf('message')
  assert.equal(contact.id, item.contact_id)
  assert.equal(address.contact_id, item.contact_id)
  assert.equal(conversation.contact_address_id, address.id)
  assert.equal(conversation.status, 'open')
  assert.equal(Number(conversation.number), 1)
  assert.equal(conversation.last_message_id, item.message_id)
  assert.deepEqual(conversation.waiting_since, NOW)
  assert.equal(message.conversation_id, conversation.id)
  assert.equal(message.number, 1)
  assert.equal(message.is_late, false)
  assert.equal((await rowsOf('search_backlog')).length, 1)
  const events = await rowsOf('event', 'number')
  assert.deepEqual(
    events.map((event) => [Number(event.number), event.kind, event.facts]),
    [
      [1, 'message.created', null],
      [2, 'conversation.changed', { what: 'opened' }],
    ],
  )
  assert.equal(Number(answer?.event_number), 1)
})

test('a known person goes on in the same conversation, and a name is only taken for the contact it was sealed for', async () => {
  const first = itemIn(place)
  await store(ingest, place, [first])
  const { address_key } = first
  const stranger = itemIn(place, { address_key, contact_name_sealed: `\\x${sealedBytes().toString('hex')}` })
  const [answer] = await store(ingest, place, [stranger])
  assert.equal(answer?.conversation_id, first.conversation_id)
  assert.equal((await rowsOf('contact'))[0].name_sealed, null)
  const name = sealedBytes()
  const known = { address_key, contact_id: first.contact_id, contact_name_sealed: `\\x${name.toString('hex')}` }
  await store(ingest, place, [itemIn(place, known)])
  const contacts = await rowsOf('contact')
  assert.equal(contacts.length, 1)
  assert.deepEqual(contacts[0].name_sealed, name)
  assert.deepEqual(
    (await rowsOf('message', 'number')).map((message) => message.number),
    [1, 2, 3],
  )
})

test('a new person who writes twice in one batch is one contact with one conversation', async () => {
  const address_key = someKey()
  const batch = [itemIn(place, { address_key }), itemIn(place), itemIn(place, { address_key })]
  const answers = await store(ingest, place, batch)
  assert.equal(answers[2]?.conversation_id, answers[0]?.conversation_id)
  assert.notEqual(answers[1]?.conversation_id, answers[0]?.conversation_id)
  assert.equal((await rowsOf('contact')).length, 2)
  assert.deepEqual(
    (await rowsOf('conversation', 'number')).map((conversation) => [
      Number(conversation.number),
      conversation.last_message_number,
    ]),
    [
      [1, 2],
      [2, 1],
    ],
  )
  assert.deepEqual(
    (await rowsOf('event', 'number')).map((event) => [event.kind, event.facts?.what]),
    [
      ['message.created', undefined],
      ['conversation.changed', 'opened'],
      ['message.created', undefined],
      ['conversation.changed', 'opened'],
      ['message.created', undefined],
    ],
  )
})

test('a new person who writes twice behind a duplicate is one contact too', async () => {
  const known = itemIn(place)
  await store(ingest, place, [known])
  const address_key = someKey()
  const batch = [known, itemIn(place, { address_key }), itemIn(place), itemIn(place, { address_key })]
  const answers = await store(ingest, place, batch)
  assert.deepEqual(
    answers.map((answer) => answer.conversation_id),
    [null, batch[1]?.conversation_id, batch[2]?.conversation_id, batch[1]?.conversation_id],
  )
})

test('two transactions with the same new person make one contact', async () => {
  const other = await connect(database.as('desk_ingest'))
  const address_key = someKey()
  await ingest.query('begin')
  const [first] = await store(ingest, place, [itemIn(place, { address_key })])
  const waiting = store(other, place, [itemIn(place, { address_key })])
  await untilBlocked(admin, other)
  await ingest.query('commit')
  const [second] = await waiting
  assert.equal(second?.outcome, 'stored')
  assert.equal(second?.conversation_id, first?.conversation_id)
  assert.equal((await rowsOf('contact')).length, 1)
  assert.equal((await rowsOf('conversation')).length, 1)
  assert.equal((await rowsOf('message')).length, 2)
})

test('a message with a known external id is a duplicate that changes nothing and takes no number', async () => {
  const item = itemIn(place)
  await store(ingest, place, [item])
  const again = itemIn(place, { external_key: item.external_key, address_key: item.address_key })
  const fresh = itemIn(place, { address_key: item.address_key })
  const answers = await store(ingest, place, [again, fresh, { ...fresh, message_id: uuidAt() }])
  assert.deepEqual(
    answers.map((answer) => [answer.outcome, answer.event_number === null ? null : Number(answer.event_number)]),
    [
      ['duplicate', null],
      ['stored', 3],
      ['duplicate', null],
    ],
  )
  assert.equal((await rowsOf('message')).length, 2)
  assert.equal(Number((await rowsOf('workspace_counter'))[0].event_number), 3)
})

test('the same external id in another inbox is another message', async () => {
  const item = itemIn(place)
  await store(ingest, place, [item])
  const inbox = await maker.make('inbox', place.workspaceId)
  const elsewhere = { ...place, inboxId: String(inbox.id) }
  const [answer] = await store(ingest, place, [itemIn(elsewhere, { external_key: item.external_key })])
  assert.equal(answer?.outcome, 'stored')
})

test('a late arrival is marked and slots in by sent time, then by the provider sequence', async () => {
  const address_key = someKey()
  const at = (minute: number, provider_sequence = 0) =>
    itemIn(place, { address_key, sent_at: new Date(NOW.getTime() + minute * 60_000).toISOString(), provider_sequence })
  const [newest, late, sameMoment, evenNewer] = [at(10, 5), at(3), at(10, 4), at(10, 6)]
  await store(ingest, place, [newest, late, sameMoment])
  let [conversation] = await rowsOf('conversation')
  assert.equal(conversation.last_message_id, newest.message_id)
  // The window of ids, wherever the clocks of those who minted them stood.
  const minted = [newest, late, sameMoment].map((message) => message.message_id).sort()
  assert.deepEqual([conversation.first_message_id, conversation.newest_message_id], [minted.at(0), minted.at(-1)])
  await store(ingest, place, [evenNewer])
  ;[conversation] = await rowsOf('conversation')
  assert.equal(conversation.last_message_id, evenNewer.message_id)
  const shown = await rowsOf('message', 'sent_at, provider_sequence, number')
  assert.deepEqual(
    shown.map((message) => [message.id, message.is_late]),
    [
      [late.message_id, true],
      [sameMoment.message_id, true],
      [newest.message_id, false],
      [evenNewer.message_id, false],
    ],
  )
})

for (const status of ['closed', 'snoozed', 'pending'] as const) {
  test(`a message reopens a ${status} conversation and says so`, async () => {
    const item = itemIn(place)
    await store(ingest, place, [item])
    const until = status === 'snoozed' ? new Date('2026-12-24T00:00:00Z') : null
    const shut = 'update desk.conversation set status = $1, snoozed_until = $2, waiting_since = null where id = $3'
    await admin.query(shut, [status, until, item.conversation_id])
    const [answer] = await store(ingest, place, [itemIn(place, { address_key: item.address_key })])
    assert.equal(answer?.conversation_id, item.conversation_id)
    const [conversation] = await rowsOf('conversation')
    assert.equal(conversation.status, 'open')
    assert.equal(conversation.snoozed_until, null)
    assert.deepEqual(conversation.waiting_since, NOW)
    assert.deepEqual((await rowsOf('event', 'number')).at(-1).facts, { what: 'reopened' })
  })
}

test('a message in an open conversation is one event, and of several that reopen one only the first says so', async () => {
  const item = itemIn(place)
  const more = (count: number) => Array.from({ length: count }, () => itemIn(place, { address_key: item.address_key }))
  await store(ingest, place, [item])
  const told = async () => (await rowsOf('event', 'number')).map((event) => [event.kind, event.facts?.what])
  const before = (await told()).length
  await store(ingest, place, more(2))
  const created = ['message.created', undefined]
  assert.deepEqual((await told()).slice(before), [created, created])
  await admin.query("update desk.conversation set status = 'closed' where id = $1", [item.conversation_id])
  const answers = await store(ingest, place, more(2))
  assert.deepEqual((await told()).slice(before + 2), [created, ['conversation.changed', 'reopened'], created])
  assert.deepEqual(
    answers.map((answer) => Number(answer.event_number)),
    [before + 3, before + 5],
  )
})

test('a message carries its own files in order, and of the uploaded ones only those of its visitor', async () => {
  const { workspaceId } = place
  const visitor = await maker.make('visitor', workspaceId)
  const stranger = await maker.make('visitor', workspaceId)
  const upload = async (by: unknown) => {
    const given = { message_id: null, uploaded_by_member_id: null, uploaded_by_visitor_id: by }
    return String((await maker.make('attachment', workspaceId, given)).id)
  }
  const mine = [await upload(visitor.id), await upload(visitor.id)]
  const theirs = await upload(stranger.id)
  const file = () => ({
    id: uuidAt(),
    file_name_sealed: `\\x${sealedBytes().toString('hex')}`,
    key_sealed: `\\x${sealedBytes().toString('hex')}`,
    media_type: 'image/png',
    byte_size: 5,
    width: 1,
    height: 1,
  })
  const attachments = [file(), file()]
  const item = itemIn(place, { visitor_id: visitor.id, attachments, attachment_ids: [mine[1], theirs, mine[0]] })
  await store(ingest, place, [item])
  const carried = (await rowsOf('attachment', 'position')).filter((row) => row.message_id === item.message_id)
  assert.deepEqual(
    carried.map((row) => row.id),
    [attachments[0]?.id, attachments[1]?.id, mine[1], mine[0]],
  )
  assert.equal((await rowsOf('message'))[0].attachment_count, 4)
  const again = itemIn(place, { address_key: item.address_key, visitor_id: visitor.id, attachment_ids: mine })
  await store(ingest, place, [again])
  assert.equal((await rowsOf('message', 'number'))[1].attachment_count, 0)
  const [first, second] = [await upload(visitor.id), await upload(visitor.id)]
  const named = { visitor_id: visitor.id, attachment_ids: [first, second] }
  const twice = [itemIn(place, { ...named, attachment_ids: [first] }), itemIn(place, named)]
  await store(ingest, place, twice)
  const counts = new Map((await rowsOf('message')).map((row) => [row.id, row.attachment_count]))
  assert.deepEqual(
    twice.map(({ message_id }) => counts.get(message_id)),
    [1, 1],
  )
  const given = await rowsOf('attachment', 'position')
  assert.equal(given.find((row) => row.id === first).message_id, twice[0]?.message_id)
  assert.equal(given.find((row) => row.id === second).message_id, twice[1]?.message_id)
  const taken = itemIn(place, { attachment_ids: [theirs] })
  await store(ingest, place, [taken])
  assert.equal((await rowsOf('attachment')).filter((row) => row.message_id === taken.message_id).length, 0)
})

test('events whose messages are stored are done, once, and the ledger counts them as stored', async () => {
  const raw = [rawIn(place), rawIn(place)]
  await keep(ingest, place, raw)
  const done = raw.map((event) => event.id)
  await store(ingest, place, [itemIn(place)], done)
  await store(ingest, place, [itemIn(place)], done)
  assert.deepEqual(
    (await rowsOf('inbound_event')).map((event) => event.state),
    ['done', 'done'],
  )
  const [ledger] = await rowsOf('inbox_ledger')
  assert.deepEqual([Number(ledger.received), Number(ledger.stored)], [2, 2])
  assert.deepEqual(ledger.last_stored_at, NOW)
})

test('a batch in which one item cannot be stored changes nothing', async () => {
  const bad = itemIn(place, { text_sealed: '\\x706c61696e' })
  await assert.rejects(store(ingest, place, [itemIn(place), bad]), { code: '23514' })
  for (const table of ['contact', 'conversation', 'message', 'message_external', 'event']) {
    assert.equal((await rowsOf(table)).length, 0, table)
  }
  assert.equal(Number((await rowsOf('workspace_counter'))[0].event_number), 0)
})

test('without a scope that holds, nothing is stored', async () => {
  const statement = "select * from app.ingest_store($1, '[]', '[]', $2)"
  const good = await scopeFor(ingest, place.workspaceId)
  for (const scope of ['', 'v1.x', `v1.${place.workspaceId}.1.1.00`]) {
    for (const scopes of [[scope], [good, scope], [scope, good]]) {
      await assert.rejects(ingest.query(statement, [scopes, NOW]), { code: 'DK003' })
    }
  }
})

test('items of several workspaces are stored in one call, each with the numbers of its own, and none beyond the scopes', async () => {
  const neighbour = await seedPlace(maker)
  const address_key = someKey()
  const scopes = [await scopeFor(ingest, neighbour.workspaceId), await scopeFor(ingest, place.workspaceId)]
  const raw = [rawIn(place), rawIn(neighbour)]
  await keep(ingest, place, [raw[0] as RawItem])
  await keep(ingest, neighbour, [raw[1] as RawItem])
  const call = async (items: readonly Item[], given = scopes) => {
    const done = JSON.stringify(raw.map(({ workspace_id, id }) => ({ workspace_id, id })))
    const values = [given, JSON.stringify(items), done, NOW]
    return (await ingest.query<Stored>('select * from app.ingest_store($1, $2, $3, $4)', values)).rows
  }
  const items = [place, neighbour, place, neighbour].map((at) => itemIn(at, { address_key }))
  const answers = await call(items)
  assert.deepEqual(
    answers.map((answer) => [answer.message_id, answer.conversation_id, Number(answer.event_number)]),
    [
      [items[0]?.message_id, items[0]?.conversation_id, 1],
      [items[1]?.message_id, items[1]?.conversation_id, 1],
      [items[2]?.message_id, items[0]?.conversation_id, 3],
      [items[3]?.message_id, items[1]?.conversation_id, 3],
    ],
  )
  for (const at of [place, neighbour]) {
    const values = [at.workspaceId]
    const { rows } = await admin.query(
      `select c.number::int, c.last_message_number, w.event_number::int, l.stored::int,
         (select count(*)::int from desk.event e where e.workspace_id = $1) as events
       from desk.conversation c join desk.workspace_counter w using (workspace_id) join desk.inbox_ledger l using (workspace_id)
       where c.workspace_id = $1`,
      values,
    )
    assert.deepEqual(rows, [{ number: 1, last_message_number: 2, event_number: 3, stored: 1, events: 3 }])
  }
  await assert.rejects(call([itemIn(place)], scopes.slice(0, 1)), { code: '42501' })
  await assert.rejects(call([itemIn(place, { inbox_id: neighbour.inboxId })]), { code: '23503' })
})
