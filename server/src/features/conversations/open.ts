/** The gates of the room: not there and not yours are the same answer. */
import { refuse } from '../../kernel/refusal.ts'
import type { PublishedEvent } from '../../kernel/published.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { type ConversationRecord, findConversation, findInbox, tagExists } from './queries.ts'

/** `forChange` when it is about to change: verbs on one conversation come one after the other. */
export async function openConversation(tx: WorkspaceTx, id: string, lock?: 'forChange'): Promise<ConversationRecord> {
  const conversation = await findConversation(tx, id, lock)
  if (!conversation) throw refuse('not_found')
  return conversation
}

export async function openInbox(tx: WorkspaceTx, id: string): Promise<{ channel: string; is_enabled: boolean }> {
  const inbox = await findInbox(tx, id)
  if (!inbox) throw refuse('not_found')
  return inbox
}

export async function openTag(tx: WorkspaceTx, id: string, lock?: 'keep'): Promise<void> {
  if (!(await tagExists(tx, id, lock))) throw refuse('not_found')
}

/** Tells every screen; `facts` are the words of an activity line. */
export function publishChange(
  tx: WorkspaceTx,
  conversation: Pick<ConversationRecord, 'id' | 'contact_id'>,
  facts: NonNullable<PublishedEvent['facts']>,
): void {
  tx.publish({
    kind: 'conversation.changed',
    conversationId: conversation.id,
    contactId: conversation.contact_id,
    facts,
  })
}
