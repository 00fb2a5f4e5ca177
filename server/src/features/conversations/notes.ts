/** Leaves a note that only the team sees. It moves the conversation in no list: nobody outside wrote or waits. */
import { assert } from '../../kernel/assert.ts'
import { refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { LinkFor } from '../files/index.ts'
import type { NoteInside } from './inside.ts'
import { readItems } from './items.ts'
import { claimOnce } from './once.ts'
import { openConversation } from './open.ts'
import { giveFiles, openOwnFiles } from './own-files.ts'
import { isBlank } from './policy.ts'
import { memberOf } from './rows.ts'

export interface NoteWriting {
  readonly conversationId: string
  readonly clientMessageId: string
  readonly text: string
  readonly attachmentIds: readonly string[]
}

export async function writeNote(tx: WorkspaceTx, wanted: NoteWriting, linkFor: LinkFor): Promise<NoteInside> {
  if (isBlank(wanted.text) && wanted.attachmentIds.length === 0) throw refuseField('text', 'empty')
  const { conversationId, clientMessageId } = wanted
  const conversation = await openConversation(tx, conversationId)
  const itemId = tx.nextId()
  const before = await claimOnce(tx, { clientMessageId, kind: 'note', conversationId, itemId })
  if (before === null) {
    await insertNote(tx, wanted, itemId)
    tx.publish({ kind: 'note.created', conversationId, contactId: conversation.contact_id, itemId })
  }
  const { notes } = await readItems(tx, { messageIds: [], noteIds: [before ?? itemId] }, linkFor)
  assert(notes[0], 'a note that was written can be read')
  return notes[0]
}

async function insertNote(tx: WorkspaceTx, wanted: NoteWriting, id: string): Promise<void> {
  await openOwnFiles(tx, wanted.attachmentIds)
  await tx.db
    .insertInto('note')
    .values({
      workspace_id: tx.workspaceId,
      id,
      conversation_id: wanted.conversationId,
      author_member_id: memberOf(tx),
      text_sealed: tx.keys.seal({ table: 'note', row: id, field: 'text' }, wanted.text),
      client_message_id: wanted.clientMessageId,
      created_at: tx.now,
    })
    .execute()
  await giveFiles(tx, wanted.attachmentIds, { note_id: id })
}
