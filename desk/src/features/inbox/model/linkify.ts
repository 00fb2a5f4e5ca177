/**
 * Finds web addresses in a message, so that they can be opened, and phone numbers, so that no line break cuts them;
 * everything else stays text. Only http and https. Says which host an address really leads to, and whether it hides
 * behind letters that only look Latin or behind a user name.
 */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'phone'; text: string }
  | { kind: 'link'; text: string; href: string; host: string; isOdd: boolean }

const ADDRESS_OR_PHONE =
  /\b(?:https?:\/\/|www\.)[^\s<>"']+|(?:\+?৮৮|\+?88)?[0০][1১][0-9০-৯]{3}[- ]?[0-9০-৯]{6}(?![0-9০-৯])/gi
/** Signs that end a sentence, not an address; a closing bracket only when none was opened. */
const TAIL = /[.,;:!?।"'”’)\]]+$/

export function linkify(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(ADDRESS_OR_PHONE)) {
    const piece = /^[hw]/i.test(match[0]) ? linkOf(withoutTail(match[0])) : phoneOf(match[0])
    if (!piece) continue
    if (match.index > at) pieces.push({ kind: 'text', text: text.slice(at, match.index) })
    pieces.push(piece)
    at = match.index + piece.text.length
  }
  if (at < text.length) pieces.push({ kind: 'text', text: text.slice(at) })
  return pieces
}

function withoutTail(shown: string): string {
  const tail = TAIL.exec(shown)?.[0] ?? ''
  const end = shown.length - tail.length
  const isBracketed = tail.startsWith(')') && shown.slice(0, end).includes('(')
  return shown.slice(0, isBracketed ? end + 1 : end)
}

function phoneOf(text: string): Piece {
  return { kind: 'phone', text }
}

function linkOf(shown: string): Piece | null {
  const full = shown.toLowerCase().startsWith('www.') ? `https://${shown}` : shown
  if (!URL.canParse(full)) return null
  const url = new URL(full)
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || !url.hostname.includes('.')) return null
  const isOdd = url.hostname.includes('xn--') || url.username !== ''
  return { kind: 'link', text: shown, href: url.href, host: url.hostname, isOdd }
}
