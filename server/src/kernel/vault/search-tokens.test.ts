/**
 * What was written is found by its words, their beginnings and their other spelling, under the workspace's own key; the
 * number of tokens is bounded, the most telling forms are kept, and the index never misses what the match confirms.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SearchRank, searchMatch } from '@central-desk/contract/search-match.ts'
import fc from 'fast-check'
import { secretKey } from './primitives.ts'
import { type SearchWord, searchWords, TOKENS_PER_TEXT_MAX, tokensOf } from './search-tokens.ts'

const key = secretKey(Buffer.alloc(32, 1))
const otherKey = secretKey(Buffer.alloc(32, 2))

/** The best rank at which every word of the search is among the tokens, as the database would see it. */
function proposed(tokens: bigint[], words: SearchWord[]): SearchRank | null {
  const holds = (candidates: bigint[]) => candidates.some((token) => tokens.includes(token))
  if (words.length === 0) return null
  if (words.every((word) => holds(word.exact))) return 'exact'
  if (words.every((word) => holds([...word.exact, ...word.prefix]))) return 'prefix'
  return words.every((word) => holds([...word.exact, ...word.prefix, ...word.similar])) ? 'similar' : null
}

const find = (text: string, query: string) => proposed(tokensOf(key, text), searchWords([key], query))

test('words, beginnings and other spellings are found at their rank', () => {
  const text = 'ভাইয়া, অর্ডার ১০২৩৪ এখনো পায়নি। Call +880 1712-345678 delivery'
  assert.equal(find(text, 'delivery 10234'), 'exact')
  assert.equal(find(text, '০১৭১২৩৪৫৬৭৮'), 'exact')
  for (const beginning of ['del', 'deli', 'deliv', 'delive', '017', '01712', 'অর্ড']) {
    assert.equal(find(text, beginning), 'prefix', beginning)
  }
  for (const spelling of ['payni', 'bhaiya vaia', 'order 10234', 'ডেলিভারি']) {
    assert.equal(find(text, spelling), 'similar', spelling)
  }
  for (const absent of ['return', 'de', '99999', '']) assert.equal(find(text, absent), null, absent)
})

test('kinds never meet: a word is not found by a longer word that begins with it, nor a skeleton by a word', () => {
  const tokens = tokensOf(key, 'delivery')
  assert.ok(!searchWords([key], 'del')[0]?.exact.some((token) => tokens.includes(token)))
  assert.ok(!searchWords([key], 'dlbr')[0]?.exact.some((token) => tokens.includes(token)))
  assert.equal(new Set([...tokensOf(key, 'del'), ...tokens]).size, tokensOf(key, 'del').length + tokens.length)
})

test('tokens are distinct, sorted, 40 bits wide, and say nothing without the key', () => {
  const tokens = tokensOf(key, 'taka taka ফেরত দিন, taka')
  assert.deepEqual(
    tokens,
    [...new Set(tokens)].sort((a, b) => Number(a - b)),
  )
  assert.ok(tokens.every((token) => token >= 0n && token < 1n << 40n))
  assert.ok(tokensOf(otherKey, 'taka taka ফেরত দিন, taka').every((token) => !tokens.includes(token)))
  assert.deepEqual(tokensOf(key, 'দিন ফেরত taka'), tokens)
})

test('a search under two keys finds texts indexed under either', () => {
  const words = searchWords([otherKey, key], 'delivery')
  assert.equal(proposed(tokensOf(key, 'delivery'), words), 'exact')
  assert.equal(proposed(tokensOf(otherKey, 'delivery'), words), 'exact')
})

test('a long text keeps whole words first, then every form of the most telling words', () => {
  const short = Array.from({ length: 20 }, (_, index) => `w${String.fromCharCode(97 + index)}`)
  const long = ['confirmation', 'restaurant', '01712345678', '100250']
  const tokens = tokensOf(key, [...short, ...long].join(' '))
  assert.equal(tokens.length, TOKENS_PER_TEXT_MAX)
  for (const word of [...short, ...long]) assert.equal(proposed(tokens, searchWords([key], word)), 'exact', word)
  for (const form of ['017', '01712', '100', 'con', 'confi', 'res', 'resta', 'কনফার্মেশন']) {
    assert.ok(proposed(tokens, searchWords([key], form)), form)
  }
  const crowd = Array.from({ length: 200 }, (_, index) => `word${index.toString(36).replace(/\d/g, 'z')}q`)
  const crowded = tokensOf(key, [...crowd, 'ok', '4711'].join(' '))
  assert.equal(crowded.length, TOKENS_PER_TEXT_MAX)
  assert.equal(proposed(crowded, searchWords([key], '4711')), 'exact')
})

test('whatever the match confirms, the index had proposed, as long as every form was kept', () => {
  const word = fc.constantFrom(
    ...'taka টাকা tk kobe কবে delivery ডেলিভারি 10234 ১০২৩৪ 01712345678 ভাই vai deli del'.split(' '),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), fc.array(word, { maxLength: 3 }), (written, searched) => {
      const confirmed = searchMatch(written.join(' '), searched.join(' '))
      assert.equal(find(written.join(' '), searched.join(' ')), confirmed?.rank ?? null)
    }),
    { numRuns: 1000 },
  )
})
