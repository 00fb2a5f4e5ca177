/** Hands an unsent text back to the composer of its conversation. The composer that is there takes it at once. */
import type { Mode, OutboxEntry } from './model/outbox.ts'

type Taker = (text: string) => void

const takers = new Map<string, Taker>()
const keyOf = (conversationId: string, mode: Mode) => `${conversationId} ${mode}`

/** A composer says that it is there; the answer takes it away. */
export function takeBack(conversationId: string, mode: Mode, taker: Taker): () => void {
  const key = keyOf(conversationId, mode)
  takers.set(key, taker)
  return () => {
    if (takers.get(key) === taker) takers.delete(key)
  }
}

export function offerBack(entry: OutboxEntry): void {
  takers.get(keyOf(entry.conversationId, entry.mode))?.(entry.text)
}
