/** The thread over HTTP: order, pages, what an item says, and how few queries it takes. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { getThread } from '@central-desk/contract/conversations.ts'
import { firstIdAt } from '#src/kernel/ids.ts'
import { Agent } from '#test/support/agent.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receive, receiveOne, type TestInbox } from '#test/support/inbound.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { fewestQueries, watchingQueries } from '#test/support/query-count.ts'
import { rowsOf } from '#test/support/rows.ts'

const MINUTE = 60_000

let desk: TestDesk
let people: Personas
let inbox: TestInbox
let agent: Agent

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  people = await personas(desk)
  inbox = await connectInbox(desk, people.rahima)
  agent = new Agent(people.nusrat)
})

// biome-ignore lint/suspicious/noExplicitAny: items of every kind
type Items = any[]
const wordsOf = (items: Items) => items.map((item) => item.text ?? item.what)
const minute = (at: number) => new Date(Math.floor(desk.clock.now().getTime() / MINUTE) * MINUTE + at * MINUTE)

async function readAll(conversationId: string, limit: number): Promise<Items> {
  let items: Items = []
  let before: string | null = null
  do {
    const page: { items: Items; previousCursor: string | null } = await agent.thread(conversationId, {
      limit,
      ...(before && { before }),
    })
    assert.ok(page.items.length <= limit)
    items = [...page.items, ...items]
    before = page.previousCursor
  } while (before)
  return items
}

test('messages stand by sent time, then the provider’s sequence, then arrival; late ones slot in and say so', async () => {
  const from = 'order'
  const [first] = await receive(
    desk,
    inbox,
    { from, text: 'three', sentAt: minute(-3), sequence: 7 },
    { from, text: 'four', sentAt: minute(-3), sequence: 9 },
    { from, text: 'one', sentAt: minute(-9) },
    { from, text: 'two', sentAt: minute(-3), sequence: 2 },
    { from, text: 'five', sentAt: minute(-3), sequence: 9 },
  )
  const { items } = await agent.thread(first?.conversationId ?? '')
  const messages = items.filter((item: { kind: string }) => item.kind === 'message')
  assert.deepEqual(wordsOf(messages), ['one', 'two', 'three', 'four', 'five'])
  assert.deepEqual(
    messages.map((item: { isLate: boolean }) => item.isLate),
    [true, true, false, false, false],
  )
  assert.deepEqual(
    messages.map((item: { number: number }) => item.number),
    [3, 4, 1, 2, 5],
  )
  const row = await agent.get(first?.conversationId ?? '')
  assert.equal(row.lastMessage.preview, 'five')
})

test('an agent’s answer stands after what it answers, also when the contact’s clock runs ahead', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'ahead', text: 'question', sentAt: minute(5) })
  await agent.replied(conversationId, { text: 'answer' })
  const { items } = await agent.thread(conversationId)
  assert.deepEqual(wordsOf(items.filter((item: { kind: string }) => item.kind === 'message')), ['question', 'answer'])
  assert.equal((await agent.get(conversationId)).lastMessage.preview, 'answer')
})

test('notes and activity are merged in by time; pages of any size give the same thread once', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'mixed', text: 'm1' })
  const steps = [
    () => agent.note(conversationId, 'n1'),
    () => agent.assign(conversationId, people.tanvir.memberId),
    () => agent.replied(conversationId, { text: 'm2' }),
    () => agent.status(conversationId, 'closed'),
    () => receiveOne(desk, inbox, { from: 'mixed', text: 'm3' }),
    () => agent.note(conversationId, 'n2'),
    () => agent.assign(conversationId, null),
  ]
  for (const step of steps) {
    desk.clock.advance(1_000)
    await step()
  }
  // All at one moment: still each once.
  await agent.note(conversationId, 'n3')
  await agent.replied(conversationId, { text: 'm4', close: true })
  await agent.note(conversationId, 'n4')
  const whole = (await agent.thread(conversationId, { limit: 100 })).items
  assert.deepEqual(wordsOf(whole).slice(0, 9), [
    'm1',
    'opened',
    'n1',
    'assigned',
    'm2',
    'status',
    'm3',
    'reopened',
    'n2',
  ])
  assert.equal(whole.length, 14)
  for (const limit of [1, 2, 3, 5, 14]) assert.deepEqual(await readAll(conversationId, limit), whole, `limit ${limit}`)
})

test('what is written between two pages neither repeats nor loses an item', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'between', text: 'a' })
  for (const text of ['b', 'c', 'd']) {
    desk.clock.advance(1_000)
    await agent.note(conversationId, text)
  }
  const newest = await agent.thread(conversationId, { limit: 2 })
  desk.clock.advance(1_000)
  await agent.note(conversationId, 'e')
  const older = await agent.thread(conversationId, { limit: 10, before: newest.previousCursor })
  assert.deepEqual(wordsOf([...older.items, ...newest.items]), ['a', 'opened', 'b', 'c', 'd'])
  assert.equal(older.previousCursor, null)
})

test('an activity line says who did what to whom', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'lines', text: 'a' })
  await agent.assign(conversationId, people.tanvir.memberId)
  const { items } = await agent.thread(conversationId)
  const line = items.at(-1)
  assert.deepEqual(
    { ...line, number: 0 },
    {
      kind: 'activity',
      number: 0,
      conversationId,
      what: 'assigned',
      actorMemberId: people.nusrat.memberId,
      memberId: people.tanvir.memberId,
      tagId: null,
      status: null,
      sentAt: desk.clock.now().toISOString(),
    },
  )
})

test('messages whose ids came from clocks apart all stay in the thread', async () => {
  const from = 'clocks'
  const { conversationId } = await receiveOne(desk, inbox, { from, text: 'now' })
  const ahead = firstIdAt(minute(600)).replace(/0{12}$/, 'aaaaaaaaaaaa')
  const behind = firstIdAt(minute(-600)).replace(/0{12}$/, 'bbbbbbbbbbbb')
  await receive(desk, inbox, { from, text: 'ahead', messageId: ahead })
  await receive(desk, inbox, { from, text: 'behind', messageId: behind })
  await receive(desk, inbox, { from, text: 'again' })
  await agent.replied(conversationId, { text: 'reply' })
  const { items } = await agent.thread(conversationId)
  const texts = wordsOf(items.filter((item: { kind: string }) => item.kind === 'message'))
  assert.deepEqual(texts, ['now', 'ahead', 'behind', 'again', 'reply'])
})

test('a thread looks only into the months that hold its messages', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'months', text: 'a' })
  await rowsOf(desk, 'select app.ensure_month_partitions($1, 3)', [desk.clock.now()])
  const { statements } = await watchingQueries(() => agent.thread(conversationId))
  const reads = statements.filter(({ text }) => /from "message"/.test(text))
  assert.equal(reads.length, 1)
  for (const { text, values } of reads) {
    const plan = await rowsOf(desk, `explain ${text}`, values)
    const scanned = plan.map((row) => String(row['QUERY PLAN'])).filter((line) => /on message_/.test(line))
    assert.equal(scanned.length, 1, scanned.join('\n'))
  }
})

test('a thread is read with the same few queries, however long it is and however many files it holds', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'queries', text: 'a' })
  const fill = async (times: number) => {
    for (let at = 0; at < times; at++) {
      const attachmentIds = [await agent.upload(Buffer.from('a')), await agent.upload(Buffer.from('b'))]
      await agent.replied(conversationId, { text: 'reply', attachmentIds })
      await agent.note(conversationId, 'note', { attachmentIds: [await agent.upload(Buffer.from('c'))] })
    }
  }
  const load = () =>
    fewestQueries(() => agent.thread(conversationId, { limit: 100 })).then(({ result, statements }) => ({
      items: result.items.length as number,
      queries: statements.length,
    }))
  await fill(1)
  const short = await load()
  await fill(8)
  const long = await load()
  assert.deepEqual([short.items, long.items], [4, 20])
  assert.equal(long.queries, short.queries)
  assert.ok(long.queries <= 24, `${long.queries} queries for a thread`)
})

test('files of messages and notes come in the order they were given, with addresses that open', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'files', text: 'a' })
  const ids = [await agent.upload(Buffer.from('1'), 'z.txt'), await agent.upload(Buffer.from('2'), 'a.txt')]
  ids.reverse()
  const sent = await agent.replied(conversationId, { text: '', attachmentIds: ids })
  const noted = (
    await agent.note(conversationId, '', { attachmentIds: [await agent.upload(Buffer.from('3'), 'n.txt')] })
  ).body
  const { items } = await agent.thread(conversationId)
  const [message, note] = [sent.id, noted.id].map((id) => items.find((item: { id?: string }) => item.id === id))
  assert.deepEqual(
    message.attachments.map((file: { fileName: string }) => file.fileName),
    ['a.txt', 'z.txt'],
  )
  assert.equal(note.attachments[0].fileName, 'n.txt')
  const path = new URL(message.attachments[0].url).pathname
  assert.equal((await desk.client().raw('GET', path, { origin: 'files' })).text, '2')
  assert.equal((await agent.get(conversationId)).lastMessage.attachmentCount, 2)
})

test('hostile text comes back as the text it is', async () => {
  const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>\u202e&lt;{{7*7}}\'"; drop table message; --'
  const { conversationId } = await receiveOne(desk, inbox, { from: 'hostile', name: hostile, text: hostile })
  assert.equal((await agent.replied(conversationId, { text: hostile })).text, hostile)
  assert.equal((await agent.note(conversationId, hostile)).body.text, hostile)
  const answer = await agent.ask(getThread, { params: { conversationId } })
  assert.match(String(answer.headers['content-type']), /^application\/json/)
  const texts = answer.body.items.filter((item: { text?: string }) => item.text !== undefined)
  assert.deepEqual(new Set(wordsOf(texts)), new Set([hostile]))
  assert.equal((await agent.get(conversationId)).contact.name, hostile)
})

test('a visitor cannot take the place of an agent’s bubble: its client ids stay its own', async () => {
  const { conversationId } = await receiveOne(desk, inbox, {
    from: 'bubble',
    text: 'a',
    clientMessageId: 'agents-own-id-000001',
  })
  const reply = await agent.replied(conversationId, { clientMessageId: 'agents-own-id-000001' })
  const { items } = await agent.thread(conversationId)
  const named = items.filter((item: { clientMessageId?: string }) => item.clientMessageId === 'agents-own-id-000001')
  assert.deepEqual(
    named.map((item: { id: string }) => item.id),
    [reply.id],
  )
})

test('a cursor that is none of ours is refused; a neighbour reads no thread of ours', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'cursor', text: 'a' })
  const spelled = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const places = { m: null, n: null, a: null }
  for (const wrong of [
    {},
    [],
    { ...places, a: -1 },
    { ...places, a: 1e300 },
    { ...places, m: [1, 2] },
    { ...places, m: [1, 2, 5_000_000_000] },
    { ...places, n: [1, "' or 1=1"] },
    { ...places, more: 1 },
  ]) {
    const answer = await agent.ask(getThread, { params: { conversationId }, query: { before: spelled(wrong) } })
    assert.deepEqual([answer.status, answer.body.fields?.[0]?.field], [422, 'before'], JSON.stringify(wrong))
  }
  const neighbour = new Agent(people.kabir)
  assert.equal((await neighbour.ask(getThread, { params: { conversationId } })).status, 404)
  const viewer = new Agent(people.farid)
  assert.equal((await viewer.thread(conversationId)).items.length, 2)
})
