/**
 * Every word must be met; the weakest meeting is the rank; what is marked is what the reader sees.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { searchMatch } from './search-match.ts'

const text = 'ভাইয়া, অর্ডার #১০২৩৪ এখনো পা\u09dfনি। Call +880 1712-345678, delivery charge ১,২৫০ taka'

function marked(query: string): [string, ...string[]] | null {
  const match = searchMatch(text, query)
  return match && [match.rank, ...match.marks.map(({ start, end }) => text.slice(start, end))]
}

test('as written, in whatever spelling, is exact', () => {
  assert.deepEqual(marked('পায়নি'), ['exact', 'পা\u09dfনি'])
  assert.deepEqual(marked('DELIVERY 10234'), ['exact', '১০২৩৪', 'delivery'])
  assert.deepEqual(marked('০১৭১২৩৪৫৬৭৮'), ['exact', '+880 1712-345678'])
  assert.deepEqual(marked('1250'), ['exact', '১,২৫০'])
})

test('a beginning of three letters is a prefix, a shorter one is not', () => {
  assert.deepEqual(marked('deli'), ['prefix', 'delivery'])
  assert.deepEqual(marked('0171'), ['prefix', '+880 1712-345678'])
  assert.equal(marked('de'), null)
})

test('the other script is similar and ranks below', () => {
  assert.deepEqual(marked('payni'), ['similar', 'পা\u09dfনি'])
  assert.deepEqual(marked('ডেলিভারি টাকা'), ['similar', 'delivery', 'taka'])
  assert.deepEqual(marked('order 10234'), ['similar', 'অর্ডার', '১০২৩৪'])
})

test('a word that occurs twice is marked twice, where it is met best', () => {
  const repeated = searchMatch('taka taka টাকা takar', 'taka')
  assert.deepEqual(repeated, {
    rank: 'exact',
    marks: [
      { start: 0, end: 4 },
      { start: 5, end: 9 },
    ],
  })
})

test('one word that is not met is no match; a search without words matches nothing', () => {
  assert.equal(marked('delivery return'), null)
  assert.equal(marked(' ... '), null)
  assert.equal(searchMatch('', 'delivery'), null)
})
