/** The queue of what the visitor wrote: its states, its order, and that nothing leaves it before it is kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './call.ts'
import { type Memory, openMemory } from './memory.ts'
import { FILES_LOST, nextState, Outbox, type Outgoing, type SendEvent, type SendState } from './outbox.ts'

const KEPT: Answer<unknown> = { kind: 'answered', value: { isKept: true } }
const LOST: Answer<unknown> = { kind: 'unreachable' }
const refused = (status: number, code: string): Answer<unknown> => ({ kind: 'refused', status, code, retryAfterMs: 0 })
const item = (n: number, text = `text ${n}`): Omit<Outgoing, 'state'> => ({
  clientMessageId: `client-message-000${n}`,
  text,
  attachments: [],
  sentAt: `2026-11-24T10:0${n}:00.000Z`,
})
const FILE = {
  id: 'att_1',
  fileName: 'a.png',
  mediaType: 'image/png',
  byteSize: 1,
  width: 1,
  height: 1,
  url: 'https://files.example/a/1',
}

function plainMemory(): Memory {
  const kept = new Map<string, string>()
  return openMemory('inbox', () => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }))
}

/** An outbox whose server answers as told, in turn; pauses take no time. Answers `LOST` when nothing is told. */
function open(memory: Memory, answers: Answer<unknown>[], owner = 'anonymous') {
  const posted: Outgoing[] = []
  let pauses = 0
  let items: readonly Outgoing[] = []
  let stop = () => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  const outbox = new Outbox({
    memory,
    pace: {
      async pause() {
        pauses += 1
        // Nothing more is told: this test's network stays down.
        if (answers.length === 0) {
          stop()
          await new Promise(() => {})
        }
      },
      wake() {},
    },
    post: async (sent) => {
      posted.push(sent)
      return answers.shift() ?? LOST
    },
    onChange: (now) => {
      items = now
    },
  })
  outbox.belongTo(owner, false)
  return { outbox, posted, stopped, items: () => items, pauses: () => pauses }
}

test('the states: each event in each state leads where the table says, and nowhere else', () => {
  const table: Record<SendState, Record<SendEvent, SendState>> = {
    waiting: { attempt: 'sending', kept: 'waiting', lost: 'waiting', refused: 'failed', retry: 'waiting' },
    sending: { attempt: 'sending', kept: 'sent', lost: 'waiting', refused: 'failed', retry: 'sending' },
    sent: { attempt: 'sent', kept: 'sent', lost: 'sent', refused: 'sent', retry: 'sent' },
    failed: { attempt: 'failed', kept: 'failed', lost: 'failed', refused: 'failed', retry: 'waiting' },
  }
  for (const [state, events] of Object.entries(table)) {
    for (const [event, next] of Object.entries(events)) {
      assert.equal(nextState(state as SendState, event as SendEvent), next, `${event} in ${state}`)
    }
  }
})

test('messages leave one at a time; a lost one is tried again, as it was, before the next', async () => {
  const { outbox, posted, items, pauses } = open(plainMemory(), [LOST, refused(503, 'busy'), KEPT, KEPT])
  outbox.add(item(1))
  outbox.add(item(2))
  while (items().some((one) => one.state !== 'sent')) await new Promise(setImmediate)
  assert.deepEqual(
    posted.map((one) => [one.clientMessageId.at(-1), one.sentAt]),
    [1, 1, 1, 2].map((n) => [`${n}`, item(n).sentAt]),
  )
  assert.equal(pauses(), 2)
})

test('a reload finds what was not kept, with the same id and time, and sends it', async () => {
  const memory = plainMemory()
  const before = open(memory, [])
  before.outbox.add(item(1))
  before.outbox.add(item(2))
  await before.stopped
  const after = open(memory, [KEPT, KEPT])
  assert.deepEqual(
    after.items().map(({ clientMessageId, sentAt, state }) => [clientMessageId, sentAt, state]),
    [1, 2].map((n) => [item(n).clientMessageId, item(n).sentAt, 'waiting']),
  )
  await after.outbox.flush()
  assert.equal(after.posted.length, 2)
  assert.deepEqual(open(memory, []).items(), [], 'kept messages are not sent by the next reload')
})

