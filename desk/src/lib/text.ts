/**
 * What can be known about a piece of text without reading it: its script, its first visible letters, how to fold it for
 * finding. Cuts by what a person sees as one letter (শ্রী is one), never by code units.
 */
const BANGLA = /[\u0980-\u09FF]/g
const LATIN = /[A-Za-z]/g

/** The `lang` of a text by its letters, so that a screen reader takes the right voice; undefined when it has none. */
export function languageOf(text: string): 'bn' | 'en' | undefined {
  const bangla = text.match(BANGLA)?.length ?? 0
  const latin = text.match(LATIN)?.length ?? 0
  if (bangla === 0 && latin === 0) return undefined
  return bangla >= latin ? 'bn' : 'en'
}

const graphemes = new Intl.Segmenter('bn', { granularity: 'grapheme' })

function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment
  return ''
}

/** One or two letters for an avatar: first and last word in Latin, the first in other scripts; whole graphemes. `?` when there is no letter. */
export function initialsOf(name: string): string {
  const words = name
    .normalize('NFC')
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+/u, ''))
    .filter((word) => word !== '')
  const first = words[0]
  if (!first) return '?'
  const last = words.length > 1 ? words[words.length - 1] : undefined
  const lead = firstGrapheme(first)
  // Two Bangla letters with their signs are wider than the circle; one is enough.
  const isNarrow = /^[\p{Script=Latin}\p{N}]/u.test(lead)
  const initials = lead + (last && isNarrow ? firstGrapheme(last) : '')
  return initials.toLocaleUpperCase('en')
}

const BANGLA_DIGIT = /[\u09E6-\u09EF]/g

/** Bangla digits as 0 to 9; everything else unchanged. */
export function foldDigits(text: string): string {
  return text.replace(BANGLA_DIGIT, (digit) => String(digit.charCodeAt(0) - 0x09e6))
}

/** One spelling for finding names and commands: joiners and nukta dropped, digits Latin, lower case. */
export function foldForFinding(text: string): string {
  return foldDigits(text.normalize('NFC'))
    .replace(/\u200C|\u200D|\u09BC/g, '')
    .replace(/ত্(?=\s|$)/g, 'ৎ')
    .toLocaleLowerCase('en')
    .trim()
}

/** A number from 0 to `size` - 1 that stays the same for the same text: picks the tint of an avatar. */
export function tintOf(text: string, size: number): number {
  let hash = 7
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) >>> 0
  return hash % size
}
