/**
 * Finding by a few typed letters, in Bangla, English or Banglish: how well a text answers a query, 0 for not at all.
 * A whole word beats the beginning of a word beats letters inside beats letters in order. Pure.
 */
import { foldForFinding } from './text.ts'

const WHOLE = 100
const WORD_START = 70
const INSIDE = 40
const IN_ORDER = 15
/** Letters in order may not be strewn over a whole sentence. */
const SPREAD_MAX = 12

export function scoreOf(query: string, text: string): number {
  const wanted = foldForFinding(query)
  if (wanted === '') return 1
  const folded = foldForFinding(text)
  const parts = wanted.split(/\s+/)
  let total = 0
  for (const part of parts) {
    const score = scorePart(part, folded)
    if (score === 0) return 0
    total += score
  }
  return total / parts.length
}

function scorePart(part: string, text: string): number {
  const words = text.split(/[\s/()·,.-]+/)
  if (words.includes(part)) return WHOLE
  if (words.some((word) => word.startsWith(part))) return WORD_START
  if (text.includes(part)) return INSIDE
  return part.length >= 3 && isInOrder(part, words) ? IN_ORDER : 0
}

function isInOrder(part: string, words: readonly string[]): boolean {
  return words.some((word) => {
    if (word.length > SPREAD_MAX + part.length) return false
    let at = -1
    for (const letter of part) {
      at = word.indexOf(letter, at + 1)
      if (at < 0) return false
    }
    return true
  })
}

/** The best first; equal ones keep their order. */
export function bestOf<T>(query: string, items: readonly T[], textOf: (item: T) => string, limit: number): T[] {
  return items
    .map((item, order) => ({ item, order, score: scoreOf(query, textOf(item)) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .slice(0, limit)
    .map((one) => one.item)
}
