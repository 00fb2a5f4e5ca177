/** Whose chat is started unasked when they come back, and whose is not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VisitorMessage } from '@central-desk/contract/widget.ts'
import { wakeUntilOf } from './waking.ts'

const SENT_AT = '2026-11-24T04:00:00.000Z'
const message: VisitorMessage = {
  id: 'msg_1',
  number: 1,
  from: 'visitor',
  authorName: null,
  text: 'hello',
  attachments: [],
  sentAt: SENT_AT,
  clientMessageId: null,
}
const open = { phase: 'open' as const, messages: [message], visitor: null }

test('whoever has a thread is expected back for thirty days after its newest message', () => {
  assert.equal(wakeUntilOf(open, true), Date.parse('2026-12-24T04:00:00.000Z'))
})

test('nobody is woken without a thread, where nothing lasts, or before it is known', () => {
  assert.equal(wakeUntilOf({ ...open, messages: [] }, true), 0)
  assert.equal(wakeUntilOf(open, false), 0)
  assert.ok(wakeUntilOf({ ...open, visitor: { name: null } }, false), 'who is vouched for comes back everywhere')
  assert.equal(wakeUntilOf({ ...open, phase: 'starting' }, true), null)
})
