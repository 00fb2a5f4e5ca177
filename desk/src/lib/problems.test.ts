/** A refusal is said in the person's language: by its code, and beside the field by the field's own code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bangla } from '../words/bn/index.ts'
import { english } from '../words/en/index.ts'
import { fieldWords, wordsOf } from './problems.ts'
import { NoAnswer, Refusal } from './refusal.ts'

const refused = (field: string, code: string) =>
  new Refusal({ code: 'invalid_fields', fields: [{ field, code, detail: 'must match pattern' }] }, 422)

test('every code that the schemas answer with is said without the detail of the server', () => {
  const codes = ['missing', 'too_short', 'too_long', 'too_small', 'too_large', 'too_many', 'wrong_form', 'not_a_choice']
  for (const text of [english, bangla]) {
    for (const code of codes) {
      const said = fieldWords(refused('name', code), 'name', text)
      assert.ok(said && !said.includes('pattern'), code)
    }
  }
  assert.equal(fieldWords(refused('name', 'too_short'), 'name', english), english.required)
  assert.equal(fieldWords(refused('contact.email', 'wrong_form'), 'contact.email', bangla), bangla.fieldEmail)
})

test("a page's own words for a code come first, and another field's problem is not said here", () => {
  const taken = refused('shortcut', 'already_taken')
  assert.equal(fieldWords(taken, 'shortcut', english, { already_taken: 'Taken.' }), 'Taken.')
  assert.equal(fieldWords(taken, 'title', english, { already_taken: 'Taken.' }), null)
  assert.equal(fieldWords(new NoAnswer(), 'shortcut', english), null)
})

test('silence, a refusal and a bug each have their words', () => {
  assert.equal(wordsOf(new NoAnswer(), bangla), bangla.noAnswer)
  assert.equal(wordsOf(refused('name', 'missing'), english), english.problems.invalid_fields)
  assert.equal(wordsOf(new Error('bug'), english), english.problems.internal)
})
