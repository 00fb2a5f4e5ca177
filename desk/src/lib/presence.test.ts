/** A person is there for a minute after the last key or movement; a page that nobody has touched is nobody's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPersonHere, watchPerson } from './presence.ts'

test('who used the page is there for a minute', () => {
  const page = new EventTarget()
  watchPerson(page)
  assert.equal(isPersonHere(), false)
  page.dispatchEvent(new Event('message'))
  assert.equal(isPersonHere(), false)
  page.dispatchEvent(new Event('keydown'))
  assert.equal(isPersonHere(), true)
  assert.equal(isPersonHere(performance.now() + 61_000), false)
})
