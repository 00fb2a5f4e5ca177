/**
 * Finds the links in a message. Promises: pieces joined give the text back; only http and https become links; an
 * address that carries a user name (`https://bank.example@evil.example`) stays text; where the browser would go to
 * another host than the letters show (international names), that host is told beside the link.
 */

export interface Piece {
  text: string
  href?: string
  /** The host as the browser spells it, when it differs from what is written. */
  realHost?: string
}

/** Stops at white space, quotes, angle brackets and the controls that turn the direction of text. */
const ADDRESS = /https?:\/\/[^\s<>"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi
/** What ends a sentence, not an address; the danda is the Bangla full stop. */
const TRAILING = /[.,;:!?…।*_~)\]}]+$/
const PAIRS: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** Cuts sentence marks off the end, but keeps a bracket that was opened inside: `…/Dhaka_(city)`. */
function trimEnd(address: string): string {
  let kept = address
  while (TRAILING.test(kept)) {
    const last = kept.slice(-1)
    const opening = PAIRS[last]
    if (opening && kept.split(opening).length >= kept.split(last).length) break
    kept = kept.slice(0, -1)
  }
  return kept
}

function webUrl(address: string): URL | null {
  try {
    const url = new URL(address)
    return /^https?:$/.test(url.protocol) ? url : null
  } catch {
    return null
  }
}

function linkOf(address: string): Piece {
  const url = webUrl(address)
  if (!url || url.username || url.password) return { text: address }
  const isAsWritten = address.toLowerCase().startsWith(`${url.protocol}//${url.hostname}`)
  return isAsWritten ? { text: address, href: url.href } : { text: address, href: url.href, realHost: url.hostname }
}

export function splitLinks(text: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trimEnd(found)
    if (index > end) pieces.push({ text: text.slice(end, index) })
    pieces.push(linkOf(address))
    end = index + address.length
  }
  if (end < text.length) pieces.push({ text: text.slice(end) })
  return pieces
}

/** An address from the server that may stand in a link or an image, or undefined. */
export function webAddress(address: string): string | undefined {
  return webUrl(address)?.href
}
