/**
 * Hands a text to the composer that is there: an unsent message that is to be edited, a saved reply picked elsewhere.
 */
import type { Mode, OutboxEntry } from './model/outbox.ts'

interface Taker {
  conversationId: string
  mode: Mode
  /** Puts an unsent text back. */
  giveBack: (text: string) => void
  /** Puts a saved reply in at the caret. */
  insert: (text: string) => void
}

let taker: Taker | null = null

/** The composer says that it is there; the answer takes it away. */
export function takeTexts(next: Taker): () => void {
  taker = next
  return () => {
    if (taker === next) taker = null
  }
}

/** False when another conversation or mode is open: then the text stays where it was. */
export function offerBack(entry: OutboxEntry): boolean {
  if (taker?.conversationId !== entry.conversationId || taker.mode !== entry.mode) return false
  taker.giveBack(entry.text)
  return true
}

export function offerText(text: string): void {
  taker?.insert(text)
}
