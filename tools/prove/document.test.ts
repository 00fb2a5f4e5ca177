/** What a run says of itself: statuses from results alone, totals that add up, and an exit code that never hides anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Claim } from '../../controls/claims/index.ts'
import { documentOf, exitCodeOf, tableOf } from './document.ts'
import type { Check, FaultResult } from './run-probes.ts'

const NOW = new Date('2026-05-25T06:00:00Z')
const CLAIM: Claim = {
  id: 'T1',
  sentence: 'We test it.',
  kind: 'SW',
  how: 'By a test of the test.',
  standing: { by: 'probes', probes: ['one', 'two'] },
  code: [],
}

function documentFor(results: readonly Check['result'][], faults: readonly FaultResult['result'][] = []) {
  const checks = results.map((result, at) => ({
    probe: ['one', 'two'][at] ?? '',
    result,
    attempts: 3,
    ms: 1,
    detail: 'd',
  }))
  const planted = faults.map((result, at) => ({ name: `fault ${at}`, claim: 'T1', result, detail: 'd' }))
  const target = { url: 'a throw-away desk', version: '1', commit: null, program: 'p' }
  const run = { mode: 'throw-away', target, startedAt: NOW.toISOString() } as const
  return documentOf({ ...run, claims: [CLAIM], checks, faults: planted }, NOW)
}

test('all passed, all faults caught: proven, 0', () => {
  const document = documentFor(['pass', 'pass'], ['caught', 'caught'])
  assert.equal(document.claims[0]?.status, 'proven')
  assert.deepEqual(document.totals.faults, { caught: 2, missed: 0, not_run: 0 })
  assert.equal(exitCodeOf(document), 0)
  assert.match(tableOf(document), /T1 {3}PROVEN/)
})

test('one broken through, or one fault missed, is 1 whatever else there was', () => {
  assert.equal(exitCodeOf(documentFor(['pass', 'fail'])), 1)
  assert.equal(documentFor(['pass', 'fail']).claims[0]?.status, 'failing')
  assert.equal(exitCodeOf(documentFor(['error', 'fail'])), 1)
  assert.equal(exitCodeOf(documentFor(['pass', 'pass'], ['caught', 'missed', 'not_run'])), 1)
})

test('what could not be run is 2, and nothing is proven by it', () => {
  assert.equal(exitCodeOf(documentFor(['pass', 'error'])), 2)
  assert.equal(exitCodeOf(documentFor(['pass', 'pass'], ['not_run'])), 2)
  assert.equal(documentFor(['pass', 'skipped']).claims[0]?.status, 'stale')
  assert.equal(documentFor([]).claims[0]?.status, 'stale')
})
