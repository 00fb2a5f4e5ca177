/**
 * The fold: one spelling for text that people mean to be the same. Bangla letters that keyboards encode differently,
 * invisible joiners, digits of every script, capitals, accents, full-width and "styled" letters all meet here.
 * Server and browser share it: what was stored, what is searched and what is highlighted are folded by one function.
 * It is for comparing only: the text itself is kept and shown as it was written. Folding twice changes nothing, and
 * canonically equal texts fold alike.
 */

/** Folded text that remembers where each of its UTF-16 units came from. */
export interface FoldedText {
  folded: string
  /** For each unit of `folded`: where the original it came from begins and ends. */
  starts: number[]
  ends: number[]
}

/** Joiners, variation selectors, directional marks, soft hyphens: nobody sees or types them on purpose. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu
/** Accents on Latin, Greek and Cyrillic letters. Bangla marks are letters to a reader and stay. */
const ACCENT = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g
const PLAIN_ASCII = /^[\x20-\x7e]*$/

const REPLACED: Record<string, string> = {
  // Khanda ta is ta + hasanta written together; old texts spell it with a joiner, which is gone by now.
  '\u09ce': '\u09a4\u09cd',
  // Assamese ra and va, as some keyboards send them.
  '\u09f0': '\u09b0',
  '\u09f1': '\u09ac',
  // Danda, double danda, and the numerator sign that is typed for a danda.
  '\u0964': '.',
  '\u0965': '.',
  '\u09f7': '.',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  ς: 'σ',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
}
const TO_REPLACE = new RegExp(`[${Object.keys(REPLACED).join('')}]|(?![0-9 ])[\\p{Nd}\\p{White_Space}]`, 'gu')
/** Ba with a nukta is how old systems wrote ra. */
const BA_WITH_NUKTA = /\u09ac\u09bc/g
/** The vowel a followed by the sign aa looks like the vowel aa. */
const A_WITH_SIGN_AA = /\u0985\u09be/g

export function fold(text: string): string {
  if (PLAIN_ASCII.test(text)) return text.toLowerCase()
  return text
    .replace(INVISIBLE, '')
    .normalize('NFKD')
    .replace(ACCENT, '')
    .toLowerCase()
    .replace(TO_REPLACE, replacement)
    .replace(BA_WITH_NUKTA, '\u09b0')
    .replace(A_WITH_SIGN_AA, '\u0986')
    .normalize('NFC')
}

function replacement(character: string): string {
  const replaced = REPLACED[character]
  if (replaced !== undefined) return replaced
  return /\p{Nd}/u.test(character) ? String(digitValue(character)) : ' '
}

/** Digits of a script stand in one run from its nought on; where two runs touch, the second begins after ten. */
function digitValue(digit: string): number {
  const point = digit.codePointAt(0) ?? 0
  let before = 0
  while (isDigit(point - before - 1)) before++
  return before % 10
}

function isDigit(point: number): boolean {
  return /\p{Nd}/u.test(String.fromCodePoint(point))
}

/**
 * A letter and what leans on it: marks, invisible characters, and the vowels and finals that compose with the letter
 * before them in Korean and Kirat Rai. No rule of the fold reaches from one such piece into the next.
 */
const PIECE = /.[\p{M}\p{Default_Ignorable_Code_Point}\u1161-\u11ff\u3130-\u318f\uff9e-\uffdc\u{16d60}-\u{16d6f}]*/gsu

export function foldWithOffsets(text: string): FoldedText {
  let folded = ''
  const starts: number[] = []
  const ends: number[] = []
  for (const match of text.matchAll(PIECE)) {
    const piece = fold(match[0])
    folded += piece
    for (let unit = 0; unit < piece.length; unit++) {
      starts.push(match.index)
      ends.push(match.index + match[0].length)
    }
  }
  return { folded, starts, ends }
}

/** The part of the original that a stretch of the folded text came from: what to mark on the screen. */
export function originalRange({ starts, ends }: FoldedText, from: number, to: number): { start: number; end: number } {
  const start = starts[from] ?? ends.at(-1) ?? 0
  return { start, end: to > from ? (ends[to - 1] ?? start) : start }
}
