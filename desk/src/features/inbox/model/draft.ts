/**
 * Which of two drafts holds: the newer one, wherever it was written. The older is offered when it says something else,
 * so that two devices never cost a sentence. Pure.
 */
export interface DraftText {
  text: string
  updatedAtMs: number
}

export interface Reconciled {
  text: string
  /** The other version, when it is worth offering. */
  other: string | null
}

export function reconcileDrafts(local: DraftText | null, server: DraftText | null): Reconciled {
  if (!local) return { text: server?.text ?? '', other: null }
  if (!server) return { text: local.text, other: null }
  const [newer, older] = local.updatedAtMs >= server.updatedAtMs ? [local, server] : [server, local]
  // Emptied on purpose (sent, discarded): the older text is not worth offering.
  if (newer.text.trim() === '') return { text: newer.text, other: null }
  const isSame = newer.text.trim() === older.text.trim()
  // What a newer text begins with is its own past, not another version.
  const isOther = !isSame && older.text.trim() !== '' && !newer.text.startsWith(older.text.trimEnd())
  return { text: newer.text, other: isOther ? older.text : null }
}
