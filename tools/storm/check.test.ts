/**
 * The checker is believed because it finds what is planted. On a real desk with real messages, read over HTTP: nothing is
 * found at first; then a stored message is removed, one is stored twice, two change places, a status is moved back, each
 * behind the desk's back, and each is found for what it is.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { decodeId } from '@central-desk/contract/ids.ts'
import { withClient } from '../../server/src/postgres/address.ts'
import { settableClock } from '../../server/test/support/clock.ts'
import { bootDesk, type TestDesk } from '../../server/test/support/desk.ts'
import { Outlet } from '../../server/test/support/outgoing.ts'
import { type Person, signUpOwner } from '../../server/test/support/people.ts'
import { postHook, until } from '../../server/test/support/stage.ts'
import { ForwardWatch, isBackward, judge, type Promised, type Thread } from './check.ts'
import { readWorkspace } from './collect.ts'
import { textOf } from './plan.ts'
import { RowWatch } from './watch.ts'

const SEED = 7
const EVENTS = 12
const WRITERS = 2
/** Two messages of the first writer that were sent at one moment; their sequence decides. */
const TIED = [4, 6] as const

let desk: TestDesk
let person: Person
let outlet: Outlet
let promised: Promised[]
let replyId: string

function promise(index: number): Promised {
  const minute = index === TIED[1] ? TIED[0] : index
  return {
    token: `e${index}`,
    text: textOf('e', index, SEED),
    place: `writer ${index % WRITERS}`,
    sentAt_ms: desk.clock.now().getTime() - 3_600_000 + minute * 60_000,
    sequence: index === TIED[1] ? 1 : 0,
    isSent: true,
    isAcked: true,
  }
}

async function post({ token, text, place, sentAt_ms, sequence }: Promised): Promise<void> {
  const sentAt = new Date(sentAt_ms ?? 0).toISOString()
  const from = { id: place, name: place }
  const body = JSON.stringify({ type: 'message', id: `event-${token}`, from, text, sentAt, sequence })
  const answer = await postHook(desk, outlet.inbox, body, `event-${token}`)
  assert.equal(answer.status, 200, answer.text)
}

async function read(): Promise<Thread[]> {
  return readWorkspace(async (path) => {
    const answer = await person.client.raw('GET', `/api/v1/workspaces/${person.workspaceId}/${path}`)
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  })
}

async function verdict() {
  const accepted = new Map([...outlet.receiver.accepted].map(([id, body]) => [id, (body as { text: string }).text]))
  return judge(promised, await read(), { accepted, told: [{ messageId: replyId, status: 'delivered' }] })
}

/** As somebody whom neither policies nor triggers hold. */
function behindTheDesk<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withClient(desk.database.superuser, async (client) => {
    await client.query("set session_replication_role = 'replica'")
    return work(client)
  })
}

async function idOf(token: string): Promise<string> {
  const messages = (await read()).flatMap((thread) => thread.messages)
  const found = messages.find(({ text }) => text.startsWith(`${token}@`))
  assert.ok(found, `${token} is there`)
  return decodeId('message', found.id) ?? ''
}

before(async () => {
  // The receiver lives in our time and takes no stale call.
  desk = await bootDesk({ clock: settableClock(new Date()) })
  person = await signUpOwner(desk, { name: 'Rahima', email: 'rahima@storm.example', workspaceName: 'Storm' })
  outlet = await Outlet.open(desk, person)
  promised = Array.from({ length: EVENTS }, (_, index) => promise(index))
  for (const one of [...promised].reverse()) await post(one)
  const stored = async () => ((await read()).flatMap(({ messages }) => messages).length === EVENTS ? true : null)
  await until(stored, 'all messages')
  const [{ conversationId }] = (await read()) as [Thread]
  const text = textOf('r', 0, SEED)
  replyId = await outlet.answer(conversationId, text)
  promised.push({ ...promise(0), token: 'r0', text, place: conversationId, sentAt_ms: null })
  await outlet.seen(conversationId, replyId, { state: 'sent' })
  const news = JSON.stringify({ type: 'status', id: 'news', messageId: replyId, status: 'delivered' })
  assert.equal((await postHook(desk, outlet.inbox, news, 'news')).status, 200)
  await outlet.seen(conversationId, replyId, { state: 'delivered' })
})
test.after(() => outlet.receiver.stop())

test('nothing is found where nothing is amiss', async () => {
  const { findings, ...counts } = await verdict()
  assert.deepEqual(findings, [])
  assert.deepEqual(counts, { sent: EVENTS, acked: EVENTS, stored: EVENTS, ackedMissing: 0, doubled: 0, misordered: 0 })
})

