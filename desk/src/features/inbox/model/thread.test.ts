/** The thread keeps its order, shows each thing once, and draws the lines the eye needs without ever moving them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activity, entry, event, minute, message, note, reply, TANVIR } from './samples.ts'
import { addItem, applyThreadEvent, keyOf, lastNumber, mergeItem, prependPage, type ThreadState } from './thread.ts'
import { type RowOptions, threadRows } from './thread-rows.ts'

const CLIENT = 'client-message-one'

function thread(items: ThreadState['items'], previousCursor: string | null = null): ThreadState {
  return { items, previousCursor, eventNumber: 1 }
}
const options: RowOptions = { dayKey: (at) => at.toISOString().slice(0, 10), readNumber: null, hasOlder: false }
const kinds = (items: ThreadState['items'], more: Partial<RowOptions> = {}) =>
  threadRows(items, [], { ...options, ...more }).map((one) => one.kind)

test('the beginning is said at the top of the thread, not once more as an act', () => {
  assert.deepEqual(kinds([message(1, 0), { ...activity(2, 0), what: 'opened' }, activity(3, 1)]), [
    'day',
    'message',
    'activities',
  ])
})

test('a late message slots in by its sent time', () => {
  const items = mergeItem([message(1, 0), message(2, 10)], message(3, 5, { isLate: true }))
  assert.deepEqual(
    items.map((item) => item.kind === 'message' && item.number),
    [1, 3, 2],
  )
})

test('at the same sent time the received number decides', () => {
  const items = mergeItem([message(2, 0)], message(1, 0))
  assert.deepEqual(
    items.map((item) => item.kind === 'message' && item.number),
    [1, 2],
  )
})

test('an event about a known message takes its place, and the painted bubble becomes the stored one', () => {
  const queued = reply(2, 5, { clientMessageId: CLIENT })
  const read = reply(2, 5, {
    clientMessageId: CLIENT,
    delivery: { state: 'read', attempts: 1, reason: null, nextAttemptAt: null },
  })
  const after = applyThreadEvent(thread([message(1, 0), queued]), event({ kind: 'message.delivery', item: read }))
  assert.equal(after.items.length, 2)
  assert.deepEqual(after.items[1], read)
  assert.equal(keyOf(read), `client-${CLIENT}`)
})

test('the answer to a send never overwrites what an event told meanwhile', () => {
  const sent = reply(2, 5, { clientMessageId: CLIENT, text: 'from the event' })
  const before = thread([sent])
  assert.equal(addItem(before, reply(2, 5, { clientMessageId: CLIENT, text: 'from the answer' })), before)
})

test('an item older than what was read waits for its page', () => {
  const before = thread([message(51, 100)], 'older')
  assert.equal(applyThreadEvent(before, event({ item: message(3, 2, { isLate: true }) })), before)
  assert.equal(applyThreadEvent({ ...before, previousCursor: null }, event({ item: message(3, 2) })).items.length, 2)
})

test('older pages come in front, nothing twice', () => {
  const after = prependPage(thread([message(3, 3), message(4, 4)], 'x'), thread([message(2, 2), message(3, 3)], 'y'))
  assert.deepEqual(
    after.items.map((item) => item.kind === 'message' && item.number),
    [2, 3, 4],
  )
  assert.equal(after.previousCursor, 'y')
  assert.equal(lastNumber(after), 4)
})

test('days are separated, activity is folded, and what is new is marked once', () => {
  const items = [message(1, 0), activity(7, 1), activity(8, 2), message(2, 24 * 60), note('nte_1', 24 * 60 + 1)]
  assert.deepEqual(kinds(items, { readNumber: 1 }), ['day', 'message', 'activities', 'day', 'new', 'message', 'note'])
})

test('own replies are never "new"', () => {
  assert.equal(kinds([message(1, 0), reply(2, 1)], { readNumber: 1 }).includes('new'), false)
})

test('above the first item nothing is drawn while older ones are not read', () => {
  const items = [message(5, 0), message(6, 1)]
  assert.deepEqual(kinds(items, { hasOlder: true, readNumber: 0 }), ['message', 'message'])
  const older = [message(4, -1), ...items]
  const keys = (list: ThreadState['items']) =>
    threadRows(list, [], { ...options, hasOlder: true }).map((one) => one.key)
  assert.deepEqual(keys(older).slice(-2), keys(items), 'the rows that were there keep their keys')
})

test('messages of one voice within five minutes are one group', () => {
  const rows = threadRows([message(1, 0), message(2, 3), message(3, 20), reply(4, 21)], [], options)
  const marks = rows.flatMap((one) => (one.kind === 'message' ? [[one.isFirst, one.isLast]] : []))
  assert.deepEqual(marks, [
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ])
  const two = threadRows([reply(1, 0), reply(2, 1, { authorMemberId: TANVIR })], [], options)
  assert.deepEqual(
    two.flatMap((one) => (one.kind === 'message' ? [one.isFirst] : [])),
    [true, true],
  )
})

test('an unsent message stands at the end until the server told of it; a conflict is shown elsewhere', () => {
  const unsent = entry({ createdAtMs: Date.parse(minute(9)) })
  const end = (items: ThreadState['items'], one = unsent) => threadRows(items, [one], options).at(-1)
  assert.deepEqual([end([message(1, 0)])?.kind, end([message(1, 0)])?.key], ['unsent', `client-${CLIENT}`])
  const stored = reply(2, 9, { clientMessageId: CLIENT })
  assert.deepEqual([end([stored])?.kind, end([stored])?.key], ['message', `client-${CLIENT}`])
  assert.equal(end([message(1, 0)], entry({ state: 'conflict' }))?.kind, 'message')
})
