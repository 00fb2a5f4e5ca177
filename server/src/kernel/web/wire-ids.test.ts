/** Ids at the edge: every place that carries one is translated, whatever stands around it, and nothing unnamed leaves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeId, idSchema } from '@central-desk/contract/ids.ts'
import { Type } from 'typebox'
import { idTranslator } from './wire-ids.ts'

const A = '0193a5c0-7b1e-7cc3-98c4-dc0c0c07398f'
const B = '0193a5c0-7b1e-7cc3-98c4-dc0c0c073990'
const Item = Type.Union([
  Type.Object({ kind: Type.Literal('message'), id: idSchema('message') }),
  Type.Object({ kind: Type.Literal('note'), id: idSchema('note'), by: idSchema('member') }),
])
const Reply = Type.Object({
  id: idSchema('conversation'),
  at: Type.String(),
  assignee: Type.Union([idSchema('member'), Type.Null()]),
  tags: Type.Array(idSchema('tag')),
  items: Type.Array(Item),
  last: Type.Optional(Item),
})

test('outward every id is spelled by its kind, a union by the branch whose constants fit, and unnamed properties stay', () => {
  const { outward } = idTranslator(Reply)
  const at = new Date()
  const inside = {
    id: A,
    at,
    assignee: B,
    tags: [A, B],
    items: [
      { kind: 'note', id: A, by: B, secret: 'x' },
      { kind: 'message', id: B },
    ],
    password: 'x',
  }
  assert.deepEqual(outward(inside), {
    id: encodeId('conversation', A),
    at,
    assignee: encodeId('member', B),
    tags: [encodeId('tag', A), encodeId('tag', B)],
    items: [
      { kind: 'note', id: encodeId('note', A), by: encodeId('member', B) },
      { kind: 'message', id: encodeId('message', B) },
    ],
  })
  assert.deepEqual(outward({ ...inside, assignee: null, tags: [], items: [] }), {
    id: encodeId('conversation', A),
    at,
    assignee: null,
    tags: [],
    items: [],
  })
  assert.equal(outward(null), null)
})

test('inward it is the same way back, and what carries no id is handed on untouched', () => {
  const { inward } = idTranslator(Reply)
  const wire = { id: encodeId('conversation', A), tags: [encodeId('tag', B)], items: [], assignee: null, other: 1 }
  assert.deepEqual(inward(wire), { id: A, tags: [B], items: [], assignee: null, other: 1 })
  const plain = { text: 'x' }
  assert.equal(idTranslator(Type.Object({ text: Type.String() })).inward(plain), plain)
})
