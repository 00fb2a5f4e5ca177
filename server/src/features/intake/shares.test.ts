/** A flood beside its neighbours, alone, and where all are busy: what each gets of a round, oldest first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fairShares } from './shares.ts'

const events = (count: number) => Array.from({ length: count }, (_, at) => at)
const sizes = (taken: Record<string, number>) => {
  const shares = fairShares(new Map(Object.entries(taken).map(([name, count]) => [name, events(count)])))
  return Object.fromEntries([...shares].map(([name, { length }]) => [name, length]))
}

test('a flood takes no more than its neighbours together, and they all they have', () => {
  assert.deepEqual(sizes({ flood: 32, a: 5, b: 6 }), { flood: 11, a: 5, b: 6 })
  assert.deepEqual(sizes({ flood: 32, a: 1 }), { flood: 8, a: 1 })
})

test('alone it fills the round, and where all are busy nobody is held back', () => {
  assert.deepEqual(sizes({ flood: 32 }), { flood: 32 })
  assert.deepEqual(sizes({ a: 32, b: 32, c: 32 }), { a: 32, b: 32, c: 32 })
})

test('the oldest go first; nothing is made up and nobody left out', () => {
  const shares = fairShares(
    new Map([
      ['flood', events(32)],
      ['a', events(1)],
    ]),
  )
  assert.deepEqual(shares.get('flood'), events(8))
  assert.deepEqual(fairShares(new Map()), new Map())
})
