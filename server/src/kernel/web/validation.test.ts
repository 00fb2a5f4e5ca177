/** What comes in is bounded before it is checked: the work of a check does not grow with what a stranger sends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { DEPTH_MAX, InvalidInput, MEMBERS_MAX, validatorCompiler } from './validation.ts'

const Body = Type.Object({
  ids: Type.Optional(Type.Array(Type.String(), { maxItems: 10, uniqueItems: true })),
  any: Type.Optional(Type.Unknown()),
})
const check = validatorCompiler({ schema: Body, httpPart: 'body', method: 'POST', url: '/' }) as (input: unknown) => {
  error?: InvalidInput
  value?: unknown
}

/** A list that counts how often one of its items is read. */
function counted(items: string[]): { list: string[]; reads: () => number } {
  let reads = 0
  const list = new Proxy(items, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1
      return Reflect.get(target, name)
    },
  })
  return { list, reads: () => reads }
}

test('a list beyond all limits is refused without a look at its items', () => {
  const { list, reads } = counted(Array(60_000).fill('a'))
  const { error } = check({ ids: list })
  assert.ok(error instanceof InvalidInput)
  assert.deepEqual(error.fields, [{ field: 'ids', code: 'too_many' }])
  assert.equal(reads(), 0)
  const long = check({ ids: Array.from({ length: MEMBERS_MAX }, (_, at) => String(at)) })
  assert.equal(long.error?.fields[0]?.code, 'too_many', 'within it the contract decides')
  const named = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`name${at}`, at]))
  assert.deepEqual(check({ any: named }).error?.fields, [{ field: 'any', code: 'too_many' }])
  assert.equal(check({ ids: ['a', 'b'] }).error, undefined)
  assert.ok(check({ ids: ['a', 'a'] }).error)
})

test('nesting beyond all limits is refused, however deep it goes', () => {
  const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
  for (const any of [nested(100_000), JSON.parse(`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`)]) {
    assert.equal(check({ any }).error?.fields[0]?.code, 'not_valid')
  }
  assert.equal(check(nested(100_000)).error?.fields[0]?.code, 'not_valid')
  assert.equal(check({ any: nested(DEPTH_MAX - 1) }).error, undefined)
})
