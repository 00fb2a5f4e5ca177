/**
 * Ids rise whatever the clock does, carry the time they were minted, and repeat for nobody.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settableClock } from '../../test/support/clock.ts'
import { type Randomness, systemRandomness } from './clock.ts'
import { CLOCK_STEP_TOLERATED_MS, createIdMint, firstIdAt, millisecondOf } from './ids.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function assertRising(ids: string[]): void {
  assert.deepEqual([...new Set(ids)].sort(), ids)
}

test('ids are version 7, rise within one millisecond, and say when they were minted', () => {
  const clock = settableClock('2026-11-24T04:00:00.123Z')
  const mint = createIdMint({ clock, randomness: systemRandomness })
  const ids = Array.from({ length: 5000 }, () => mint.next())
  for (const id of ids) {
    assert.match(id, UUID_V7)
    assert.equal(millisecondOf(id), clock.now().getTime())
  }
  assertRising(ids)
})

test('ids rise when the clock steps back a little, and follow it when it was far off', () => {
  const clock = settableClock()
  const mint = createIdMint({ clock, randomness: systemRandomness })
  const ids = [mint.next()]
  for (let step = 0; step < 100; step++) {
    clock.advance(step % 2 === 0 ? -500 : 300)
    ids.push(mint.next())
  }
  assertRising(ids)
  const far = clock.advance(-2 * CLOCK_STEP_TOLERATED_MS)
  assert.equal(millisecondOf(mint.next()), far.getTime())
})

test('when the chance of a millisecond is used up, the next millisecond is borrowed', () => {
  const highest: Randomness = { bytes: (count) => Buffer.alloc(count, 0xff) }
  const clock = settableClock()
  const mint = createIdMint({ clock, randomness: highest })
  const ids = [mint.next(), mint.next(), mint.next()]
  for (const id of ids) assert.match(id, UUID_V7)
  assertRising(ids)
  assert.equal(millisecondOf(ids[1] ?? ''), clock.now().getTime() + 1)
})

test('two mints at the same moment share no id', () => {
  const clock = settableClock()
  const mints = [1, 2].map(() => createIdMint({ clock, randomness: systemRandomness }))
  const ids = mints.flatMap((mint) => Array.from({ length: 1000 }, () => mint.next()))
  assert.equal(new Set(ids).size, 2000)
})

test('the first id of a moment stands below every id minted in it and above every one before', () => {
  const clock = settableClock()
  const mint = createIdMint({ clock, randomness: systemRandomness })
  const before = mint.next()
  const edge = firstIdAt(clock.advance(1))
  assert.ok(before < edge && edge <= mint.next())
})
