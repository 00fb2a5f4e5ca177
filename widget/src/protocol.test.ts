/** What counts as a word between loader and chat: the exact shapes, and nothing that only resembles them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAppWord, isHostWord } from './protocol.ts'

const WRONG = [null, undefined, 1, 'ready', [], {}, { centralDesk: 'open' }, { centralDesk: null }, { type: 'ready' }]

test('the loader takes the words of the chat and refuses what only resembles them', () => {
  const status = { centralDesk: 'status', unread: 2, colour: '#0b6b62' }
  const waking = { ...status, wakeUntil: 1_900_000_000_000 }
  for (const word of [{ centralDesk: 'ready' }, { centralDesk: 'close' }, status, waking]) {
    assert.equal(isAppWord(word), true)
  }
  const wrong = [
    ...WRONG,
    { ...status, unread: -1 },
    { ...status, wakeUntil: '2030' },
    { ...status, wakeUntil: Number.POSITIVE_INFINITY },
    { ...status, wakeUntil: -1 },
    { ...status, unread: 1.5 },
    { ...status, unread: '2' },
    { ...status, unread: Number.NaN },
    { ...status, colour: 'red' },
    { ...status, colour: '#0b6b62;background:url(x)' },
    { ...status, colour: ['#0b6b62'] },
    { centralDesk: ['close'] },
    { centralDesk: 'identity', identity: 'a.b.c' },
  ]
  for (const word of wrong) assert.equal(isAppWord(word), false, JSON.stringify(word))
})

test('the chat takes the words of the loader and refuses what only resembles them', () => {
  const shown = { centralDesk: 'shown', isOpen: true, isModal: false }
  for (const word of [
    { centralDesk: 'identity', identity: '' },
    { centralDesk: 'identity', identity: 'a.b.c' },
    shown,
  ]) {
    assert.equal(isHostWord(word), true)
  }
  const wrong = [
    ...WRONG,
    { centralDesk: 'identity' },
    { centralDesk: 'identity', identity: { length: 3 } },
    { centralDesk: 'identity', identity: 'x'.repeat(4_001) },
    { ...shown, isOpen: 'yes' },
    { ...shown, isModal: undefined },
    { centralDesk: 'close' },
  ]
  for (const word of wrong) assert.equal(isHostWord(word), false, JSON.stringify(word))
})
