/** A probe that saw nothing must never count as one that found nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExam } from './exam.ts'

function scoreOf(attempts: readonly boolean[], controls: readonly boolean[]) {
  const exam = createExam()
  for (const [at, held] of attempts.entries()) exam.attempt(`attempt ${at}`, held)
  for (const [at, worked] of controls.entries()) exam.control(`control ${at}`, worked)
  return exam.score()
}

test('attempts that held beside an allowed act that went well are a pass, counted', () => {
  assert.deepEqual(scoreOf([true, true], [true]), {
    result: 'pass',
    attempts: 2,
    detail: '2 attempts held; 1 allowed acts went well',
  })
})

test('one attempt that broke through is a fail, and named', () => {
  const score = scoreOf([true, false], [true])
  assert.equal(score.result, 'fail')
  assert.match(score.detail, /attempt 1/)
})

test('no attempt, no allowed act, or an allowed act that failed is an error, whatever else there was', () => {
  assert.equal(scoreOf([], [true]).result, 'error')
  assert.equal(scoreOf([true], []).result, 'error')
  assert.equal(scoreOf([false], []).result, 'error')
  assert.equal(scoreOf([true, false], [true, false]).result, 'error')
})

test('a long list of breaks is told in part, with the number of the rest', () => {
  assert.match(scoreOf(Array(8).fill(false), [true]).detail, /and 3 more/)
})
