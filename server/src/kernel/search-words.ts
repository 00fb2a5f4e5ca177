/**
 * The words of a search as the database's search functions take them: one row of tokens for each word, any of which
 * will do. Rows of a PostgreSQL array are equally long, so short ones repeat a token.
 */
import type { SearchRank } from '@central-desk/contract/search-match.ts'
import type { SearchWord } from './vault/index.ts'

/** Null when there is no word, or one that cannot be found in this way. */
export function tokenRows(words: readonly SearchWord[], rank: SearchRank): bigint[][] | null {
  const rows = tellingFirst(words).map(({ exact, prefix, similar }) => {
    if (rank === 'exact') return exact
    return rank === 'prefix' ? [...exact, ...prefix] : [...exact, ...prefix, ...similar]
  })
  const width = Math.max(0, ...rows.map((row) => row.length))
  if (width === 0) return null
  return rows.map((row) => [...row, ...Array<bigint>(width - row.length).fill(row[0] ?? 0n)])
}

/** The index is asked for the first few words; the others only sift what those give. Long words are rarer. */
function tellingFirst(words: readonly SearchWord[]): SearchWord[] {
  return [...words].sort((a, b) => b.word.length - a.word.length)
}
