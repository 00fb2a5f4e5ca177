/** Finds saved replies by words of shortcut, title or text, across Bangla spellings and digits; best places first. Pure. */
import { fold } from '@central-desk/contract/fold.ts'
import type { SavedReply } from '@central-desk/contract/workspaces.ts'

/** Where a word was met: a lower number is a better place. */
const PLACES = ['shortcut', 'title', 'text'] as const

export function findReplies(replies: readonly SavedReply[], query: string): SavedReply[] {
  const words = fold(query).replace(/^\//, '').split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...replies]
  return replies
    .map((reply) => ({ reply, rank: rankOf(reply, words) }))
    .filter(({ rank }) => rank < PLACES.length)
    .sort((a, b) => a.rank - b.rank)
    .map(({ reply }) => reply)
}

/** The worst place of the words; past the last place when one of them is met nowhere. */
function rankOf(reply: SavedReply, words: readonly string[]): number {
  const folded = PLACES.map((place) => fold(reply[place]))
  const ranks = words.map((word) => {
    const at = folded.findIndex((text) => text.includes(word))
    return at < 0 ? PLACES.length : at
  })
  return Math.max(...ranks)
}