test('a message that was removed is missing when it was acknowledged, and only then', async () => {
  const id = await idOf('e3')
  await behindTheDesk(async (client) => {
    await client.query('create temp table kept as select * from desk.message where id = $1', [id])
    await client.query('delete from desk.message where id = $1', [id])
    const { findings, ackedMissing, stored } = await verdict()
    assert.deepEqual({ ackedMissing, stored }, { ackedMissing: 1, stored: EVENTS - 1 }, findings.join('\n'))
    assert.match(findings.join(), /e3 was acknowledged and is missing/)
    const unacked = promised.map((one) => (one.token === 'e3' ? { ...one, isAcked: false } : one))
    const told = [{ messageId: replyId, status: 'delivered' }]
    assert.equal(judge(unacked, await read(), { accepted: new Map([[replyId, '']]), told }).ackedMissing, 0)
    await client.query('insert into desk.message select * from kept')
  })
  assert.deepEqual((await verdict()).findings, [])
})

test('two that changed places are found by time, and by sequence within one time', async () => {
  const swaps = [
    ['sent_at', 'e2', 'e8'],
    ['provider_sequence', `e${TIED[0]}`, `e${TIED[1]}`],
  ] as const
  for (const [column, one, other] of swaps) {
    const ids = [await idOf(one), await idOf(other)]
    const swap = () =>
      behindTheDesk((client) =>
        client.query(
          column === 'sent_at'
            ? `update desk.message as m set sent_at = o.sent_at from desk.message as o
               where m.id = any ($1) and o.id = any ($1) and o.id <> m.id`
            : `update desk.message as m set provider_sequence = o.provider_sequence from desk.message as o
               where m.id = any ($1) and o.id = any ($1) and o.id <> m.id`,
          [ids],
        ),
      )
    await swap()
    const { misordered, ackedMissing, doubled } = await verdict()
    assert.ok(misordered > 0, column)
    assert.deepEqual([ackedMissing, doubled], [0, 0], column)
    await swap()
    assert.deepEqual((await verdict()).findings, [], column)
  }
})

test('a message in a stranger’s conversation is none of it, and missing where it belongs', async () => {
  const [first, second] = (await read()) as [Thread, Thread]
  const moved = second.messages[1]
  assert.ok(moved)
  const threads = [
    { ...first, messages: [...first.messages, { ...moved, number: 99 }] },
    { ...second, messages: second.messages.filter((one) => one !== moved) },
  ]
  const { ackedMissing, doubled } = judge(promised, threads, { accepted: new Map([[replyId, '']]), told: [] })
  assert.equal(doubled, 1)
  assert.ok(ackedMissing >= 1)
})

test('a status that moved back is seen to move, and is found where it ended', async () => {
  const watch = new ForwardWatch()
  const rows = new RowWatch(() => desk.database.superuser, watch)
  const move = async (state: string) => {
    const looks = rows.looks
    await behindTheDesk((client) => client.query('update desk.delivery set state = $1', [state]))
    // The look after the next one began when this was committed.
    await until(async () => (rows.looks > looks + 1 ? true : null), 'the next look')
  }
  try {
    await move('read')
    assert.deepEqual(watch.steps, [])
    await move('sent')
    assert.equal(watch.steps.length, 1)
    assert.match(watch.steps.join(), /read to sent/)
    const { ackedMissing, findings } = await verdict()
    assert.equal(ackedMissing, 1)
    assert.match(findings.join(), /r0 is sent, though delivered was acknowledged/)
    await move('delivered')
  } finally {
    await rows.stop()
  }
  assert.deepEqual((await verdict()).findings, [])
})

test('a new try is no step back', () => {
  assert.equal(isBackward('sending', 'queued'), false)
  assert.equal(isBackward('uncertain', 'queued'), false)
  assert.equal(isBackward('sent', 'queued'), true)
  assert.equal(isBackward('read', 'delivered'), true)
  assert.equal(isBackward('sent', 'read'), false)
})

test('a message that was stored twice is found', async () => {
  const id = await idOf('e5')
  // The desk forgets that it knew the event and the message, as a fault in its memory would.
  await behindTheDesk(async (client) => {
    await client.query('delete from desk.message_external where message_id = $1', [id])
    await client.query('delete from desk.inbound_event')
  })
  await post(promised[5] as Promised)
  await until(async () => ((await verdict()).doubled > 0 ? true : null), 'the second one')
  const { doubled, stored, findings } = await verdict()
  assert.deepEqual({ doubled, stored }, { doubled: 1, stored: EVENTS })
  assert.match(findings.join(), /e5 is stored 2 times/)
})
