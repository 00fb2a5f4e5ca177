/** The mark in the list before its address: fast keys, held keys, and going elsewhere meanwhile. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUnderWay, placeOf, runAhead } from './ahead.ts'

test('the mark is where the key put it while the address follows', () => {
  const ahead = runAhead(null, 'a', 'b', false)
  assert.deepEqual(placeOf(ahead, 'a'), { marked: 'b', opening: 'b' })
  assert.deepEqual(placeOf(ahead, 'b'), { marked: 'b', opening: 'b' })
  assert.equal(isUnderWay(ahead, 'b'), false)
})

test('two quick keys: the address of the first coming by does not pull the mark back', () => {
  const ahead = runAhead(runAhead(null, 'a', 'b', false), 'a', 'c', true)
  assert.equal(placeOf(ahead, 'a').marked, 'c')
  assert.equal(placeOf(ahead, 'b').marked, 'c')
})

test('a held key opens nothing on the way', () => {
  const ahead = runAhead(runAhead(null, 'a', 'b', true), 'a', 'c', true)
  assert.deepEqual(placeOf(ahead, 'a'), { marked: 'c', opening: 'a' })
})

test('whoever goes elsewhere is there', () => {
  const ahead = runAhead(null, 'a', 'b', true)
  assert.deepEqual(placeOf(ahead, 'z'), { marked: 'z', opening: 'z' })
  assert.deepEqual(placeOf(runAhead(ahead, 'z', 'y', false), 'a'), { marked: 'a', opening: 'a' })
})

test('back to the list alone', () => {
  assert.equal(placeOf(runAhead(null, 'a', undefined, false), 'a').marked, undefined)
})
