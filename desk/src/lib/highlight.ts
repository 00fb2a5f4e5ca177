/**
 * Cuts a text into marked and unmarked pieces where the words of a query stand in it, across the spellings that finding
 * treats as one: Bangla and Latin digits, joiners, nukta, letter case. The pieces joined are the text. Pure.
 */
export interface Marked {
  text: string
  isHit: boolean
}

const SKIPPED = new Set(['\u200C', '\u200D', '\u09BC'])

function foldLetter(letter: string): string {
  const code = letter.charCodeAt(0)
  if (code >= 0x09e6 && code <= 0x09ef) return String(code - 0x09e6)
  return letter.toLowerCase()
}

/** Folded letters, and for each where it stands in the text. */
function foldWithPlaces(text: string): { folded: string; places: number[] } {
  let folded = ''
  const places: number[] = []
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? ''
    if (SKIPPED.has(letter)) continue
    const lower = foldLetter(letter)
    for (let part = 0; part < lower.length; part++) places.push(index)
    folded += lower
  }
  return { folded, places }
}

export function highlight(original: string, query: string): readonly Marked[] {
  const text = original.normalize('NFC')
  const { folded, places } = foldWithPlaces(text)
  const words = query
    .normalize('NFC')
    .split(/\s+/)
    .map((word) => foldWithPlaces(word.replace(/^[-"']+|["']+$/g, '')).folded)
    .filter((word) => word !== '')
  const hits = new Uint8Array(text.length)
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      const from = places[at] ?? 0
      // Up to where the next letter begins, so that signs and joiners stay with theirs.
      const to = places[at + word.length] ?? text.length
      hits.fill(1, from, to)
    }
  }
  const pieces: Marked[] = []
  for (let index = 0; index < text.length; index++) {
    const isHit = hits[index] === 1
    const last = pieces.at(-1)
    if (last && last.isHit === isHit) last.text += text[index]
    else pieces.push({ text: text[index] ?? '', isHit })
  }
  return pieces
}
