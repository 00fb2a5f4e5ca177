/** Chance as the program draws it: as many bytes as were asked for, never the same, and nobody's to change afterwards. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandomness } from './clock.ts'

test('bytes of every size come in that size, none twice, and stay as they were drawn', () => {
  const sizes = [12, 10, 9, 16, 32]
  const drawn: Buffer[] = []
  // More than any store holds.
  for (let turn = 0; turn < 2_000; turn++) {
    const count = sizes[turn % sizes.length] ?? 0
    const bytes = systemRandomness.bytes(count)
    assert.equal(bytes.length, count)
    drawn.push(bytes)
  }
  const spelled = drawn.map((bytes) => bytes.toString('hex'))
  assert.equal(new Set(spelled).size, drawn.length)
  // No two share a beginning either, as they would when one was cut from the same place as another.
  assert.equal(new Set(spelled.map((hex) => hex.slice(0, 16))).size, drawn.length)
  for (let turn = 0; turn < 2_000; turn++) systemRandomness.bytes(12)
  assert.deepEqual(
    drawn.map((bytes) => bytes.toString('hex')),
    spelled,
  )
  assert.ok(spelled.every((hex) => !/^0+$/.test(hex)))
})
