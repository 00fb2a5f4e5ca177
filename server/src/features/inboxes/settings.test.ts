/** Which addresses become words of a content security policy, and which fields a channel knows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADAPTERS } from '../../channels/registry.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { fitSettings, siteOf } from './settings.ts'

test('a site is the origin of whatever page address was given', () => {
  assert.equal(siteOf('https://Shop.Example/cart?x=1#y'), 'https://shop.example')
  assert.equal(siteOf('https://shop.example:8443'), 'https://shop.example:8443')
  assert.equal(siteOf('https://shop.example:443/'), 'https://shop.example')
  assert.equal(siteOf('http://localhost:8080/'), 'http://localhost:8080')
  assert.equal(siteOf('https://দোকান.example/'), 'https://xn--p5b7ah1gxc.example')
})

test('what a policy would read as something else is no site', () => {
  for (const address of [
    'https://a;script-src.example',
    "https://a'unsafe-inline'.example",
    'https://*.example',
    'https://a,b.example',
    'https://user:secret@shop.example',
    'https://[::1]/',
    'data:text/html,x',
    'about:blank',
    'https://',
    '',
  ]) {
    assert.equal(siteOf(address), null, address)
  }
})

test('each field that does not fit is named, and a channel refuses what is not its own', () => {
  const fieldsOf = (channel: keyof typeof ADAPTERS, settings: object, isLoopback = false) => {
    try {
      fitSettings(ADAPTERS[channel], settings, isLoopback)
      return []
    } catch (error) {
      assert.ok(error instanceof Refusal)
      return error.details.fields?.map(({ field, code }) => `${field} ${code}`)
    }
  }
  assert.deepEqual(fieldsOf('api', { greeting: 'Hi', callbackUrl: 'http://erp.example/' }), [
    'settings.greeting not_for_this_channel',
    'settings.callbackUrl not_https',
  ])
  assert.deepEqual(fieldsOf('api', { callbackUrl: 'https://10.0.0.8/in' }), ['settings.callbackUrl private_address'])
  assert.deepEqual(fieldsOf('api', { callbackUrl: 'http://127.0.0.1:9/in' }, true), [])
  assert.deepEqual(fieldsOf('api', { callbackUrl: null }), [])
  assert.deepEqual(
    fieldsOf('webchat', { callbackUrl: null, allowedOrigins: ['https://ok.example', 'https://*.example'] }),
    ['settings.callbackUrl not_for_this_channel', 'settings.allowedOrigins.1 not_an_origin'],
  )
})

test('sites are kept as origins, each once', () => {
  const allowedOrigins = ['https://shop.example/a', 'https://shop.example/b', 'https://two.example']
  const fitted = fitSettings(ADAPTERS.webchat, { allowedOrigins, colour: '#0b6b62' }, false)
  assert.deepEqual(fitted, { allowedOrigins: ['https://shop.example', 'https://two.example'], colour: '#0b6b62' })
})
