/**
 * How well a text answers a search, and which parts to mark. Each word of the search must be met by a word of the text:
 * as written, by its beginning (three letters or more), or by its skeleton. The weakest of these is the rank.
 * The server confirms with it what the blind index proposed; the screen marks with it what was found.
 */
import { fold, foldWithOffsets, originalRange } from './fold.ts'
import { skeleton } from './skeleton.ts'
import { type Word, wordsOf } from './words.ts'

/** Best first. */
export const SEARCH_RANKS = ['exact', 'prefix', 'similar'] as const
export type SearchRank = (typeof SEARCH_RANKS)[number]

export interface SearchMatch {
  rank: SearchRank
  /** Parts of the text as it was written, in order. */
  marks: { start: number; end: number }[]
}

/** Shorter beginnings meet too much to be worth finding. */
export const PREFIX_LETTERS_MIN = 3
export const SEARCH_WORDS_MAX = 10

/** The distinct words of a search, in order. */
export function searchedWords(query: string): string[] {
  return [...new Set(wordsOf(fold(query)).map((word) => word.text))].slice(0, SEARCH_WORDS_MAX)
}

/** Null when some word of the search is not met, or when there is no word in it. */
export function searchMatch(text: string, query: string): SearchMatch | null {
  return matcherOf(query)(text)
}

/**
 * The same for many texts: what is asked for is worked out once, and where words stood before the fold only in a text
 * that answers.
 */
export function matcherOf(query: string): (text: string) => SearchMatch | null {
  const searched = searchedWords(query).map(wantedOf)
  if (searched.length === 0) return () => null
  return (text) => {
    const words = wordsOf(fold(text))
    const met = new Set<Word>()
    let worst = 0
    for (const wanted of searched) {
      const ranks = words.map((word) => rankOf(word.text, wanted))
      const best = Math.min(...ranks)
      if (best === Number.POSITIVE_INFINITY) return null
      worst = Math.max(worst, best)
      for (const [index, word] of words.entries()) if (ranks[index] === best) met.add(word)
    }
    const folded = foldWithOffsets(text)
    const inOrder = [...met].sort((a, b) => a.start - b.start)
    return {
      rank: SEARCH_RANKS[worst] as SearchRank,
      marks: inOrder.map(({ start, end }) => originalRange(folded, start, end)),
    }
  }
}

interface Wanted {
  readonly word: string
  readonly isBeginning: boolean
  readonly form: string | null
}

function wantedOf(word: string): Wanted {
  return { word, isBeginning: [...word].length >= PREFIX_LETTERS_MIN, form: skeleton(word) }
}

function rankOf(word: string, wanted: Wanted): number {
  if (word === wanted.word) return SEARCH_RANKS.indexOf('exact')
  if (wanted.isBeginning && word.startsWith(wanted.word)) return SEARCH_RANKS.indexOf('prefix')
  if (wanted.form !== null && skeleton(word) === wanted.form) return SEARCH_RANKS.indexOf('similar')
  return Number.POSITIVE_INFINITY
}
