/** Reads messages and notes with their files: one query for each kind, however many items. */
import type { Attachment } from '@central-desk/contract/conversations.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { attachmentView, type LinkFor, readAttachments } from '../files/index.ts'
import type { MessageInside, NoteInside } from './inside.ts'
import { messageView, noteView } from './present.ts'
import { type MessageRecord, type NoteRecord, selectMessagesById, selectNotesById } from './thread-queries.ts'

export interface Items {
  readonly messages: MessageInside[]
  readonly notes: NoteInside[]
}

/** Messages and notes by their ids; those that are not there are left out. */
export async function readItems(
  tx: WorkspaceTx,
  ids: { readonly messageIds: readonly string[]; readonly noteIds: readonly string[] },
  linkFor: LinkFor,
): Promise<Items> {
  const messages = await selectMessagesById(tx, ids.messageIds)
  return viewItems(tx, messages, await selectNotesById(tx, ids.noteIds), linkFor)
}

export async function viewItems(
  tx: WorkspaceTx,
  messages: readonly MessageRecord[],
  notes: readonly NoteRecord[],
  linkFor: LinkFor,
): Promise<Items> {
  const files = await readFiles(tx, messages, notes, linkFor)
  return {
    messages: messages.map((message) => messageView(message, files(message.id), tx.keys)),
    notes: notes.map((note) => noteView(note, files(note.id), tx.keys)),
  }
}

/** Messages say how many files they have, so that threads without any ask for none. */
async function readFiles(
  tx: WorkspaceTx,
  messages: readonly MessageRecord[],
  notes: readonly NoteRecord[],
  linkFor: LinkFor,
): Promise<(itemId: string) => Attachment[]> {
  const messageIds = messages.filter((message) => message.attachment_count > 0).map(({ id }) => id)
  const rows = await readAttachments(tx, { messageIds, noteIds: notes.map(({ id }) => id) })
  const byItem = Map.groupBy(rows, (row) => row.message_id ?? row.note_id ?? '')
  return (itemId) => (byItem.get(itemId) ?? []).map((row) => attachmentView(row, tx.keys, linkFor))
}
