/**
 * Banglish: Bangla written in Latin letters, each person their own way. The skeleton of a word is what remains when
 * vowels and the usual variations are taken away, the same whether it was written in Bangla or in Latin letters:
 * পায়নি and payni, কবে and kobe and kbe, ভাই and vai and bhai. It finds what is similar; it proves nothing, so what it
 * finds ranks below what matches as written. Words in other scripts, and words with digits, have none (null).
 */

const LATIN_WORD = /^[a-z]+$/
const BANGLA_WORD = /^[\u0980-\u09e5\u09fc\u09fe]+$/
/** One consonant says too little: such words keep their vowels, coarsely. */
const CONSONANTS_MIN = 2
const SKELETON_LETTERS_MIN = 2
export const SKELETON_WORD_CHARACTERS_MAX = 40

/** Spellings of one sound, longest first. What comes out is a consonant of ours or one of the vowels a e i o u. */
const LATIN_SOUNDS: [RegExp, string][] = [
  [/^sch/, 'sk'],
  [/tion/g, 'son'],
  [/([rdn])ge$/, '$1j'],
  [/ksh/g, 'k'],
  [/(?:t|c+)?chh?|sh/g, 's'],
  [/kh|ck|q/g, 'k'],
  [/c(?=[eiy])/g, 's'],
  [/c/g, 'k'],
  [/x/g, 'ks'],
  [/ng/g, 'n'],
  [/ph/g, 'f'],
  [/bh|v/g, 'b'],
  [/z/g, 'j'],
  [/([^aeiouwyh])h/g, '$1'],
  [/ee|y/g, 'i'],
  [/oo/g, 'u'],
  [/^w/, 'o'],
  [/w/g, ''],
]

const BANGLA_CONSONANTS: Record<string, string> = {}
for (const [sound, letters] of Object.entries({
  k: 'কখ',
  g: 'গঘ',
  n: 'ঙঞণনং',
  s: 'চছশষস',
  j: 'জঝয',
  t: 'টঠতথ',
  d: 'ডঢদধ',
  p: 'প',
  f: 'ফ',
  b: 'বভ',
  m: 'ম',
  r: 'র',
  l: 'ল',
  h: 'হ',
})) {
  for (const letter of letters) BANGLA_CONSONANTS[letter] = sound
}

const BANGLA_VOWELS: Record<string, string> = {
  ...{ অ: 'o', আ: 'a', ই: 'i', ঈ: 'i', উ: 'u', ঊ: 'u', ঋ: 'ri', এ: 'e', ঐ: 'oi', ও: 'o', ঔ: 'ou' },
  ...{ 'া': 'a', 'ি': 'i', 'ী': 'i', 'ু': 'u', 'ূ': 'u', 'ৃ': 'ri', 'ে': 'e', 'ৈ': 'oi', 'ো': 'o', 'ৌ': 'ou' },
}

/** Clusters that are not said as they are written, before the letters are read one by one. */
const BANGLA_CLUSTERS: [RegExp, string][] = [
  // Rra and rrha.
  [/[\u09a1\u09a2]\u09bc/g, 'র'],
  // Ksha, jnya, and nga with or without its own ga.
  [/\u0995\u09cd\u09b7/g, 'ক'],
  [/\u099c\u09cd\u099e/g, 'গ'],
  [/[\u0999\u0982]\u09cd?\u0997/g, 'ঙ'],
  // The ba that is silent under most letters, and then the small ya, which leaves a hasanta behind.
  [/(?<![\u09ae\u09b0\u09ac])\u09cd\u09ac/g, '\u09cd'],
  [/\u09cd\u09af(?!\u09bc)/g, '\u09cd'],
  // The glide yya is a vowel at the end of a word and nothing elsewhere.
  [/\u09af\u09bc$/, 'ই'],
  [/\u09af\u09bc/g, ''],
]

const HASANTA = '\u09cd'

/** Takes a folded word. */
export function skeleton(word: string): string | null {
  if (word.length > SKELETON_WORD_CHARACTERS_MAX) return null
  let sounds: string
  if (LATIN_WORD.test(word)) sounds = soundsOfLatin(word)
  else if (BANGLA_WORD.test(word)) sounds = soundsOfBangla(word)
  else return null
  const reduced = reduce(sounds)
  return reduced.length < SKELETON_LETTERS_MIN ? null : reduced
}

function reduce(sounds: string): string {
  const single = sounds.replace(/(.)\1+/g, '$1')
  const consonants = single.replace(/[aeiou]/g, '')
  if (consonants.length < CONSONANTS_MIN) return single.replace(/(?<=[aeiou].*)o$/, '')
  return (/^[aeiou]/.test(single) ? 'a' : '') + consonants.replace(/(.)\1+/g, '$1')
}

function soundsOfLatin(word: string): string {
  return LATIN_SOUNDS.reduce((sounds, [spelling, sound]) => sounds.replace(spelling, sound), word)
}

function soundsOfBangla(word: string): string {
  const letters = BANGLA_CLUSTERS.reduce((text, [cluster, said]) => text.replace(cluster, said), word)
  let sounds = ''
  for (let index = 0; index < letters.length; index++) {
    const letter = letters[index] ?? ''
    const consonant = BANGLA_CONSONANTS[letter]
    if (consonant === undefined) sounds += BANGLA_VOWELS[letter] ?? ''
    else sounds += consonant + inherentVowel(letter, letters[index + 1])
  }
  return sounds
}

/** A consonant without a sign is said with an o; how clearly depends, so only short words take it into account. */
function inherentVowel(letter: string, next: string | undefined): string {
  if (letter === 'ং' || next === HASANTA) return ''
  return next !== undefined && /[\u09be-\u09cc]/.test(next) ? '' : 'o'
}
