/** Which key calls what: no clashes, nothing that a browser or a Bangla keyboard needs, an off switch that works. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMANDS, commandOf, KEYS, LEADERS, readable, shortcutOf } from './keymap.ts'

const FREE = { isWriting: false, hasSingleKeys: true }

test('every key calls a command that exists', () => {
  const known = new Set<string>(COMMANDS)
  for (const [key, command] of Object.entries(KEYS)) assert.ok(known.has(command), `${key} calls ${command}`)
})

test('no key is a leader and a command at once', () => {
  for (const leader of LEADERS) assert.equal(KEYS[leader], undefined)
})

test('keys that belong to the browser or to Bangla keyboards stay free', () => {
  for (const key of ['ctrl+n', 'ctrl+t', 'ctrl+w', 'ctrl+shift+n', 'f12', 'ctrl+alt+b', 'ctrl+alt+v', 'ctrl+f']) {
    assert.equal(KEYS[key], undefined, key)
  }
  for (const key of Object.keys(KEYS)) assert.ok(!key.includes('alt'), key)
})

test('while one writes only the palette and the panes answer', () => {
  const writing = { isWriting: true, hasSingleKeys: true }
  assert.equal(commandOf('r', writing), null)
  assert.equal(commandOf('escape', writing), null)
  assert.equal(commandOf('ctrl+k', writing), 'palette')
  assert.equal(commandOf('f6', writing), 'panes')
})

test('single keys can be turned off; Escape and Ctrl keys stay', () => {
  const off = { isWriting: false, hasSingleKeys: false }
  for (const key of Object.keys(KEYS).filter((one) => one.length === 1)) assert.equal(commandOf(key, off), null, key)
  assert.equal(commandOf('shift+u', off), null)
  assert.equal(commandOf('escape', off), 'back')
  assert.equal(commandOf('ctrl+k', off), 'palette')
  assert.equal(commandOf('j', FREE), 'next')
})

test('a shortcut is shown as people write it', () => {
  assert.equal(shortcutOf('assign'), 'A')
  assert.equal(shortcutOf('goMine'), 'G M')
  assert.equal(shortcutOf('unread'), 'Shift+U')
  assert.equal(shortcutOf('palette'), 'Ctrl+K')
  assert.equal(shortcutOf('signOut'), null)
  assert.equal(readable('g t'), 'G T')
})
