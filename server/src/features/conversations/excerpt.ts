/** The words around what was found, short enough for a line, cut between words where there is room. */

const BEFORE_CHARACTERS = 40
const AFTER_CHARACTERS = 120
/** How far a cut may move to meet a gap between words. */
const NUDGE_CHARACTERS = 16
const CUT = '…'

export function excerptOf(text: string, mark: { readonly start: number; readonly end: number }): string {
  const from = startOfWord(text, Math.max(0, mark.start - BEFORE_CHARACTERS), mark.start)
  const to = endOfWord(text, Math.min(text.length, mark.end + AFTER_CHARACTERS), mark.end)
  const middle = text.slice(from, to).replace(/\s+/g, ' ').trim()
  return `${from > 0 ? CUT : ''}${middle}${to < text.length ? CUT : ''}`
}

function startOfWord(text: string, at: number, last: number): number {
  if (at === 0) return 0
  const gap = text.slice(at, Math.min(at + NUDGE_CHARACTERS, last)).search(/\s/)
  return gap >= 0 ? at + gap + 1 : wholeCharacter(text, at)
}

function endOfWord(text: string, at: number, first: number): number {
  if (at === text.length) return at
  const tail = text.slice(Math.max(at - NUDGE_CHARACTERS, first), at)
  const gap = tail.search(/\s\S*$/)
  return gap >= 0 ? at - tail.length + gap : wholeCharacter(text, at)
}

/** Never between the two halves of one character. */
function wholeCharacter(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}
