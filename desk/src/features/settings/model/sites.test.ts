/** What a person types becomes an origin that a policy can name, or is refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSite, isUnsafeSite, siteOf } from './sites.ts'

test('names and whole addresses become bare origins', () => {
  assert.equal(siteOf('shop.example'), 'https://shop.example')
  assert.equal(siteOf('  https://Shop.Example/sale?x=1#top '), 'https://shop.example')
  assert.equal(siteOf('http://shop.example:8080/'), 'http://shop.example:8080')
  assert.equal(siteOf('https://shop.example:443'), 'https://shop.example')
  assert.equal(siteOf('http://localhost:5173'), 'http://localhost:5173')
  for (const own of ['localhost:5173', '127.0.0.1:5173', 'Shop.localhost']) {
    assert.equal(siteOf(own), `http://${own.toLowerCase()}`, 'no certificate on one’s own machine')
  }
  assert.equal(siteOf('https://localhost:5173'), 'https://localhost:5173', 'unless it is said')
  assert.equal(siteOf('localhost.example'), 'https://localhost.example')
  // A Bangla name travels in its ASCII form.
  assert.match(siteOf('দোকান.বাংলা') ?? '', /^https:\/\/xn--[a-z0-9]+\.xn--54b7fta0cc$/)
})

test('what would be another word of a policy, or no site at all, is refused', () => {
  const wrong = ['', '   ', 'not a site', 'shop', 'https://', 'ftp://shop.example', 'javascript:alert(1)']
  const sly = [
    'https://a;script-src *',
    "https://'self'",
    'https://*.example',
    'https://user:pw@shop.example',
    'https://a.example,b.example',
  ]
  for (const text of [...wrong, ...sly]) assert.equal(siteOf(text), null, text)
})

test('only http to another machine is unsafe', () => {
  assert.equal(isUnsafeSite('http://shop.example'), true)
  assert.equal(isUnsafeSite('https://shop.example'), false)
  assert.equal(isUnsafeSite('http://localhost:3000'), false)
  assert.equal(isUnsafeSite('http://demo.localhost:3000'), false)
})

test('a site is added once, and not above the limit', () => {
  const added = addSite(['https://a.example'], 'b.example')
  assert.deepEqual(added, { sites: ['https://a.example', 'https://b.example'] })
  assert.deepEqual(addSite(['https://a.example'], 'A.example/'), { problem: 'already_there' })
  assert.deepEqual(addSite([], 'nonsense'), { problem: 'not_an_origin' })
  const full = Array.from({ length: 20 }, (_, at) => `https://s${at}.example`)
  assert.deepEqual(addSite(full, 'one.example'), { problem: 'too_many' })
  assert.ok('sites' in addSite(full.slice(1), 'one.example'))
})
