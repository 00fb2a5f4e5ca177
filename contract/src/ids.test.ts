/**
 * An id has one spelling and one kind. Each refusal below is a spelling that a looser decoder would let through.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeId, encodeId, ID_PREFIXES, type IdKind, idSchema } from './ids.ts'

const kinds = Object.keys(ID_PREFIXES) as IdKind[]

test('every UUID comes back from its id, and the id fits its schema', () => {
  fc.assert(
    fc.property(fc.uuid({ version: 7 }), fc.constantFrom(...kinds), (uuid, kind) => {
      const id = encodeId(kind, uuid)
      assert.equal(decodeId(kind, id), uuid)
      assert.match(id, new RegExp(idSchema(kind).pattern))
    }),
  )
})

test('ids sort as their UUIDs do', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (a, b) => {
      assert.equal(encodeId('message', a) < encodeId('message', b), a < b)
    }),
  )
})

test('an id of one kind is no id of another', () => {
  const uuid = '0193a5c0-7b1e-7cc3-98c4-dc0c0c07398f'
  for (const kind of kinds) {
    for (const other of kinds) assert.equal(decodeId(other, encodeId(kind, uuid)), kind === other ? uuid : null)
  }
})

test('a second spelling of a row is refused', () => {
  const id = encodeId('conversation', 'ffffffff-ffff-7fff-bfff-ffffffffffff')
  const wrong = [id.toUpperCase(), `${id} `, ` ${id}`, id.slice(0, -1), `${id}0`, id.replace('_7', '_8'), '', 'cnv_']
  for (const spelling of [...wrong, id.replace(/.$/, 'l'), id.replace(/.$/, 'ক')]) {
    assert.equal(decodeId('conversation', spelling), null, spelling)
  }
})

test('encodeId refuses what is no lower-case UUID', () => {
  for (const uuid of ['', 'x', '0193A5C0-7B1E-7CC3-98C4-DC0C0C07398F']) assert.throws(() => encodeId('tag', uuid))
})

test('prefixes are distinct', () => {
  assert.equal(new Set(Object.values(ID_PREFIXES)).size, kinds.length)
})
