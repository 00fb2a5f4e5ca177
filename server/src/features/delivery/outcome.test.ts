/** What a delivery becomes after a try: every kind of outcome, on channels of both kinds, with and without tries left. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandomness } from '#test/support/clock.ts'
import type { Capabilities, ExternalMessageId, Outcome } from '../../channels/port.ts'
import { ADAPTERS } from '../../channels/registry.ts'
import { type Circumstances, settlementOf } from './outcome.ts'

const NOW = new Date('2026-11-24T04:00:00Z')
const once: Capabilities = { ...ADAPTERS.api.capabilities, isIdempotent: true, retryDelaysMs: [0, 1_000] }
const often: Capabilities = { ...once, isIdempotent: false }

const OUTCOMES = {
  sent: { kind: 'accepted', externalId: 'x' as ExternalMessageId, state: 'sent' },
  delivered: { kind: 'accepted', externalId: 'x' as ExternalMessageId, state: 'delivered' },
  rejected: { kind: 'rejected', code: 'receiver_refused', detail: '' },
  throttled: { kind: 'throttled', retryAfterMs: 7_000 },
  unreachable: { kind: 'unreachable', code: 'connect_failed', detail: '' },
  uncertain: { kind: 'uncertain', code: 'connection_lost', detail: '' },
} as const satisfies Record<string, Outcome>

function after(name: keyof typeof OUTCOMES, given: Partial<Circumstances> = {}): string {
  const settled = settlementOf(OUTCOMES[name], {
    capabilities: once,
    triesMade: 1,
    mayHaveArrived: false,
    now: NOW,
    randomness: seededRandomness('outcome'),
    ...given,
  })
  assert.equal(
    settled.nextAttemptAt !== null,
    settled.state === 'queued',
    'what is queued has a time, nothing else has',
  )
  return [settled.state, settled.reason].filter(Boolean).join(' ')
}

const lastTry = { triesMade: 2 }
const mayHaveArrived = { mayHaveArrived: true }

test('an acceptance is final, whatever came before it', () => {
  assert.equal(after('sent'), 'sent')
  assert.equal(after('delivered', { ...lastTry, ...mayHaveArrived }), 'delivered')
})

test('a rejection is final', () => {
  assert.equal(after('rejected'), 'failed receiver_refused')
  assert.equal(after('rejected', { capabilities: often }), 'failed receiver_refused')
})

test('what certainly did not arrive is tried again while tries are left, on every channel', () => {
  for (const capabilities of [once, often]) {
    assert.equal(after('unreachable', { capabilities }), 'queued connect_failed')
    assert.equal(after('unreachable', { capabilities, ...lastTry }), 'failed connect_failed')
    assert.equal(after('throttled', { capabilities }), 'queued throttled')
    assert.equal(after('throttled', { capabilities, ...lastTry }), 'failed throttled')
  }
})

test('what may have arrived is tried again only where each id is taken once', () => {
  assert.equal(after('uncertain'), 'queued connection_lost')
  assert.equal(after('uncertain', lastTry), 'uncertain connection_lost')
  assert.equal(after('uncertain', { capabilities: often }), 'uncertain connection_lost')
})

test('a message that ran out of tries is uncertain when any of them may have arrived', () => {
  assert.equal(after('unreachable', { ...lastTry, ...mayHaveArrived }), 'uncertain connect_failed')
  assert.equal(after('throttled', { ...lastTry, ...mayHaveArrived }), 'uncertain throttled')
})

test('the wait is the schedule’s, or as long as the receiver asks', () => {
  const wait = (outcome: Outcome) => {
    const given = { capabilities: once, triesMade: 1, mayHaveArrived: false, now: NOW }
    const settled = settlementOf(outcome, { ...given, randomness: seededRandomness('wait') })
    return (settled.nextAttemptAt?.getTime() ?? 0) - NOW.getTime()
  }
  assert.equal(wait(OUTCOMES.throttled), 7_000)
  const scheduled = wait(OUTCOMES.unreachable)
  assert.ok(scheduled >= 800 && scheduled <= 1_200, `${scheduled}`)
})
