/** The thread as a value: merging, order, what is unread, and the rows that the screen paints. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VisitorMessage } from '@central-desk/contract/widget.ts'
import type { Outgoing } from './outbox.ts'
import { countUnread, mergeMessages, newestNumber, oldestNumber, rowsOf } from './thread.ts'

function message(number: number, sentAt: string, more: Partial<VisitorMessage> = {}): VisitorMessage {
  return {
    id: `msg_${number}`,
    number,
    from: 'desk',
    authorName: 'Nusrat',
    text: `text ${number}`,
    attachments: [],
    sentAt: `2026-11-24T${sentAt}:00.000Z`,
    clientMessageId: null,
    ...more,
  }
}
const numbers = (messages: VisitorMessage[]) => messages.map(({ number }) => number)

test('a message that comes twice stands once, and its newer copy wins', () => {
  const first = message(1, '10:00')
  const again = { ...first, text: 'same, with fresh addresses' }
  const merged = mergeMessages([first, message(2, '10:01')], [again, message(2, '10:01')])
  assert.deepEqual(numbers(merged), [1, 2])
  assert.equal(merged[0]?.text, 'same, with fresh addresses')
})

test('order is by time of sending, then by received number; a late one slots in', () => {
  const merged = mergeMessages([message(1, '10:00'), message(2, '10:30')], [message(4, '10:10'), message(3, '10:10')])
  assert.deepEqual(numbers(merged), [1, 3, 4, 2])
  assert.equal(newestNumber(merged), 4)
  assert.equal(oldestNumber(merged), 1)
  assert.equal(newestNumber([]), 0)
})

test('only what the desk wrote after the last read number is unread', () => {
  const messages = [message(1, '10:00'), message(2, '10:01', { from: 'visitor' }), message(3, '10:02')]
  assert.equal(countUnread(messages, 0), 2)
  assert.equal(countUnread(messages, 1), 1)
  assert.equal(countUnread(messages, 3), 0)
})

test('rows: one author together, parted by a pause or another author; what is on its way is last', () => {
  const messages = [
    message(1, '04:00'),
    message(2, '04:02'),
    message(3, '04:20'),
    message(4, '04:21', { authorName: 'Tanvir' }),
  ]
  const outgoing: Outgoing = {
    clientMessageId: 'client-message-0001',
    text: 'written before',
    attachments: [],
    sentAt: '2026-11-24T03:00:00.000Z',
    state: 'waiting',
  }
  const rows = rowsOf(messages, [outgoing])
  assert.deepEqual(
    rows.map((row) => (row.kind === 'message' ? [row.message.number, row.isFirst, row.isLast] : row.kind)),
    ['day', [1, true, false], [2, false, true], [3, true, true], [4, true, true], 'outgoing'],
  )
})

test('a message keeps the key of the bubble it was painted as, so that the screen does not blink', () => {
  const outgoing: Outgoing = {
    clientMessageId: 'client-message-0001',
    text: 'hello',
    attachments: [],
    sentAt: '2026-11-24T04:00:00.000Z',
    state: 'sent',
  }
  const arrived = message(1, '04:00', { from: 'visitor', clientMessageId: 'client-message-0001' })
  assert.equal(rowsOf([], [outgoing]).at(-1)?.key, rowsOf([arrived], []).at(-1)?.key)
})
