/**
 * The blind index: words of a text as keyed 40-bit numbers, so that the database can find without being able to read.
 * A message gives at most 40 tokens: every word as a whole, its first three and five letters, and its Banglish skeleton.
 * When there are more, whole words come first, then all other forms of the most telling words (numbers, then long
 * ones); what falls away is found by whole words only. The database must unseal and confirm what a token proposes.
 * What such an index still tells is how often a token occurs and which occur together; tokens are sorted, so that it
 * does not tell the order of words.
 */
import type { KeyObject } from 'node:crypto'
import { fold } from '@central-desk/contract/fold.ts'
import { PREFIX_LETTERS_MIN, searchedWords } from '@central-desk/contract/search-match.ts'
import { skeleton } from '@central-desk/contract/skeleton.ts'
import { wordsOf } from '@central-desk/contract/words.ts'
import { keyedHash } from './primitives.ts'

export const TOKENS_PER_TEXT_MAX = 40
/** Longer texts are indexed by their beginning: nobody reads further either. */
export const INDEXED_CHARACTERS_MAX = 20_000
const LONG_PREFIX_LETTERS = 5
const TOKEN_BYTES = 5

/** One word of a search. A text is a candidate when, for each word, it holds one token of the ranks that are asked for. */
export interface SearchWord {
  word: string
  exact: bigint[]
  /** Empty when the word is too short to be a beginning. */
  prefix: bigint[]
  /** Empty when the word has no skeleton. */
  similar: bigint[]
}

/** Each kind hashes under its own label: a word never meets the beginning of another by accident. */
type Kind = 'word' | 'prefix' | 'similar'

export function tokensOf(key: KeyObject, text: string): bigint[] {
  // Some letters unfold to many.
  const folded = fold(text.slice(0, INDEXED_CHARACTERS_MAX)).slice(0, INDEXED_CHARACTERS_MAX)
  const words = tellingFirst(wordsOf(folded).map((word) => word.text))
  const tokens = new Set<bigint>()
  const add = (kind: Kind, form: string | null) => {
    if (form !== null && tokens.size < TOKENS_PER_TEXT_MAX) tokens.add(token(key, kind, form))
  }
  for (const word of words) add('word', word)
  for (const word of words) {
    if (tokens.size === TOKENS_PER_TEXT_MAX) break
    add('similar', skeleton(word))
    for (const letters of [PREFIX_LETTERS_MIN, LONG_PREFIX_LETTERS]) add('prefix', properPrefix(word, letters))
  }
  return [...tokens].sort((a, b) => (a < b ? -1 : 1))
}

/** The words of a search as tokens, under every given key: while a re-index runs, texts carry one or the other. */
export function searchWords(keys: KeyObject[], query: string): SearchWord[] {
  const under = (kind: Kind, form: string | null) => (form === null ? [] : keys.map((key) => token(key, kind, form)))
  return searchedWords(query).map((word) => ({
    word,
    exact: under('word', word),
    prefix: under('prefix', firstLetters(word, LONG_PREFIX_LETTERS) ?? firstLetters(word, PREFIX_LETTERS_MIN)),
    similar: under('similar', skeleton(word)),
  }))
}

/** Numbers before words, long before short, else as they come. */
function tellingFirst(words: string[]): string[] {
  const rank = (word: string) => (/\d/.test(word) ? 0 : 1)
  return [...new Set(words)].sort((a, b) => rank(a) - rank(b) || b.length - a.length)
}

/** The first letters of a word that goes on after them; null for one that does not. */
function properPrefix(word: string, count: number): string | null {
  const prefix = firstLetters(word, count)
  return prefix === word ? null : prefix
}

function firstLetters(word: string, count: number): string | null {
  const letters = [...word]
  return letters.length < count ? null : letters.slice(0, count).join('')
}

function token(key: KeyObject, kind: Kind, form: string): bigint {
  return BigInt(keyedHash(key, Buffer.from(`${kind}\0${form}`)).readUIntBE(0, TOKEN_BYTES))
}
