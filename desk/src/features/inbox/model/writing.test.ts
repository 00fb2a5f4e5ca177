/** What helps while writing: variables, saved replies by slash, drafts of two devices, snooze times, links. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SavedReply } from '@central-desk/contract/workspaces.ts'
import { reconcileDrafts } from './draft.ts'
import { linkify } from './linkify.ts'
import { insertAt, matchReplies, tokenAt } from './slash.ts'
import { snoozeOptions } from './snooze.ts'
import { fillVariables, firstNameOf, unfilled } from './variables.ts'

test('a variable is its value, or its fallback, or stays to be seen', () => {
  const values = { 'contact.first_name': 'মিতু', 'contact.phone': null }
  assert.equal(fillVariables('প্রিয় {{contact.first_name|গ্রাহক}},', values), 'প্রিয় মিতু,')
  assert.equal(fillVariables('Hi {{ contact.name | there }}!', values), 'Hi there!')
  assert.equal(fillVariables('Call {{contact.phone}}', values), 'Call {{contact.phone}}')
  assert.equal(fillVariables('{{contact.name|}}x', {}), 'x', 'an empty fallback is a fallback')
  assert.equal(fillVariables('{{contact.first_name|{{evil}}}}', {}), '{{contact.first_name|{{evil}}}}')
})

test('a value is put in as it is, never read as a variable or a pattern', () => {
  assert.equal(fillVariables('{{contact.name}}', { 'contact.name': '$& {{agent.name}}' }), '$& {{agent.name}}')
})

test('an unfilled variable is found where it stands', () => {
  assert.deepEqual(unfilled('Call {{contact.phone}} now'), { start: 5, end: 22 })
  assert.equal(unfilled('No variable {here} or {{here}}'), null)
})

test('one is greeted by name, not by honorific', () => {
  assert.equal(firstNameOf('Md. Rezaul Karim'), 'Rezaul')
  assert.equal(firstNameOf('শ্রীমতি অনন্যা ঘোষ'), 'অনন্যা')
  assert.equal(firstNameOf('মোঃ আরিফ'), 'আরিফ')
  assert.equal(firstNameOf('  '), null)
  assert.equal(firstNameOf(null), null)
})

test('a sign asks only at the start of a word, and as often as one likes', () => {
  assert.deepEqual(tokenAt('/da', 3, '/'), { start: 0, end: 3, query: 'da' })
  assert.deepEqual(tokenAt('ok\n/দাম', 7, '/'), { start: 3, end: 7, query: 'দাম' })
  assert.equal(tokenAt('24/11', 5, '/'), null)
  assert.equal(tokenAt('https://x', 9, '/'), null)
  assert.equal(tokenAt('/dam next', 9, '/'), null)
  assert.deepEqual(tokenAt('ask @tan', 8, '@'), { start: 4, end: 8, query: 'tan' })
  assert.equal(tokenAt('mitu@example', 12, '@'), null)
  assert.deepEqual(insertAt('ok /da, bye', { start: 3, end: 6 }, 'TEXT'), { text: 'ok TEXT, bye', caret: 7 })
})

test('saved replies are found by shortcut, then title, then text', () => {
  const reply = (shortcut: string, title: string, text: string): SavedReply => ({
    id: `rpl_${shortcut}`,
    shortcut,
    title,
    text,
    language: 'en',
    updatedAt: '2026-11-24T00:00:00.000Z',
  })
  const replies = [reply('hello', 'Greeting', 'price list'), reply('list', 'Price', 'x'), reply('price', 'Cost', 'y')]
  const found = (query: string) => matchReplies(replies, query, 5).map((one) => one.shortcut)
  assert.deepEqual(found('price'), ['price', 'list', 'hello'])
  assert.deepEqual(found('zzz'), [])
  assert.equal(matchReplies(replies, '', 2).length, 2)
})

test('the newer draft holds; the older is offered when it says something else', () => {
  const at = (text: string, updatedAtMs: number) => ({ text, updatedAtMs })
  assert.deepEqual(reconcileDrafts(null, at('server', 1)), { text: 'server', other: null })
  assert.deepEqual(reconcileDrafts(at('here', 2), null), { text: 'here', other: null })
  assert.deepEqual(reconcileDrafts(at('here', 2), at('there', 1)), { text: 'here', other: 'there' })
  assert.deepEqual(reconcileDrafts(at('here', 1), at('there', 2)), { text: 'there', other: 'here' })
  assert.equal(reconcileDrafts(at('Hello world', 2), at('Hello ', 1)).other, null, 'its own past is not offered')
  assert.deepEqual(reconcileDrafts(at('', 2), at('was sent', 1)), { text: '', other: null })
})

test('snooze times are those of the workspace, and Sunday begins the week', () => {
  const dhaka = 'Asia/Dhaka'
  const at = (now: string) =>
    snoozeOptions(new Date(now), dhaka).map(({ choice, until }) => `${choice} ${until?.toISOString() ?? '-'}`)
  // A Tuesday, three in the afternoon in Dhaka.
  assert.deepEqual(at('2026-11-24T09:00:00Z'), [
    'later 2026-11-24T12:00:00.000Z',
    'tomorrow 2026-11-25T03:00:00.000Z',
    'sunday 2026-11-29T03:00:00.000Z',
    'nextWeek 2026-12-01T03:00:00.000Z',
    'untilReply -',
  ])
  assert.equal(
    at('2026-11-28T09:00:00Z').some((one) => one.startsWith('sunday')),
    false,
    'on Saturday it is tomorrow',
  )
  // Half past midnight in Dhaka is still the evening before in London.
  assert.ok(at('2026-11-24T18:30:00Z').includes('tomorrow 2026-11-26T03:00:00.000Z'))
})

test('links are found, end where the sentence goes on, and odd hosts are told', () => {
  const links = (text: string) => linkify(text).flatMap((piece) => (piece.kind === 'link' ? [piece.href] : []))
  assert.deepEqual(links('see https://shop.example/a?b=1.'), ['https://shop.example/a?b=1'])
  assert.deepEqual(links('(www.shop.example)'), ['https://www.shop.example/'])
  assert.deepEqual(links('https://en.example/wiki/A_(b)'), ['https://en.example/wiki/A_(b)'])
  assert.deepEqual(links('দেখুন https://shop.example।'), ['https://shop.example/'])
  assert.deepEqual(links('javascript:alert(1) data:text/html,x http://nodot ftp://a.b'), [])
  const odd = linkify('https://xn--pple-43d.com https://bank.example@evil.example/')
  assert.deepEqual(
    odd.flatMap((piece) => (piece.kind === 'link' ? [piece.isOdd] : [])),
    [true, true],
  )
})

test('whatever the text, the pieces joined are the text', () => {
  for (const text of [
    '',
    'a',
    'https://a.example, https://b.example',
    'ফোন ০১৭১২-৩৪৫৬৭৮ +8801712345678',
    'www..x',
    '<b>http://a.example</b>',
  ]) {
    assert.equal(
      linkify(text)
        .map((piece) => piece.text)
        .join(''),
      text,
    )
  }
  assert.deepEqual(
    linkify('ফোন ০১৭১২-৩৪৫৬৭৮').map((piece) => piece.kind),
    ['text', 'phone'],
  )
})
