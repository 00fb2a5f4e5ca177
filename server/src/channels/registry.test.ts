/** Who may be named in the hook address: a channel whose events are not signed would take anybody's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHANNELS } from '@central-desk/contract/inboxes.ts'
import { ADAPTERS, adapterOf, findSignedAdapter } from './registry.ts'

test('every channel of the contract has its own adapter', () => {
  for (const channel of CHANNELS) assert.equal(adapterOf(channel).channel, channel)
})

test('only signed channels can be named from outside', () => {
  assert.equal(findSignedAdapter('api'), ADAPTERS.api)
  for (const word of ['webchat', 'API', 'constructor', '__proto__', 'toString', '']) {
    assert.equal(findSignedAdapter(word), null, word)
  }
})
