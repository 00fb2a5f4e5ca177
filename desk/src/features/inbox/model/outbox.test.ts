/** Sending: four true states, one message whatever happens, in order, and nothing is left behind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BACKOFF_MAX_MS } from '../../../lib/backoff.ts'
import { afterReload, dueNow, mintClientMessageId, nextLookMs, type OutboxStep, step } from './outbox.ts'
import { entry } from './samples.ts'

const NONE: ReadonlySet<string> = new Set()
const noAnswer: OutboxStep = { kind: 'noAnswer', nowMs: 1_000, random: 1 }
const refused = (
  code: 'teammate_replied' | 'cannot_reply' | 'busy',
  retryAfterMs: number | null = null,
): OutboxStep => ({
  kind: 'refused',
  code,
  retryAfterMs,
  nowMs: 1_000,
  random: 1,
})

test('from waiting to sending, and to not confirmed when the server stays silent', () => {
  const sending = step(entry(), { kind: 'start' })
  assert.deepEqual([sending.state, sending.tries], ['sending', 1])
  assert.equal(step(sending, { kind: 'silent' }).state, 'unconfirmed')
})

test('no answer is not a failure: it may have arrived, and is tried again by itself', () => {
  const lost = step(step(entry(), { kind: 'start' }), noAnswer)
  assert.equal(lost.state, 'unconfirmed')
  assert.ok(lost.retryAtMs !== null && lost.retryAtMs > 1_000)
  const again = step(lost, { kind: 'start' })
  assert.equal(again.state, 'unconfirmed', 'it stays unconfirmed until somebody answers')
  assert.equal(again.clientMessageId, lost.clientMessageId, 'and it is the same message')
})

test('a refusal says why and stops; a passing one is tried again; a conflict waits for the agent', () => {
  const sending = step(entry(), { kind: 'start' })
  assert.deepEqual(pickState(step(sending, refused('cannot_reply'))), ['failed', 'cannot_reply', null])
  assert.deepEqual(pickState(step(sending, refused('busy', 7_000))), ['waiting', 'busy', 8_000])
  assert.deepEqual(pickState(step(sending, refused('teammate_replied'))), ['conflict', 'teammate_replied', null])
})

function pickState({ state, reason, retryAtMs }: ReturnType<typeof entry>) {
  return [state, reason, retryAtMs]
}

test('sending over a teammate’s answer is the agent’s decision', () => {
  const conflict = step(step(entry(), { kind: 'start' }), refused('teammate_replied'))
  const forced = step(conflict, { kind: 'again', force: true, seenNumber: 9 })
  assert.deepEqual([forced.state, forced.force, forced.seenNumber], ['waiting', true, 9])
  assert.equal(step(conflict, { kind: 'again' }).force, false, 'trying again alone forces nothing')
})

test('messages of one conversation go out one after another; other conversations do not wait', () => {
  const first = entry({ clientMessageId: 'first', createdAtMs: 1 })
  const second = entry({ clientMessageId: 'second', createdAtMs: 2 })
  const other = entry({ clientMessageId: 'other', createdAtMs: 3, conversationId: 'cnv_2' })
  const due = (entries: ReturnType<typeof entry>[], inFlight = NONE) =>
    dueNow(entries, inFlight, 10).map((one) => one.clientMessageId)
  assert.deepEqual(due([second, other, first]), ['first', 'other'])
  assert.deepEqual(due([first, second], new Set(['first'])), [])
  assert.deepEqual(
    due([{ ...first, retryAtMs: 99 }, second]),
    [],
    'the second does not overtake one that is tried again',
  )
  assert.deepEqual(due([{ ...first, state: 'failed' }, second]), ['second'], 'but a failed one does not block it')
  assert.deepEqual(due([{ ...first, state: 'conflict' }, second]), ['second'])
})

test('the next look is at the earliest retry of what is not stopped', () => {
  assert.equal(nextLookMs([entry()]), null)
  assert.equal(
    nextLookMs([entry({ retryAtMs: 50 }), entry({ retryAtMs: 20 }), entry({ retryAtMs: 5, state: 'failed' })]),
    20,
  )
})

test('after a reload what was on its way is not confirmed, and is tried at once', () => {
  const [sending, waiting, failed] = afterReload([
    entry({ state: 'sending', retryAtMs: 9 }),
    entry({ state: 'waiting', retryAtMs: 9 }),
    entry({ state: 'failed', reason: 'cannot_reply' }),
  ])
  assert.deepEqual([sending?.state, sending?.retryAtMs], ['unconfirmed', null])
  assert.deepEqual([waiting?.state, waiting?.retryAtMs], ['waiting', null])
  assert.deepEqual([failed?.state, failed?.reason], ['failed', 'cannot_reply'])
})

test('retries never wait longer than half a minute', () => {
  const tired = entry({ state: 'unconfirmed', tries: 40 })
  assert.ok((step(tired, noAnswer).retryAtMs ?? 0) <= 1_000 + BACKOFF_MAX_MS)
})

test('a client id is as the contract wants it, and never the same twice', () => {
  const ids = new Set(Array.from({ length: 200 }, () => mintClientMessageId()))
  assert.equal(ids.size, 200)
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{16,64}$/)
})
