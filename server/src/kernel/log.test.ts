/** A log says where an error arose and of what kind it is, and nothing that somebody wrote. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeError } from './log.ts'

test('words of a database error stay out, also those that stand in several lines', () => {
  const error = Object.assign(new Error('invalid input: "CANARY\nCANARY of the second line\n\nCANARY"'), {
    severity: 'ERROR',
    code: '22P02',
    detail: 'CANARY in the detail',
    constraint: 'a_constraint',
    routine: 'a_routine',
  })
  const described = describeError(new Error('outside', { cause: error }))
  assert.doesNotMatch(JSON.stringify(described), /CANARY/)
  const { cause } = described as { cause: Record<string, unknown> }
  assert.deepEqual([cause.code, cause.constraint, cause.routine], ['22P02', 'a_constraint', 'a_routine'])
  assert.ok((cause.at as string[]).every((line) => line.startsWith('at ')) && (cause.at as string[]).length > 0)
})

test('errors of the language and of Node quote what did not fit, and are told without their words', () => {
  const faults: (() => unknown)[] = [
    () => JSON.parse('CANARY'),
    () => BigInt('CANARY'),
    () => Object.assign('CANARY' as unknown as { a: number }, {}).a.toFixed(),
    () => ('CANARY' as unknown as Set<string>).has('CANARY'),
    () => Buffer.alloc('CANARY' as unknown as number),
    () => new Intl.DateTimeFormat('en', { timeZone: 'CANARY' }),
    () => 'x' in ('CANARY' as unknown as object),
    () => decodeURIComponent('%CANARY'),
  ]
  for (const fault of faults) {
    assert.throws(fault, (error) => {
      const told = JSON.stringify(describeError(new Error('outside', { cause: error })))
      assert.doesNotMatch(told, /CANARY/, String(error))
      assert.match(told, /"at":\["at /)
      return true
    })
  }
  assert.equal(describeError(new Error('our own words')).message, 'our own words')
})

test('what is no error is named by its kind only', () => {
  assert.deepEqual(describeError('CANARY'), { kind: 'string' })
  assert.deepEqual(describeError({ CANARY: 1 }), { kind: 'object' })
})
