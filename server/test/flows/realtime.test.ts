/**
 * What a screen is told: everything of its workspace after its cursor, in order, once, however long it was away and
 * whichever process it comes back to; nothing of others; and no longer than it may listen.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { saveDraft } from '@central-desk/contract/conversations.ts'
import { removeMember } from '@central-desk/contract/members.ts'
import { withClient } from '#src/postgres/address.ts'
import type { Client } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { joinAs } from '#test/support/people.ts'
import { makeStage, postMessage, type Stage, until } from '#test/support/stage.ts'
import { EventReader } from '#test/support/stream.ts'

let desk: TestDesk
let second: TestDesk
let stage: Stage
before(async () => {
  desk = await bootDesk()
  second = await bootDesk({ beside: desk })
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
})

function listen(client: Client, after?: number): EventReader {
  const query = after === undefined ? '' : `?after=${after}`
  return new EventReader(client, `/api/v1/workspaces/${stage.owner.workspaceId}/events${query}`)
}

/** The same browser, talking to the second process. */
function onSecond(client: Client): Client {
  const other = second.client()
  for (const [name, value] of client.cookies) other.cookies.set(name, value)
  return other
}

async function write(count: number, word: string): Promise<void> {
  for (let number = 0; number < count; number++) {
    await postMessage(desk, stage.apiInbox, { from: { id: 'c-1' }, text: `${word} ${number}` })
  }
}

async function eventsStored(): Promise<number> {
  return withClient(desk.database.superuser, async (client) => {
    return (await client.query('select count(*)::int as events from desk.event')).rows[0].events
  })
}

const texts = (reader: EventReader) => reader.kinds('message.created').map(({ data }) => data.item.text)

test('a message reaches the stream filled in, with the row and what is the reader’s own', async () => {
  const reader = listen(stage.owner.client)
  await reader.ready()
  desk.clock.advance(1_000)
  await write(1, 'filled')
  await reader.until(() => texts(reader).includes('filled 0'), 'the message')
  const [event] = reader.kinds('message.created')
  assert.match(event?.data.item.id, /^msg_/)
  assert.equal(event?.data.conversation.lastMessage.preview, 'filled 0')
  assert.equal(typeof event?.data.mine.readNumber, 'number')
  assert.equal(event?.id, event?.data.number)
  reader.cut()
})

test('a hundred messages while the network was cut come in order, once, without a reload', async () => {
  const before = listen(stage.owner.client)
  await before.ready()
  const cursor = before.cursor
  before.cut()
  await before.closed()
  await write(100, 'away')
  const after = listen(stage.owner.client, cursor)
  await after.until(() => texts(after).length >= 100, 'a hundred messages')
  await after.ready()
  assert.deepEqual(
    texts(after),
    Array.from({ length: 100 }, (_, number) => `away ${number}`),
  )
  const numbers = after.frames.flatMap(({ event, id }) => (event === 'desk' && id !== null ? [id] : []))
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  )
  assert.equal(new Set(numbers).size, numbers.length)
  after.cut()
})

test('the other process tells the same, live and after a cut', async () => {
  const elsewhere = onSecond(stage.owner.client)
  const live = listen(elsewhere)
  await live.ready()
  const cursor = live.cursor
  await write(20, 'elsewhere')
  await live.until(() => texts(live).length >= 20, 'twenty messages from the other process')
  live.cut()
  const again = listen(elsewhere, cursor)
  await again.until(() => texts(again).length >= 20, 'the same twenty after a cut')
  assert.deepEqual(texts(again), texts(live))
  again.cut()
})

test('what concerns one member only is told to nobody else, and the cursor moves over it', async () => {
  const mine = listen(stage.people.agent.client)
  const others = listen(stage.owner.client)
  await Promise.all([mine.ready(), others.ready()])
  const params = { workspaceId: stage.owner.workspaceId, conversationId: stage.ids.conversation ?? '', mode: 'reply' }
  const saved = await stage.people.agent.client.call(saveDraft, { params, body: { text: 'not for you' } })
  assert.equal(saved.status, 204)
  await mine.until(() => mine.kinds('draft.changed').length === 1, 'the draft')
  await write(1, 'next')
  await others.until(() => texts(others).includes('next 0'), 'the message after')
  assert.equal(others.kinds('draft.changed').length, 0)
  assert.ok(others.cursor > mine.kinds('draft.changed')[0]?.data.number)
  mine.cut()
  others.cut()
})

test('a cursor too far behind, or from another database, is told to read afresh', async () => {
  await withClient(desk.database.superuser, (client) =>
    client.query(
      'update desk.workspace_counter set event_number = event_number + 5000 where workspace_id = (select id from desk.workspace)',
    ),
  )
  for (const cursor of [1, 9_000_000]) {
    const reader = listen(stage.owner.client, cursor)
    await reader.ready()
    assert.equal(reader.frames[0]?.event, 'reset')
    assert.ok((reader.frames[0]?.id ?? 0) > 5_000)
    reader.cut()
  }
})

test('a removed member is told nothing more, at once', async () => {
  const leaver = await joinAs(desk, stage.owner, 'agent', { name: 'Leaver', email: 'leaver@own.example' })
  const reader = listen(leaver.client)
  await reader.ready()
  const params = { workspaceId: stage.owner.workspaceId, memberId: leaver.memberId }
  const removed = await stage.owner.client.call(removeMember, { params })
  assert.equal(removed.status, 204)
  await reader.closed()
  const again = listen(leaver.client)
  await again.closed()
  assert.equal(again.status, 404)
})

async function isFeedWaiting(): Promise<boolean | null> {
  return withClient(desk.database.superuser, async (client) => {
    const { rows } = await client.query(
      "select from pg_locks where relation = 'desk.reading'::regclass and not granted",
    )
    return rows.length > 0 || null
  })
}

/** Holds up whoever reads what a member has read, as every feed does before it tells anything. */
async function whileFeedsWait(work: () => Promise<void>): Promise<void> {
  await withClient(desk.database.superuser, async (client) => {
    await client.query('begin')
    await client.query('lock table desk.reading in access exclusive mode')
    await work()
    await client.query('commit')
  })
}

test('of what waits to be told behind a removal the removed member hears nothing', async () => {
  const removed = await joinAs(desk, stage.owner, 'agent', { name: 'Rumi Alam', email: 'rumi@shapla-crafts.example' })
  const reader = listen(onSecond(removed.client))
  const other = listen(onSecond(stage.owner.client))
  await reader.ready()
  await other.ready()
  const params = { workspaceId: stage.owner.workspaceId, memberId: removed.memberId }
  await whileFeedsWait(async () => {
    await write(1, 'held up')
    await until(isFeedWaiting, 'a feed that waits')
    assert.equal((await stage.owner.client.call(removeMember, { params })).status, 204)
    const before = await eventsStored()
    await write(1, 'behind the removal')
    await until(async () => (await eventsStored()) > before, 'the event')
  })
  await other.until(() => texts(other).includes('behind the removal 0'), 'the message')
  await reader.closed()
  assert.ok(!texts(reader).includes('behind the removal 0'))
  other.cut()
})

test('nobody and a stranger get no stream', async () => {
  const nobody = listen(desk.client())
  await nobody.closed()
  assert.equal(nobody.status, 401)
})
