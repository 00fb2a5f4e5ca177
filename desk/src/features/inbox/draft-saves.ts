/**
 * Remembers which drafts this page has just sent to the server, so that the event about them is not answered by another
 * question. An event about a draft saved elsewhere still is.
 */
const OWN_WITHIN_MS = 3_000
const saves = new Map<string, number>()

export function noteDraftSave(conversationId: string, nowMs: number): void {
  saves.set(conversationId, nowMs)
}

export function isOwnDraftSave(conversationId: string, nowMs: number): boolean {
  return nowMs - (saves.get(conversationId) ?? 0) < OWN_WITHIN_MS
}
