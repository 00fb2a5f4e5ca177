/**
 * Saved replies. The text is sealed, because people keep account numbers and names in them; shortcut and title are what
 * an agent finds it by, and the audit trail knows those only.
 */
import type { BodyOf } from '@central-desk/contract/endpoint.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type {
  createSavedReply as createEndpoint,
  updateSavedReply as updateEndpoint,
} from '@central-desk/contract/workspaces.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { onceOnly } from './once.ts'
import {
  countSavedReplies,
  insertSavedReply,
  removeSavedReply,
  type SavedReplyRow,
  selectSavedReplies,
  selectSavedReply,
  storeSavedReply,
} from './queries.ts'

const placeOf = (id: string) => ({ table: 'saved_reply', row: id, field: 'text' })

function wordsOf(tx: WorkspaceTx, row: SavedReplyRow) {
  const { id, shortcut, title, language, updated_at: updatedAt } = row
  return { id, shortcut, title, text: tx.keys.unsealText(placeOf(id), row.text_sealed), language, updatedAt }
}

/** Shortcuts are typed in a hurry: capitals and the keyboard's spelling of a letter make no difference. */
function normaliseShortcut(shortcut: string): string {
  return shortcut.normalize('NFC').toLowerCase()
}

export async function listSavedReplies(tx: WorkspaceTx) {
  return { savedReplies: (await selectSavedReplies(tx)).map((row) => wordsOf(tx, row)) }
}

/** The saved reply, locked for what follows, or 404. */
async function openSavedReply(tx: WorkspaceTx, id: string): Promise<SavedReplyRow> {
  const row = await selectSavedReply(tx, id)
  if (!row) throw refuse('not_found')
  return row
}

export async function createSavedReply(tx: WorkspaceTx, body: BodyOf<typeof createEndpoint>) {
  // Two who come at the same moment may pass the limit by one; it keeps lists short, it guards nothing.
  if ((await countSavedReplies(tx)) >= LIMITS.savedRepliesPerWorkspace) throw refuse('limit_reached')
  const id = tx.nextId()
  const row = {
    id,
    shortcut: normaliseShortcut(body.shortcut),
    title: body.title.trim(),
    text_sealed: tx.keys.seal(placeOf(id), body.text),
    language: body.language,
    updated_at: tx.now,
  }
  await onceOnly('shortcut', insertSavedReply(tx, row))
  note(tx, 'savedReply.created', id, undefined, row)
  return wordsOf(tx, row)
}

export async function updateSavedReply(tx: WorkspaceTx, id: string, body: BodyOf<typeof updateEndpoint>) {
  const before = await openSavedReply(tx, id)
  const after = {
    ...before,
    shortcut: body.shortcut === undefined ? before.shortcut : normaliseShortcut(body.shortcut),
    title: body.title?.trim() ?? before.title,
    text_sealed: body.text === undefined ? before.text_sealed : tx.keys.seal(placeOf(id), body.text),
    language: body.language ?? before.language,
    updated_at: tx.now,
  }
  await onceOnly('shortcut', storeSavedReply(tx, after))
  note(tx, 'savedReply.updated', id, before, after)
  return wordsOf(tx, after)
}

export async function deleteSavedReply(tx: WorkspaceTx, id: string): Promise<void> {
  const before = await openSavedReply(tx, id)
  await removeSavedReply(tx, id)
  note(tx, 'savedReply.deleted', id, before)
}

function note(tx: WorkspaceTx, action: string, id: string, before?: SavedReplyRow, after?: SavedReplyRow): void {
  const facts = (row?: SavedReplyRow) => row && { shortcut: row.shortcut, title: row.title, language: row.language }
  tx.audit({ action, target: encodeId('savedReply', id), before: facts(before), after: facts(after) })
  tx.publish({ kind: 'savedReplies.changed' })
}