test('a refused message stays with its code, does not hold up the next, and goes out when asked again', async () => {
  const { outbox, posted, items } = open(plainMemory(), [refused(422, 'invalid_fields'), KEPT, KEPT])
  outbox.add(item(1))
  outbox.add(item(2))
  while (items().at(-1)?.state !== 'sent') await new Promise(setImmediate)
  assert.deepEqual(
    items().map(({ state, code }) => [state, code]),
    [
      ['failed', 'invalid_fields'],
      ['sent', undefined],
    ],
  )
  outbox.retry(item(1).clientMessageId)
  while (items()[0]?.state !== 'sent') await new Promise(setImmediate)
  assert.equal(posted.length, 3)
})

test('a message that the thread shows has arrived, also when its last try looked lost', async () => {
  const memory = plainMemory()
  const { outbox, items, stopped } = open(memory, [])
  outbox.add(item(1))
  await stopped
  assert.equal(items()[0]?.state, 'waiting')
  outbox.arrived(new Set([item(1).clientMessageId]))
  assert.deepEqual(items(), [])
  assert.deepEqual(open(memory, []).items(), [])
})

test('two tabs that share a browser do not wipe out each other', async () => {
  const memory = plainMemory()
  const [one, other] = [open(memory, []), open(memory, [])]
  one.outbox.add(item(1))
  other.outbox.add(item(2))
  await Promise.all([one.stopped, other.stopped])
  one.outbox.discard(item(1).clientMessageId)
  assert.deepEqual(
    open(memory, [])
      .items()
      .map((held) => held.clientMessageId),
    [item(2).clientMessageId],
  )
})

test('who shares a browser does not find what another left; who signs in takes it along', async () => {
  const memory = plainMemory()
  const rahima = open(memory, [], 'sub:rahima')
  rahima.outbox.add(item(1, 'private'))
  await rahima.stopped
  const anonymous = open(memory, [])
  assert.deepEqual(anonymous.items(), [])
  anonymous.outbox.add(item(2))
  await anonymous.stopped
  anonymous.outbox.belongTo('sub:mitu', true)
  assert.deepEqual(
    anonymous.items().map(({ text }) => text),
    ['text 2'],
  )
  assert.deepEqual(open(memory, []).items(), [], 'it left the anonymous queue')
  assert.equal(open(memory, [], 'sub:mitu').items().length, 1)
  assert.equal(open(memory, [], 'sub:rahima').items()[0]?.text, 'private')
})

test('files of a visit that is over fail the message; the next try sends the words alone', async () => {
  const { outbox, posted, items, stopped } = open(plainMemory(), [LOST, LOST])
  outbox.add({ ...item(1), attachments: [FILE] })
  await stopped
  outbox.loseFiles()
  assert.equal(items()[0]?.state, 'failed')
  assert.equal(items()[0]?.code, FILES_LOST)
  outbox.retry(item(1).clientMessageId)
  assert.deepEqual(items()[0]?.attachments, [])
  assert.equal(items()[0]?.state, 'waiting')
  assert.equal(posted[0]?.attachments.length, 1)
})

test('fields refused of a message with files are about the files: uploads run out before words do', async () => {
  const { outbox, items } = open(plainMemory(), [refused(422, 'invalid_fields')])
  outbox.add({ ...item(1), attachments: [FILE] })
  while (items()[0]?.state !== 'failed') await new Promise(setImmediate)
  assert.equal(items()[0]?.code, FILES_LOST)
})

test('what is in storage but not of our shape is not taken for a queue', () => {
  const memory = plainMemory()
  for (const wrong of [{}, [{}], 'x', [{ ...item(1), state: 'flying' }], [{ ...item(1), text: 5, state: 'waiting' }]]) {
    memory.write('queue:anonymous', wrong)
    assert.deepEqual(open(memory, []).items(), [])
  }
})
