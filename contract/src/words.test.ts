/**
 * What counts as one word, and where it stands.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold } from './fold.ts'
import { wordsOf } from './words.ts'

const texts = (text: string) => wordsOf(fold(text)).map((word) => word.text)

test('words of any script, without what stands between them', () => {
  assert.deepEqual(texts('ভাইয়া, আমার order #A-1023 এখনো পাইনি।'), [
    ...['ভাইয়া', 'আমার', 'order', 'a', '1023', 'এখনো', 'পাইনি'].map(fold),
  ])
  assert.deepEqual(texts(' ... 🎈 — ৳ '), [])
})

test('a phone number is one word in its national form, also within a sentence', () => {
  for (const phone of ['+880 1712-345678', '01712 345 678', '০১৭১২৩৪৫৬৭৮', '8801712345678', '008801712345678']) {
    assert.deepEqual(texts(`call ${phone}, please`), ['call', '01712345678', 'please'], phone)
  }
  assert.deepEqual(texts('017123456789 x01712345678'), ['017123456789', 'x01712345678'])
})

test('an amount is one word with or without its commas; a list of numbers is not', () => {
  assert.deepEqual(texts('৳১,২৫,০০০ ba 1,250.50 tk'), ['125000', 'ba', '1250', '50', 'tk'])
  assert.deepEqual(texts('10,20,30'), ['10', '20', '30'])
})

test('words stand in the text where they say, in order, and cover every letter and digit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const folded = fold(text)
      let reached = 0
      for (const { text: word, start, end } of wordsOf(folded)) {
        assert.ok(start >= reached && end > start && word.length > 0)
        assert.doesNotMatch(folded.slice(reached, start), /[\p{L}\p{N}]/u)
        reached = end
      }
      assert.doesNotMatch(folded.slice(reached), /[\p{L}\p{N}]/u)
    }),
  )
})
