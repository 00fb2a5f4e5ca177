/** What the bench concludes from its figures: medians, ratios taken round by round, verdicts, and the exit code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EXIT, exitCodeOf, type Result, ratiosOf, resultOf, spreadOf, tableOf, verdictOf } from './document.ts'
import { median, percentile } from './figures.ts'
import { driftOf } from './noise.ts'

const QUIET = { driftPct: 3, noisy: false }
const atMost = (value: number) => ({ op: '<=', value }) as const
const met = resultOf({ name: 'list.10k', unit: 'ms', ours: [3, 4, 5], target: atMost(5) })
const missed = resultOf({ name: 'list.100k', unit: 'ms', ours: [5.1, 5.2, 9], target: atMost(5) })
const unmeasured = resultOf({
  ...{ name: 'ingest.single', unit: 'messages/s', ours: [900, 1_000] },
  limit: null,
  target: { op: '>=', value: 0.85 },
  note: 'not measured: no pgbench',
})

test('A median lies in the middle, between two when there are two', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([4, 1, 2, 3]), 2.5)
  assert.ok(Number.isNaN(median([])))
  assert.equal(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99), 10)
})

test('A ratio is that of each round, so that a slow round slows down both its sides', () => {
  assert.deepEqual(ratiosOf([10, 50, 12], [5, 25, 6]), [2, 2, 2])
  const { ratio } = resultOf({ name: 'x', unit: '', ours: [10, 50, 12], limit: { name: 'y', rounds: [5, 25, 6] } })
  assert.deepEqual(ratio, { median: 2, min: 2, max: 2 })
  assert.throws(() => ratiosOf([1, 2], [1]), /no pairs/)
})

test('A spread is the median of the rounds with the least and the greatest', () => {
  assert.deepEqual(spreadOf([3.00001, 1, 2]), { median: 2, min: 1, max: 3 })
})

test('A target is held against the ratio where there is a limit, else against our own figure', () => {
  const limit = { name: 'pgbench', rounds: [1_000, 1_000, 1_000] }
  const target = { op: '>=', value: 2 } as const
  assert.equal(resultOf({ name: 'a', unit: '', ours: [1_900, 2_100, 2_200], limit, target }).pass, true)
  assert.equal(resultOf({ name: 'a', unit: '', ours: [1_900, 1_950, 2_200], limit, target }).pass, false)
  assert.equal(met.pass, true)
  assert.equal(missed.pass, false)
  assert.equal(resultOf({ name: 'a', unit: '', ours: [1] }).pass, null)
})

test('What was not measured is no pass, and says so', () => {
  assert.deepEqual([unmeasured.pass, unmeasured.limit, unmeasured.ratio], [null, null, null])
  assert.match(unmeasured.note, /no pgbench/)
  assert.equal(verdictOf(Number.NaN, atMost(5)), null)
})

test('The exit code: clean, a planted miss, not measured, too noisy to say', () => {
  const code = (results: readonly Result[], noise = QUIET) => exitCodeOf({ noise, results })
  assert.equal(code([met]), EXIT.clean)
  assert.equal(code([met, missed]), EXIT.missed)
  assert.equal(code([met, unmeasured]), EXIT.notMeasured)
  assert.equal(code([missed, unmeasured]), EXIT.missed)
  assert.equal(code([]), EXIT.notMeasured)
  assert.equal(code([met], { driftPct: 40, noisy: true }), EXIT.noisy)
  assert.equal(code([missed], { driftPct: 40, noisy: true }), EXIT.noisy)
  assert.deepEqual(EXIT, { clean: 0, missed: 1, notMeasured: 2, noisy: 3 })
})

test('Noise is how much longer the same work took at one time than at another', () => {
  assert.equal(driftOf([10, 11.6, 10]), 16)
  assert.equal(driftOf([]), 0)
})

test('A result has exactly the members that the document promises', () => {
  assert.deepEqual(Object.keys(met).sort(), ['limit', 'name', 'note', 'ours', 'pass', 'ratio', 'target', 'unit'])
  assert.deepEqual(met.ours, { median: 4, min: 3, max: 5, rounds: 3 })
  assert.deepEqual(met.target, { op: '<=', value: 5 })
  assert.deepEqual(JSON.parse(JSON.stringify(met)), met)
})

test('The table names what is missed and what was not measured', () => {
  const lines = tableOf([met, missed, unmeasured]).split('\n')
  assert.match(lines[2] ?? '', /list\.10k.*met/)
  assert.match(lines[3] ?? '', /list\.100k.*MISSED/)
  assert.match(lines[4] ?? '', /ingest\.single.*not measured/)
})
