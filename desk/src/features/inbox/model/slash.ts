/** The `/word` or `@word` before the caret that asks for something, and which saved replies answer it. Pure. */
import type { SavedReply } from '@central-desk/contract/workspaces.ts'
import { foldForFinding } from '../../../lib/text.ts'

/** `/` asks for a saved reply, `@` for a teammate. */
export type Sign = '/' | '@'

export interface Token {
  start: number
  end: number
  query: string
}

const QUERY_MAX = 40

/** Only a sign at the start or after a space asks; a date, a path or an address inside a word does not. */
export function tokenAt(text: string, caret: number, sign: Sign): Token | null {
  const before = text.slice(0, caret)
  const start = before.lastIndexOf(sign)
  if (start < 0 || caret - start > QUERY_MAX) return null
  if (start > 0 && !/\s/.test(before[start - 1] ?? '')) return null
  const query = before.slice(start + 1)
  return /\s/.test(query) ? null : { start, end: caret, query }
}

/** Shortcut first, then title, then text; within each as the server ordered them. */
export function matchReplies(replies: readonly SavedReply[], query: string, limit: number): readonly SavedReply[] {
  const wanted = foldForFinding(query)
  const score = (reply: SavedReply) => {
    const shortcut = foldForFinding(reply.shortcut)
    if (shortcut === wanted) return 0
    if (shortcut.startsWith(wanted)) return 1
    if (foldForFinding(reply.title).includes(wanted)) return 2
    return foldForFinding(reply.text).includes(wanted) ? 3 : 9
  }
  return replies
    .map((reply) => ({ reply, score: score(reply) }))
    .filter((one) => one.score < 9)
    .sort((a, b) => a.score - b.score)
    .slice(0, limit)
    .map((one) => one.reply)
}

/** Puts a text in the place of the token; gives the new text and where the caret goes. */
export function insertAt(text: string, place: { start: number; end: number }, inserted: string) {
  return {
    text: text.slice(0, place.start) + inserted + text.slice(place.end),
    caret: place.start + inserted.length,
  }
}
