/** Small things of the ground floor: addresses, waits, refusals, initials, finding, marking. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf } from './address.ts'
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS, backoffMs } from './backoff.ts'
import { bestOf, scoreOf } from './find.ts'
import { highlight } from './highlight.ts'
import { isPassing, NoAnswer, Refusal } from './refusal.ts'
import { foldDigits, foldForFinding, initialsOf, languageOf, tintOf } from './text.ts'

test('an address is filled, escaped, and refused when something is missing', () => {
  assert.equal(addressOf('/a/:id/b', { id: 'x/y' }), '/a/x%2Fy/b')
  assert.equal(addressOf('/a', {}, { q: 'দাম', limit: 5, no: undefined }), '/a?q=%E0%A6%A6%E0%A6%BE%E0%A6%AE&limit=5')
  assert.throws(() => addressOf('/a/:id', {}), /needs id/)
})

test('waits double up to a limit and spread', () => {
  assert.equal(backoffMs(0, 1), BACKOFF_FIRST_MS)
  assert.equal(backoffMs(0, 0), BACKOFF_FIRST_MS / 2)
  assert.equal(backoffMs(3, 1), BACKOFF_FIRST_MS * 8)
  assert.equal(backoffMs(500, 1), BACKOFF_MAX_MS)
})

test('a refusal keeps code, fields and reference; a bare status still says the kind', () => {
  const refusal = new Refusal(
    { title: 't', code: 'invalid_fields', requestId: 'r', fields: [{ field: '/settings/colour', code: 'pattern' }] },
    422,
  )
  assert.equal(refusal.field('settings.colour')?.code, 'pattern')
  assert.equal(refusal.field('name'), undefined)
  assert.equal(new Refusal({}, 502).code, 'busy')
  assert.equal(new Refusal({}, 401).code, 'not_signed_in')
  assert.equal(isPassing(new NoAnswer()), true)
  assert.equal(isPassing(new Refusal({ code: 'busy' }, 503)), true)
  assert.equal(isPassing(refusal), false)
})

test('initials are whole letters as people see them', () => {
  assert.equal(initialsOf('Rahima Begum'), 'RB')
  assert.equal(initialsOf('শ্রীমতি অনন্যা ঘোষ'), 'শ্রী')
  assert.equal(initialsOf('ক্ষমা'), 'ক্ষ')
  assert.equal(initialsOf('  "Mitu" '), 'M')
  assert.equal(initialsOf('—'), '?')
})

test('a text says its language by its letters', () => {
  assert.equal(languageOf('দাম কত?'), 'bn')
  assert.equal(languageOf('dam koto?'), 'en')
  assert.equal(languageOf('আমার order টা কবে পাবো'), 'bn')
  assert.equal(languageOf('01712 ...'), undefined)
})

test('finding treats spellings as one', () => {
  assert.equal(foldDigits('০১৭১২'), '01712')
  assert.equal(foldForFinding('র‍্যাপিং'), foldForFinding('র্যাপিং'))
  assert.equal(foldForFinding('\u09DF'), foldForFinding('\u09AF\u09BC'))
  assert.equal(tintOf('ctc_1', 7), tintOf('ctc_1', 7))
})

test('a whole word beats a beginning beats the inside; every word must be found', () => {
  assert.ok(scoreOf('close', 'Close or reopen') > scoreOf('clo', 'Close or reopen'))
  assert.ok(scoreOf('clo', 'Close or reopen') > scoreOf('los', 'Close or reopen'))
  assert.equal(scoreOf('close xyz', 'Close or reopen'), 0)
  assert.ok(scoreOf('বন্ধ', 'Close বন্ধ করুন bondho') > 0)
  assert.ok(scoreOf('bondo', 'close bondho') > 0, 'letters in order: people spell as they hear')
  assert.deepEqual(
    bestOf('se', ['Send and close', 'Search', 'Close'], (text) => text, 5),
    ['Send and close', 'Search', 'Close'],
  )
})

test('marks stand where the words are, across spellings, and nothing is lost', () => {
  const marked = (text: string, query: string) =>
    highlight(text, query)
      .map((piece) => (piece.isHit ? `[${piece.text}]` : piece.text))
      .join('')
  assert.equal(marked('Order kobe pabo?', 'KOBE'), 'Order [kobe] pabo?')
  assert.equal(marked('ফোন ০১৭১২-৩৪', '01712'), 'ফোন [০১৭১২]-৩৪')
  assert.equal(marked('র‍্যাপিং চাই', 'র্যাপিং'), '[র‍্যাপিং] চাই')
  assert.equal(marked('no match', 'দাম'), 'no match')
  const text = 'পায়নি কিছু'
  assert.equal(
    highlight(text, 'পায়নি')
      .map((piece) => piece.text)
      .join(''),
    text.normalize('NFC'),
  )
})
