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
  const searched = searchedWords(query)
  if (searched.length === 0) return null
  const folded = foldWithOffsets(text)
  const words = wordsOf(folded.folded)
  const met: Word[] = []
  let worst = 0
  for (const wanted of searched) {
    const ranks = words.map((word) => rankOf(word.text, wanted))
    const best = Math.min(...ranks)
    if (best === Number.POSITIVE_INFINITY) return null
    worst = Math.max(worst, best)
    met.push(...words.filter((_, index) => ranks[index] === best))
  }
  const inOrder = [...new Set(met)].sort((a, b) => a.start - b.start)
  return {
    rank: SEARCH_RANKS[worst] as SearchRank,
    marks: inOrder.map(({ start, end }) => originalRange(folded, start, end)),
  }
}

function rankOf(word: string, wanted: string): number {
  if (word === wanted) return SEARCH_RANKS.indexOf('exact')
  if ([...wanted].length >= PREFIX_LETTERS_MIN && word.startsWith(wanted)) return SEARCH_RANKS.indexOf('prefix')
  const form = skeleton(wanted)
  if (form !== null && skeleton(word) === form) return SEARCH_RANKS.indexOf('similar')
  return Number.POSITIVE_INFINITY
}
