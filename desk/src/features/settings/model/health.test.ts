/** How an inbox does: in one word, with reasons, and no alarm where there is none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ledger } from '@central-desk/contract/inboxes.ts'
import { healthOf, LAG_TROUBLE_MS } from './health.ts'

const LEDGER: Ledger = {
  inboxId: 'inb_1',
  received: 10,
  stored: 10,
  shown: 4,
  unreadable: 0,
  waiting: 0,
  lastReceivedAt: '2026-11-24T10:00:00.000Z',
  lastStoredAt: '2026-11-24T10:00:00.000Z',
  lagMs: 0,
  outbound: { queued: 3, sent: 7, failed: 0, uncertain: 0 },
}
const inbox = { isEnabled: true, lastInboundAt: LEDGER.lastReceivedAt }
const outbound = (more: Partial<Ledger['outbound']>) => ({ ...LEDGER, outbound: { ...LEDGER.outbound, ...more } })

test('what nobody has looked at yet, and what is just on its way, is no trouble', () => {
  assert.deepEqual(healthOf(inbox, LEDGER), { state: 'good', troubles: [] })
  assert.equal(healthOf(inbox, { ...LEDGER, waiting: 5, lagMs: LAG_TROUBLE_MS - 1 }).state, 'good')
})

test('each trouble is named with how many', () => {
  const lagging = healthOf(inbox, { ...LEDGER, waiting: 5, lagMs: LAG_TROUBLE_MS })
  assert.deepEqual(lagging, { state: 'attention', troubles: [{ trouble: 'lagging', count: 5 }] })
  assert.deepEqual(healthOf(inbox, { ...LEDGER, unreadable: 2 }).troubles, [{ trouble: 'unreadable', count: 2 }])
  assert.deepEqual(healthOf(inbox, outbound({ failed: 1, uncertain: 4 })).troubles, [
    { trouble: 'failed', count: 1 },
    { trouble: 'uncertain', count: 4 },
  ])
})

test('off is off, and still says what is wrong', () => {
  const health = healthOf({ ...inbox, isEnabled: false }, { ...LEDGER, unreadable: 1 })
  assert.equal(health.state, 'off')
  assert.equal(health.troubles.length, 1)
})

test('an inbox that nothing came into waits for its first message', () => {
  const fresh = { ...LEDGER, received: 0, stored: 0, shown: 0 }
  assert.equal(healthOf({ isEnabled: true, lastInboundAt: null }, fresh).state, 'untried')
  assert.equal(healthOf({ isEnabled: true, lastInboundAt: null }, undefined).state, 'untried')
  // Who may not read the ledger is not told that all is well.
  assert.equal(healthOf(inbox, undefined).state, 'on')
  // Something was received though it never became a message.
  assert.equal(healthOf({ isEnabled: true, lastInboundAt: null }, { ...fresh, received: 1 }).state, 'good')
})
