/**
 * An envelope opens in its own place and nowhere else. Properties over arbitrary texts: every byte counts, every part
 * of the place counts, equal texts give different envelopes.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { seededRandomness, settableClock } from '../../../test/support/clock.ts'
import { vaultForTest } from '../../../test/support/vault.ts'
import { SealBroken, type WorkspaceKeys } from './index.ts'
import { secretKey } from './primitives.ts'
import { SEALED_TEXT_BYTES_MAX, SEALS_PER_VERSION_MAX, workspaceKeys } from './workspace-keys.ts'

const here = '0193a5c0-7b1e-7cc3-98c4-dc0c0c07398f'
const there = '0193a5c0-7b1e-7cc3-98c4-dc0c0c073990'
const place = { table: 'message', row: '0193a5c0-7b1e-7cc3-98c4-dc0c0c0739aa', field: 'body' }

async function twoWorkspaces(t: TestContext): Promise<[WorkspaceKeys, WorkspaceKeys]> {
  const { vault } = await vaultForTest(t)
  return [await vault.create(here), await vault.create(there)]
}

test('text and bytes come back, in the envelope that was agreed', async (t) => {
  const [keys] = await twoWorkspaces(t)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const envelope = keys.seal(place, text)
      assert.equal(keys.unsealText(place, envelope), text.toWellFormed())
      assert.equal(envelope.length, 1 + 2 + 12 + Buffer.byteLength(text) + 16)
      assert.deepEqual([envelope[0], keys.versionOf(envelope)], [0xc1, 1])
    }),
  )
  const binary = Buffer.from([0, 255, 0, 128])
  assert.deepEqual(keys.unseal(place, keys.seal(place, binary)), binary)
})

test('every flipped bit and every cut is refused, always with the same answer', async (t) => {
  const [keys] = await twoWorkspaces(t)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: 0, max: 7 }), (bytes, bit) => {
      const envelope = keys.seal(place, Buffer.from(bytes))
      for (let index = 0; index < envelope.length; index++) {
        const flipped = Buffer.from(envelope)
        flipped.writeUInt8(flipped.readUInt8(index) ^ (1 << bit), index)
        assert.throws(() => keys.unseal(place, flipped), { name: 'SealBroken', message: new SealBroken().message })
      }
      for (let length = 0; length < envelope.length; length++) {
        assert.throws(() => keys.unseal(place, envelope.subarray(0, length)), SealBroken)
      }
      assert.throws(() => keys.unseal(place, Buffer.concat([envelope, Buffer.alloc(1)])), SealBroken)
    }),
    { numRuns: 25 },
  )
})

test('an envelope moved to another workspace, table, row or field is refused', async (t) => {
  const [keys, neighbour] = await twoWorkspaces(t)
  const part = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }).filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(fc.record({ table: part, row: part, field: part }), part, (original, other) => {
      const envelope = keys.seal(original, 'body')
      assert.equal(keys.unsealText(original, envelope), 'body')
      assert.throws(() => neighbour.unseal(original, envelope), SealBroken)
      for (const name of ['table', 'row', 'field'] as const) {
        if (original[name] === other) continue
        assert.throws(() => keys.unseal({ ...original, [name]: other }, envelope), SealBroken)
      }
      const shifted = { table: original.table, row: original.row + original.field, field: '' }
      assert.throws(() => keys.unseal(shifted, envelope), SealBroken)
    }),
  )
})

test('the workspace is bound as well as keyed: the same key under another workspace id opens nothing', () => {
  const secret = secretKey(Buffer.alloc(32, 3))
  const make = (workspaceId: string) =>
    workspaceKeys({
      workspaceId,
      unwrapped: [{ family: 'content', version: 1, seals_from: new Date(0), secret }],
      sealCounts: new Map(),
      clock: settableClock(),
      randomness: seededRandomness('bound'),
    })
  const envelope = make(here).seal(place, 'body')
  assert.equal(make(here).unsealText(place, envelope), 'body')
  assert.throws(() => make(there).unseal(place, envelope), SealBroken)
})

test('equal texts never look equal, and no nonce comes twice', async (t) => {
  const [keys] = await twoWorkspaces(t)
  const envelopes = Array.from({ length: 2000 }, () => keys.seal(place, 'the same words'))
  assert.equal(new Set(envelopes.map((one) => one.subarray(3, 15).toString('hex'))).size, 2000)
  assert.equal(new Set(envelopes.map((one) => one.subarray(15).toString('hex'))).size, 2000)
  assert.ok(envelopes.every((one) => !one.includes('same words')))
})

test('look-up hashes are equal for equal text of one purpose in one workspace, and for nothing else', async (t) => {
  const [keys, neighbour] = await twoWorkspaces(t)
  const hash = keys.lookup('phone', '+8801712345678')
  assert.equal(hash.length, 32)
  assert.deepEqual(keys.lookup('phone', '+8801712345678'), hash)
  assert.deepEqual(keys.lookupAll('phone', '+8801712345678'), [hash])
  for (const other of [
    keys.lookup('phone', '+8801712345679'),
    keys.lookup('email', '+8801712345678'),
    neighbour.lookup('phone', '+8801712345678'),
  ]) {
    assert.notDeepEqual(other, hash)
  }
})

test('a piece that is too large and a version that has sealed its share are refused', () => {
  const sealCounts = new Map([[1, SEALS_PER_VERSION_MAX - 1]])
  const keys = workspaceKeys({
    workspaceId: here,
    unwrapped: [{ family: 'content', version: 1, seals_from: new Date(0), secret: secretKey(Buffer.alloc(32, 3)) }],
    sealCounts,
    clock: settableClock(),
    randomness: seededRandomness('limits'),
  })
  assert.throws(() => keys.seal(place, Buffer.alloc(SEALED_TEXT_BYTES_MAX + 1)), RangeError)
  const last = keys.seal(place, 'the last one')
  assert.throws(() => keys.seal(place, 'one too many'), /rotate/)
  assert.equal(keys.unsealText(place, last), 'the last one')
})
