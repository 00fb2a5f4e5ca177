/**
 * The part of an address that names a workspace, made from its name: `Shapla Crafts` and `শাপলা ক্রাফটস` both read well
 * as `/w/shapla-crafts` or near it. Bangla is spelled in Latin letters; what has no letters at all gets a random one.
 * Promises the form that the database asks for. Says nothing about being free: the caller tries.
 */
import { fold } from '@central-desk/contract/fold.ts'
import type { Randomness } from '../../kernel/clock.ts'

const SLUG_CHARACTERS_MAX = 48
const SUFFIX_CHARACTERS = 5
const LETTERS = '23456789abcdefghjkmnpqrstvwxyz'

const CONSONANTS: Readonly<Record<string, string>> = {
  ...{ ক: 'k', খ: 'kh', গ: 'g', ঘ: 'gh', ঙ: 'ng', চ: 'ch', ছ: 'chh', জ: 'j', ঝ: 'jh', ঞ: 'n' },
  ...{ ট: 't', ঠ: 'th', ড: 'd', ঢ: 'dh', ণ: 'n', ত: 't', থ: 'th', দ: 'd', ধ: 'dh', ন: 'n' },
  ...{ প: 'p', ফ: 'f', ব: 'b', ভ: 'bh', ম: 'm', য: 'j', র: 'r', ল: 'l' },
  ...{ শ: 'sh', ষ: 'sh', স: 's', হ: 'h' },
}
const VOWELS: Readonly<Record<string, string>> = {
  ...{ অ: 'o', আ: 'a', ই: 'i', ঈ: 'i', উ: 'u', ঊ: 'u', ঋ: 'ri', এ: 'e', ঐ: 'oi', ও: 'o', ঔ: 'ou' },
  ...{ 'া': 'a', 'ি': 'i', 'ী': 'i', 'ু': 'u', 'ূ': 'u', 'ৃ': 'ri', 'ে': 'e', 'ৈ': 'oi', 'ো': 'o', 'ৌ': 'ou' },
}
const HASANTA = '\u09cd'
const NUKTA = '\u09bc'

function latinOf(word: string): string {
  const letters = [...word.replaceAll(`ড${NUKTA}`, 'র').replaceAll(`ঢ${NUKTA}`, 'র').replaceAll(`য${NUKTA}`, 'ই')]
  let latin = ''
  for (const [place, letter] of letters.entries()) {
    const consonant = CONSONANTS[letter]
    if (consonant === undefined) {
      latin += letter === 'ং' ? 'ng' : (VOWELS[letter] ?? (letter < '\u0080' ? letter : ''))
      continue
    }
    const next = letters[place + 1]
    // The vowel that is not written is spelled where a word would otherwise begin with a knot of consonants.
    const isBare = latin === '' && next !== undefined && next !== HASANTA && CONSONANTS[next] !== undefined
    latin += isBare ? `${consonant}o` : consonant
  }
  return latin
}

/** Empty when the name holds nothing that Latin letters or digits can spell. */
export function slugOf(name: string): string {
  const words = fold(name).split(/[^\p{L}\p{M}\p{N}]+/u)
  const latin = words.map((word) => latinOf(word).replace(/[^a-z0-9]/g, '')).filter(Boolean)
  return latin.join('-').slice(0, SLUG_CHARACTERS_MAX).replace(/-+$/, '')
}

/** The slug to try at the nth attempt: the plain one first, then with a few random characters. */
export function slugCandidate(name: string, attempt: number, randomness: Randomness): string {
  const plain = slugOf(name)
  if (plain !== '' && attempt === 0) return plain
  const suffix = [...randomness.bytes(SUFFIX_CHARACTERS)].map((byte) => LETTERS[byte % LETTERS.length]).join('')
  return plain === '' ? `desk-${suffix}` : `${plain}-${suffix}`
}
