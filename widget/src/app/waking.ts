/**
 * Until when the chat of somebody who comes back to the site is worth starting unasked, so that the closed button can
 * show an answer: a while after the newest message. Not where nothing of the visit outlives the page, for then nobody
 * comes back. Pure.
 */
import type { ChatState } from './chat.ts'

const WAKE_FOR_MS = 30 * 24 * 3_600_000

/** Null while the thread is not known. */
export function wakeUntilOf(state: Pick<ChatState, 'phase' | 'messages' | 'visitor'>, isLasting: boolean) {
  if (state.phase !== 'open') return null
  const newest = Date.parse(state.messages.at(-1)?.sentAt ?? '')
  const comesBack = isLasting || state.visitor !== null
  return comesBack && newest > 0 ? newest + WAKE_FOR_MS : 0
}
