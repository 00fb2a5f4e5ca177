/** Saved replies are found by any word, in any spelling, best place first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SavedReply } from '@central-desk/contract/workspaces.ts'
import { findReplies } from './find-replies.ts'

const reply = (shortcut: string, title: string, text: string): SavedReply => ({
  id: `rpl_${shortcut}`,
  shortcut,
  title,
  text,
  language: 'bn',
  updatedAt: '2026-11-24T10:00:00.000Z',
})
const ALL = [
  reply('bkash', 'Paying by bKash', 'You can pay by bKash. Delivery follows.'),
  reply('delivery', 'Charge and time', 'ঢাকার ভেতরে ৮০ টাকা, বাইরে ১৩০ টাকা।'),
  reply('ferot', 'ফেরত', 'পণ্য পায়নি এমন হলে জানাবেন।'),
]
const found = (query: string) => findReplies(ALL, query).map(({ shortcut }) => shortcut)

test('nothing typed shows all in their order', () => {
  assert.deepEqual(found('  '), ['bkash', 'delivery', 'ferot'])
})

test('the shortcut counts more than the text, with or without its slash', () => {
  assert.deepEqual(found('delivery'), ['delivery', 'bkash'])
  assert.deepEqual(found('/DEL'), ['delivery', 'bkash'])
})

test('Bangla spellings and digits of both scripts meet', () => {
  assert.deepEqual(found('80'), ['delivery'])
  assert.deepEqual(found('৮০'), ['delivery'])
  // The same letter as one code point and as two.
  assert.deepEqual(found('পা\u09DFনি'), ['ferot'])
  assert.deepEqual(found('পা\u09AF\u09BCনি'), ['ferot'])
})

test('every word must be met somewhere', () => {
  assert.deepEqual(found('bkash delivery'), ['bkash'])
  assert.deepEqual(found('bkash ফেরত'), [])
})
