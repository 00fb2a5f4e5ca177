/** The key that was meant, on a Latin and on a Bangla layout, while composing, with modifiers, in sequences. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTextTarget, type KeyPress, KeySequence, keyName, SEQUENCE_WAIT_MS } from './keys.ts'

function press(key: string, code: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key, code, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more }
}

test('a Latin letter is itself, wherever it stands', () => {
  assert.equal(keyName(press('j', 'KeyJ')), 'j')
  assert.equal(keyName(press('J', 'KeyJ', { shiftKey: true })), 'shift+j')
  assert.equal(keyName(press('z', 'KeyY')), 'z', 'a German layout has Z at the place of Y')
})

test('on a Bangla layout the place of the key counts', () => {
  assert.equal(keyName(press('ব', 'KeyJ')), 'j')
  assert.equal(keyName(press('ক', 'KeyK')), 'k')
  assert.equal(keyName(press('ু', 'KeyU', { shiftKey: true })), 'shift+u')
  assert.equal(keyName(press('।', 'Slash')), '/')
  assert.equal(keyName(press('ঃ', 'Slash', { shiftKey: true })), '?')
})

test('a key that an input method composes with is not ours', () => {
  assert.equal(keyName(press('j', 'KeyJ', { isComposing: true })), null)
  assert.equal(keyName(press('Process', 'KeyJ', { keyCode: 229 })), null)
})

test('Alt and AltGr type letters, so they never call a command', () => {
  assert.equal(keyName(press('j', 'KeyJ', { altKey: true })), null)
  assert.equal(keyName(press('ৰ', 'KeyJ', { getModifierState: (name) => name === 'AltGraph' })), null)
})

test('Ctrl and Cmd are one, signs keep their own face, a modifier alone is nothing', () => {
  assert.equal(keyName(press('k', 'KeyK', { ctrlKey: true })), 'ctrl+k')
  assert.equal(keyName(press('ক', 'KeyK', { metaKey: true })), 'ctrl+k')
  assert.equal(keyName(press('?', 'Slash', { shiftKey: true })), '?')
  assert.equal(keyName(press('[', 'BracketLeft')), '[')
  assert.equal(keyName(press('Escape', 'Escape')), 'escape')
  assert.equal(keyName(press('Shift', 'ShiftLeft', { shiftKey: true })), null)
})

test('two keys make a sequence within its time, and not after', () => {
  const sequence = new KeySequence(['g'])
  assert.equal(sequence.press('g', 0), null)
  assert.equal(sequence.press('m', 400), 'g m')
  assert.equal(sequence.press('m', 500), 'm')
  assert.equal(sequence.press('g', 1_000), null)
  assert.equal(sequence.press('j', 1_000 + SEQUENCE_WAIT_MS + 1), 'j')
})

test('letters are text in fields, not on buttons and boxes', () => {
  assert.equal(isTextTarget({ tagName: 'TEXTAREA' }), true)
  assert.equal(isTextTarget({ tagName: 'INPUT', type: 'search' }), true)
  assert.equal(isTextTarget({ tagName: 'INPUT', type: 'checkbox' }), false)
  assert.equal(isTextTarget({ tagName: 'BUTTON' }), false)
  assert.equal(isTextTarget(null), false)
})
