/** The preview of a saved reply is what the composer will insert, part by part. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillVariables, type Values } from '../../inbox/model/variables.ts'
import { insertAt, previewOf, strayVariables } from './reply-preview.ts'

const KNOWN: Values = { 'contact.name': 'Mitu Akter', 'contact.first_name': 'Mitu', 'agent.name': 'Nusrat' }
const kinds = (text: string, values: Values) => previewOf(text, values).map(({ kind, text: words }) => [kind, words])

test('filled, fallen back, missing and unknown parts are told apart', () => {
  const text = 'Hi {{contact.first_name|there}}, call {{contact.phone}} or {{contact.frist_name|x}}.'
  assert.deepEqual(kinds(text, KNOWN), [
    ['text', 'Hi '],
    ['filled', 'Mitu'],
    ['text', ', call '],
    ['missing', '{{contact.phone}}'],
    ['text', ' or '],
    ['unknown', 'x'],
    ['text', '.'],
  ])
  assert.deepEqual(kinds('Hi {{contact.first_name|there}}!', {}), [
    ['text', 'Hi '],
    ['fallback', 'there'],
    ['text', '!'],
  ])
})

test('joined together the parts are exactly what is inserted', () => {
  const texts = [
    '',
    'no variable',
    '{{contact.first_name|there}}',
    '{{ contact.name }} {{contact.phone|}}{{agent.name}}',
    'প্রিয় {{contact.first_name|গ্রাহক}}, ধন্যবাদ! {{workspace.name}}',
    '{{contact.nickname}} {{broken {{contact.name}}',
    '{{contact.first_name|{{contact.name}}}}',
  ]
  for (const text of texts) {
    for (const values of [KNOWN, {}, { 'contact.name': '  ' }]) {
      const joined = previewOf(text, values).map((part) => part.text)
      assert.equal(joined.join(''), fillVariables(text, values), text)
    }
  }
})

test('slips are found, sound variables are not', () => {
  assert.deepEqual(strayVariables('{{contact.first_name|there}} {{agent.name}}'), [])
  assert.deepEqual(strayVariables('{{contact.frist_name}}, {{name}}, {{contact.name'), [
    '{{contact.frist_name}}',
    '{{name}}',
    '{{contact.name',
  ])
  assert.deepEqual(strayVariables('{{x.y}} {{x.y}}'), ['{{x.y}}'])
})

test('a variable goes in where the caret is, over what is selected', () => {
  assert.deepEqual(insertAt('Hi , welcome', 3, 3, '{{contact.name}}'), {
    text: 'Hi {{contact.name}}, welcome',
    caret: 19,
  })
  assert.deepEqual(insertAt('Hi you', 3, 6, 'X'), { text: 'Hi X', caret: 4 })
})
