/** Links in messages: what becomes one, what stays text, and that no letter of the message is lost on the way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { splitLinks, webAddress } from './links.ts'

const linksIn = (text: string) => splitLinks(text).flatMap((piece) => (piece.href ? [piece.text] : []))

test('addresses become links, the marks around them do not', () => {
  const cases: [string, string[]][] = [
    ['See https://shop.example/jamdani?id=12&c=red#top.', ['https://shop.example/jamdani?id=12&c=red#top']],
    ['(http://a.example), http://b.example!', ['http://a.example', 'http://b.example']],
    ['https://wiki.example/Dhaka_(city) is here', ['https://wiki.example/Dhaka_(city)']],
    ['দেখুন https://shop.example/শাড়ি।', ['https://shop.example/শাড়ি']],
    ['"https://quoted.example"', ['https://quoted.example']],
    ['HTTPS://LOUD.EXAMPLE/x', ['HTTPS://LOUD.EXAMPLE/x']],
  ]
  for (const [text, links] of cases) assert.deepEqual(linksIn(text), links, text)
})

test('nothing but http and https is a link, and no address with a user name', () => {
  const texts = [
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x file:///etc/passwd ftp://a.example mailto:a@b.example',
    'https://bank.example@evil.example/login',
    'https://user:word@evil.example',
    'http://',
    'https://exa mple',
    'xhttps://',
  ]
  for (const text of texts.filter((text) => text !== 'https://exa mple')) assert.deepEqual(linksIn(text), [], text)
  assert.deepEqual(linksIn('https://exa mple'), ['https://exa'])
})

test('a link stops at quotes, angle brackets and controls that turn the direction', () => {
  assert.deepEqual(linksIn('https://a.example/"onmouseover="x'), ['https://a.example/'])
  assert.deepEqual(linksIn('https://a.example/<img src=x onerror=alert(1)>'), ['https://a.example/'])
  assert.deepEqual(linksIn('https://a.example/\u202egnp.exe'), ['https://a.example/'])
})

test('where the browser would go elsewhere than the letters say, the real host is told', () => {
  const [link] = splitLinks('https://аpple.example/') // The first letter is Cyrillic.
  assert.equal(link?.realHost, 'xn--pple-43d.example')
  assert.equal(splitLinks('https://apple.example:8080/x')[0]?.realHost, undefined)
})

test('the pieces joined are the message, for any message', () => {
  const part = fc.constantFrom('https://', 'http://a.b', ' ', '(', ')', '.', '<', 'x@', '।', '\n', '/', '\u202e')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part).map((parts) => parts.join('')),
      ),
      (text) => {
        const pieces = splitLinks(text)
        assert.equal(pieces.map((piece) => piece.text).join(''), text)
        for (const { href } of pieces) assert.ok(href === undefined || /^https?:\/\//.test(href))
      },
    ),
  )
})

test('an address of a file is used only when it is a web address', () => {
  assert.equal(webAddress('https://files.example/a/x'), 'https://files.example/a/x')
  for (const address of ['javascript:alert(1)', 'blob:https://a.example/x', '/a/x', '']) {
    assert.equal(webAddress(address), undefined)
  }
})
